"""Roles are granted, revoked and end by themselves; the grant is one of django-guardian's and
agrees with it.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from guardian.shortcuts import get_user_perms

from accounts.actions import (
    approve_role_request,
    expire_grants,
    extend_grant,
    grant_role,
    request_role,
    revoke_role,
)
from accounts.models import RoleGrant, RoleGrantHistory
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import HOMES, OrganisationKind, Role, needs_two_people
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    FACTORIES,
    EmployerFactory,
    LocalAuthorityFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
)

pytestmark = pytest.mark.django_db


def set_ended(role_grant):
    """Moves a grant into the past: began two days ago, ended yesterday."""
    now = datetime.now(UTC)
    RoleGrant.objects.filter(pk=role_grant.pk).update(
        granted_at=now - timedelta(days=2), until=now - timedelta(days=1)
    )


def test_a_management_team_grants_a_role_in_its_own_base(management_team, events):
    school = EmployerFactory(parent=management_team.organisation)
    user = UserFactory(employer=school)
    given = grant_role(
        user=user,
        organisation=school,
        role=Role.PRACTITIONER,
        reason="new post",
        by=management_team,
    )
    event = events.one("role.granted")
    assert event.detail == {
        "role": "practitioner",
        "organisation_id": school.pk,
        "grant_id": given.pk,
    }
    assert event.target_id == user.pk
    assert events.payloads() == {event.id: "new post"}
    history = RoleGrantHistory.objects.get(grant_id=given.pk)
    assert (history.change, history.by) == ("granted", management_team.user)


def test_guardian_agrees_with_the_grant(management_team):
    user = UserFactory(employer=management_team.organisation)
    given = grant_role(
        user=user,
        organisation=management_team.organisation,
        role=Role.MEDIATOR,
        reason="new post",
        by=management_team,
    )
    assert list(get_user_perms(user, management_team.organisation)) == ["mediator"]
    assert list(get_user_perms(user, LocalAuthorityFactory())) == []
    revoke_role(grant=given, reason="left the post", by=management_team)
    assert list(get_user_perms(user, management_team.organisation)) == []


def test_the_database_allows_a_role_once_a_person_and_place():
    user = UserFactory()
    grant(user, Role.PRACTITIONER)
    with pytest.raises(DatabaseError), transaction.atomic():
        grant(user, Role.PRACTITIONER)


def test_a_role_held_already_is_refused(practitioner, management_team):
    with pytest.raises(Refused) as refused:
        grant_role(
            user=practitioner.user,
            organisation=practitioner.organisation,
            role=Role.PRACTITIONER,
            reason="twice",
            by=management_team,
        )
    assert refused.value.decision.code == "role-already-held"


def test_a_role_whose_time_has_come_can_be_granted_anew(practitioner, management_team, events):
    set_ended(practitioner.grant)
    grant_role(
        user=practitioner.user,
        organisation=practitioner.organisation,
        role=Role.PRACTITIONER,
        reason="back",
        by=management_team,
    )
    assert events.actions() == ["role.expired", "role.granted"]


def test_nobody_grants_themselves_a_role(management_team):
    with pytest.raises(Refused) as refused:
        grant_role(
            user=management_team.user,
            organisation=management_team.organisation,
            role=Role.SHIELD_ADMINISTRATOR,
            reason="mine",
            by=management_team,
        )
    assert refused.value.decision.code == "own-account"


def test_a_team_grants_nothing_outside_its_base(management_team, other_management_team):
    own = UserFactory(employer=management_team.organisation)
    foreign = UserFactory(employer=other_management_team.organisation)
    for user, place in [
        (own, other_management_team.organisation),
        (foreign, management_team.organisation),
    ]:
        with pytest.raises(Refused) as refused:
            grant_role(
                user=user,
                organisation=place,
                role=Role.PRACTITIONER,
                reason="elsewhere",
                by=management_team,
            )
        assert refused.value.decision.code == "other-user-base"


def test_no_role_at_an_organisation_that_is_not_accredited(central_team):
    place = LocalAuthorityFactory(accredited=False)
    with pytest.raises(Refused) as refused:
        grant_role(
            user=UserFactory(employer=place),
            organisation=place,
            role=Role.PRACTITIONER,
            reason="too early",
            by=central_team,
        )
    assert refused.value.decision.code == "organisation-not-accredited"


def test_no_role_at_an_employer_beneath_an_unaccredited_authority(central_team):
    school = EmployerFactory(parent=LocalAuthorityFactory(accredited=False))
    with pytest.raises(Refused):
        grant_role(
            user=UserFactory(employer=school),
            organisation=school,
            role=Role.PRACTITIONER,
            reason="too early",
            by=central_team,
        )


def given_by_two(**give):
    """Granted, or asked for and agreed to by another person where that is the rule."""
    if not needs_two_people(give["role"]):
        return grant_role(**give)
    return approve_role_request(request=request_role(**give), by=acting_as(Role.CENTRAL_TEAM))


@pytest.mark.parametrize("kind", OrganisationKind)
@pytest.mark.parametrize("role", Role)
def test_a_role_is_held_only_where_it_belongs(central_team, role, kind):
    place = FACTORIES[kind]()
    give = {
        "user": UserFactory(employer=place),
        "organisation": place,
        "role": role,
        "reason": "new post",
        "by": central_team,
    }
    if kind in HOMES[role]:
        assert given_by_two(**give).role == role
    else:
        with pytest.raises(Refused) as refused:
            grant_role(**give)
        assert refused.value.decision.code == "role-not-held-there"


@pytest.mark.parametrize(
    "status", [AccountStatus.SUSPENDED, AccountStatus.HELD, AccountStatus.CLOSED]
)
def test_a_stopped_account_gets_no_role(central_team, status):
    user = UserFactory(status=status)
    with pytest.raises(Refused) as refused:
        grant_role(
            user=user,
            organisation=user.employer,
            role=Role.PRACTITIONER,
            reason="new post",
            by=central_team,
        )
    assert refused.value.decision.code == f"account-{status}"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
def test_other_roles_grant_and_revoke_nothing(practitioner, role):
    by = acting_as(role)
    with pytest.raises(Refused):
        revoke_role(grant=practitioner.grant, reason="no", by=by)
    with pytest.raises(Refused):
        grant_role(
            user=practitioner.user,
            organisation=practitioner.organisation,
            role=Role.MEDIATOR,
            reason="no",
            by=by,
        )
    assert RoleGrant.objects.filter(user=practitioner.user).count() == 1


def test_a_second_revocation_is_no_second_event(practitioner, management_team, events):
    assert revoke_role(grant=practitioner.grant, reason="left", by=management_team)
    assert not revoke_role(grant=practitioner.grant, reason="left", by=management_team)
    assert events.actions() == ["role.revoked"]
    assert not RoleGrant.objects.filter(pk=practitioner.grant.pk).exists()


def test_grants_end_when_their_time_has_come(practitioner, management_team, events):
    set_ended(practitioner.grant)
    assert expire_grants() == 1
    assert expire_grants() == 0
    event = events.one("role.expired")
    assert (event.actor_kind, event.actor_role) == ("job", "accounts.expire_grants")
    assert RoleGrant.objects.filter(pk=management_team.grant.pk).exists()


def soon(days=10):
    return datetime.now(UTC) + timedelta(days=days)


def test_a_grant_is_extended_with_a_reason_and_remembered(practitioner, management_team, events):
    RoleGrant.objects.filter(pk=practitioner.grant.pk).update(until=soon())
    practitioner.grant.refresh_from_db()
    for days in (40, 80):
        extend_grant(
            grant=practitioner.grant, until=soon(days), reason="stays longer", by=management_team
        )
    live = RoleGrant.objects.get(pk=practitioner.grant.pk)
    assert live.until.date() == soon(80).date()
    assert events.actions() == ["role.extended"] * 2
    first = events.since_mark()[0]
    assert first.detail["valid_until"] == timezone.localdate(soon(40)).isoformat()
    assert set(events.payloads().values()) == {"stays longer"}
    changes = RoleGrantHistory.objects.filter(grant_id=live.pk).values_list("change", flat=True)
    assert list(changes) == ["extended", "extended"]


@pytest.mark.parametrize("days", [None, 30])
def test_an_extension_is_never_a_shortening(practitioner, management_team, days):
    until = None if days is None else soon(days)
    RoleGrant.objects.filter(pk=practitioner.grant.pk).update(until=until)
    practitioner.grant.refresh_from_db()
    with pytest.raises(Refused) as refused:
        extend_grant(grant=practitioner.grant, until=soon(20), reason="longer", by=management_team)
    assert refused.value.decision.code == "not-a-later-end"


def test_who_extends_second_to_the_same_day_is_told(practitioner, management_team, events):
    RoleGrant.objects.filter(pk=practitioner.grant.pk).update(until=soon())
    seen = [RoleGrant.objects.get(pk=practitioner.grant.pk) for _ in range(2)]
    day = soon(60)
    extend_grant(grant=seen[0], until=day, reason="longer", by=management_team)
    with pytest.raises(Refused) as refused:
        extend_grant(grant=seen[1], until=day, reason="longer", by=management_team)
    assert refused.value.decision.code == "grant-over-or-longer"
    assert events.actions() == ["role.extended"]


def test_a_grant_that_has_ended_is_not_extended(practitioner, management_team):
    RoleGrant.objects.filter(pk=practitioner.grant.pk).update(until=soon())
    seen = RoleGrant.objects.get(pk=practitioner.grant.pk)
    revoke_role(grant=seen, reason="left", by=management_team)
    seen.pk = practitioner.grant.pk
    with pytest.raises(Refused):
        extend_grant(grant=seen, until=soon(60), reason="longer", by=management_team)


def test_the_event_fails_so_nothing_happened(practitioner, management_team):
    user = UserFactory(employer=management_team.organisation)
    with event_insert_fails():
        with pytest.raises(DatabaseError), transaction.atomic():
            revoke_role(grant=practitioner.grant, reason="left", by=management_team)
        with pytest.raises(DatabaseError), transaction.atomic():
            grant_role(
                user=user,
                organisation=user.employer,
                role=Role.PRACTITIONER,
                reason="new post",
                by=management_team,
            )
        RoleGrant.objects.filter(pk=practitioner.grant.pk).update(until=soon())
        seen = RoleGrant.objects.get(pk=practitioner.grant.pk)
        with pytest.raises(DatabaseError), transaction.atomic():
            extend_grant(grant=seen, until=soon(60), reason="longer", by=management_team)
        assert RoleGrant.objects.get(pk=seen.pk).until < soon(20)
        set_ended(practitioner.grant)
        with pytest.raises(DatabaseError), transaction.atomic():
            expire_grants()
    assert RoleGrant.objects.filter(pk=practitioner.grant.pk).exists()
    assert not RoleGrant.objects.filter(user=user).exists()
    assert not RoleGrantHistory.objects.exists()


def test_a_lapsed_organisation_shuts_actions_whoever_calls_them(practitioner, management_team):
    """The door behind web, task and command: the person's standing is asked again."""
    management_team.base.accreditations.update(valid_from="2019-01-01", valid_until="2020-01-01")
    with pytest.raises(Refused) as refused:
        revoke_role(grant=practitioner.grant, reason="left", by=acting_under(management_team.grant))
    assert refused.value.decision.code == "organisation-not-accredited"


@pytest.mark.parametrize("statement", ["UPDATE {} SET reason = 'x'", "DELETE FROM {}"])
def test_the_app_cannot_change_the_history_of_grants(statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(RoleGrantHistory._meta.db_table))
