"""Organisations are closed and merged without losing anything; what opens the index ends."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from accounts.actions import (
    close_organisation,
    merge_organisation,
    plan_move,
    record_identifier,
)
from accounts.models import IdentifierScheme, Organisation, RoleGrant, User
from accounts.policies import Refused, can, can_accredit, is_accredited
from accounts.roles import Permission, Role
from accounts.touched import touched_by
from tests.accounts.test_organisations import TODAY, YEAR
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import (
    EmployerFactory,
    LocalAuthorityFactory,
    NationalPartnerFactory,
    UserFactory,
    acting_as,
    acting_under,
    grant,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(accreditation_officer):
    return accreditation_officer


@pytest.fixture
def school():
    return EmployerFactory()


def teacher_at(organisation, role=Role.PRACTITIONER):
    return grant(UserFactory(employer=organisation), role, organisation)


def close(organisation, by, **facts):
    close_organisation(organisation=organisation, reason="it shut its doors", **facts, by=by)


def merge(organisation, into, by, **facts):
    merge_organisation(
        organisation=organisation, into=into, reason="one school now", **facts, by=by
    )


def roles_of(user):
    grants = RoleGrant.objects.filter(user=user)
    return {(held.role, held.content_object_id) for held in grants}


def code_of(refused):
    return refused.value.decision.code


def test_an_organisation_with_people_is_not_closed_by_mistake(officer, school):
    teacher_at(school)
    with pytest.raises(Refused) as refused:
        close(school, officer)
    assert code_of(refused) == "people-left"
    assert "closed first" in refused.value.decision.remedy


def test_closing_with_its_people_ends_everything_and_keeps_every_row(officer, school, events):
    held = teacher_at(school)
    record_identifier(organisation=school, scheme=IdentifierScheme.URN, value="100001", by=officer)
    plan_move(organisation=school, to=LocalAuthorityFactory(), effective_on=TODAY + YEAR,
              reason="new county", by=officer)  # fmt: skip
    events.mark()
    close(school, officer, with_people=True)

    assert events.actions() == [
        "role.revoked",
        "account.closed",
        "accreditation.withdrawn",
        "organisation.amended",
        "organisation.closed",
    ]
    closed = events.one("organisation.closed")
    assert (closed.target_id, closed.detail) == (school.pk, {"count": 1})
    assert events.payloads()[closed.id] == "it shut its doors"
    assert events.one("account.closed").reason == "organisation-closed"
    school.refresh_from_db()
    held.user.refresh_from_db()
    assert (school.is_open, held.user.status) == (False, "closed")
    assert school.identifiers.get().valid_until == TODAY
    assert not is_accredited(school)
    assert not school.moves.planned().exists()


def test_a_body_that_still_manages_employers_is_not_closed(officer, school):
    with pytest.raises(Refused) as refused:
        close(school.parent, officer)
    assert code_of(refused) == "employers-left"
    close(school, officer)
    close(school.parent, officer)


def test_somebody_elses_role_at_a_closed_organisation_ends_too(officer, school):
    visitor = UserFactory(employer=school.parent)
    grant(visitor, Role.PRACTITIONER, school)
    close(school, officer)
    visitor.refresh_from_db()
    assert (roles_of(visitor), visitor.status) == (set(), "active")


def test_a_person_of_a_closed_organisation_is_out_at_once(officer, school):
    held = teacher_at(school)
    assert can(acting_under(held), Permission.SEARCH).allowed
    Organisation.objects.filter(pk=school.pk).update(closed_at=timezone.now(), closing_reason="x")
    assert not can(acting_under(held), Permission.SEARCH).allowed


def test_who_comes_second_to_close_is_told(officer, school, events):
    close(school, officer)
    events.mark()
    with pytest.raises(Refused) as refused:
        close(school, officer)
    assert code_of(refused) == "organisation-closed"
    assert events.actions() == []


def test_a_preview_that_no_longer_holds_is_not_confirmed(officer, school):
    seen = touched_by(school).seal
    teacher_at(school)
    with pytest.raises(Refused) as refused:
        close(school, officer, with_people=True, seen=seen)
    assert code_of(refused) == "preview-out-of-date"
    close(school, officer, with_people=True, seen=touched_by(school).seal)


def test_a_closed_organisation_is_never_accredited_or_joined_again(officer, school):
    outsider = UserFactory()
    close(school, officer)
    school.refresh_from_db()
    assert can_accredit(officer, school).code == "organisation-closed"
    for join in (
        lambda: UserFactory(employer=school),
        lambda: User.objects.filter(pk=outsider.pk).update(employer=school),
        lambda: grant(outsider, Role.PRACTITIONER, school),
        lambda: EmployerFactory(parent=school),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            join()


def test_the_central_body_cannot_be_closed(officer):
    with pytest.raises(Refused):
        close(officer.organisation, officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=officer.organisation.pk).update(
            closed_at=timezone.now(), closing_reason="no"
        )


def test_closing_and_merging_need_a_fresh_second_factor(officer, school):
    tired = replace(officer, factor_is_fresh=False)
    for act in (
        lambda: close(school, tired),
        lambda: merge(school, EmployerFactory(), tired),
        lambda: plan_move(
            organisation=school,
            to=LocalAuthorityFactory(),
            effective_on=TODAY,
            reason="x",
            by=tired,
        ),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert code_of(refused) == "step-up-needed"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ACCREDITATION_OFFICER}))
def test_other_roles_close_and_merge_nothing(school, role):
    by = acting_as(role)
    for act in (lambda: close(school, by), lambda: merge(school, EmployerFactory(), by)):
        with pytest.raises(Refused):
            act()
    school.refresh_from_db()
    assert school.is_open


def test_a_merged_schools_people_and_everyday_roles_pass_over(officer, school, events):
    into = EmployerFactory(parent=school.parent)
    held = teacher_at(school)
    gone = UserFactory(employer=school, status="closed")
    record_identifier(organisation=school, scheme=IdentifierScheme.URN, value="100001", by=officer)
    events.mark()
    merge(school, into, officer, seen=touched_by(school).seal)

    assert events.actions() == [
        "account.amended",
        "role.revoked",
        "role.granted",
        "accreditation.withdrawn",
        "organisation.merged",
    ]
    merged = events.one("organisation.merged")
    assert (merged.target_id, merged.detail) == (into.pk, {"merged_id": school.pk, "count": 1})
    school.refresh_from_db()
    held.user.refresh_from_db()
    gone.refresh_from_db()
    assert (school.successor, held.user.employer, gone.employer) == (into, into, school)
    assert roles_of(held.user) == {(Role.PRACTITIONER, into.pk)}
    old = school.identifiers.get()
    assert (old.value, old.valid_until) == ("100001", TODAY)
    assert old.successor == into.identifiers.live().get()
    assert (old.successor.value, old.successor.valid_from) == ("100001", TODAY)


def test_the_successors_own_identifier_succeeds_the_merged_ones(officer, school):
    into = EmployerFactory(parent=school.parent)
    for organisation, value in ((school, "100001"), (into, "100002")):
        record_identifier(
            organisation=organisation, scheme=IdentifierScheme.URN, value=value, by=officer
        )
    merge(school, into, officer)
    assert school.identifiers.get().successor.value == "100002"
    assert into.identifiers.live().get().value == "100002"


def test_an_authority_is_merged_with_its_schools_and_only_everyday_roles(officer):
    old, new = LocalAuthorityFactory(), LocalAuthorityFactory()
    school: Any = EmployerFactory(parent=old)
    manager = teacher_at(old, Role.MANAGEMENT_TEAM)
    mediator = teacher_at(old, Role.MEDIATOR)
    teacher = teacher_at(school)
    helper = teacher_at(old, Role.PRACTITIONER)
    grant(helper.user, Role.PRACTITIONER, school)
    merge(old, new, officer)
    school.refresh_from_db()
    assert school.parent == new
    assert roles_of(manager.user) == set()
    assert roles_of(mediator.user) == {(Role.MEDIATOR, new.pk)}
    assert roles_of(teacher.user) == {(Role.PRACTITIONER, school.pk)}
    assert roles_of(helper.user) == {(Role.PRACTITIONER, new.pk), (Role.PRACTITIONER, school.pk)}


def test_a_role_held_at_both_is_not_granted_twice(officer, school):
    into = EmployerFactory(parent=school.parent)
    held = teacher_at(school)
    grant(held.user, Role.PRACTITIONER, into)
    merge(school, into, officer)
    assert roles_of(held.user) == {(Role.PRACTITIONER, into.pk)}


def test_merging_into_another_teams_school_ends_what_reaches_across(officer, school):
    into = EmployerFactory(parent=LocalAuthorityFactory())
    held = teacher_at(school)
    grant(held.user, Role.MEDIATOR, school.parent)
    merge(school, into, officer)
    assert roles_of(held.user) == {(Role.PRACTITIONER, into.pk)}


def test_only_like_is_merged_into_like_that_counts_today(officer, school):
    for into, code in (
        (school, "not-of-one-kind"),
        (NationalPartnerFactory(), "not-of-one-kind"),
        (EmployerFactory(accredited=False), "organisation-not-accredited"),
    ):
        with pytest.raises(Refused) as refused:
            merge(school, into, officer)
        assert code_of(refused) == code


@pytest.mark.parametrize("act", ["close", "merge"])
def test_the_event_fails_so_nothing_happened(officer, school, act):
    held = teacher_at(school)
    into = EmployerFactory(parent=school.parent)
    acts = {
        "close": lambda: close(school, officer, with_people=True),
        "merge": lambda: merge(school, into, officer),
    }
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        acts[act]()
    school.refresh_from_db()
    held.user.refresh_from_db()
    assert (school.is_open, held.user.status, held.user.employer) == (True, "active", school)
    assert roles_of(held.user) == {(Role.PRACTITIONER, school.pk)}
