"""Powerful roles are given by two people: one asks, another answers; the database holds to it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.db.models.functions import Now

from accounts.actions import (
    approve_role_request,
    expire_role_requests,
    grant_role,
    refuse_role_request,
    request_role,
    revoke_role,
)
from accounts.models import RoleGrant, RoleRequest
from accounts.policies import Refused
from accounts.roles import Role, needs_two_people
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import UserFactory, acting_as, acting_under, grant

pytestmark = pytest.mark.django_db

# An applicant does nothing but ask for accreditation.
POWERFUL = sorted(set(Role) - {Role.PRACTITIONER, Role.MEDIATOR, Role.APPLICANT})


def soon(days=100):
    return datetime.now(UTC) + timedelta(days=days)


@pytest.fixture
def colleague(management_team):
    """A second member of the same management team."""
    return acting_as(Role.MANAGEMENT_TEAM, at=management_team.organisation)


@pytest.fixture
def newcomer(management_team):
    return UserFactory(employer=management_team.organisation)


def asked(by, user, role=Role.SHIELD_ADMINISTRATOR, **more):
    facts = {"organisation": by.organisation, "role": role, "reason": "takes over the desk", **more}
    return request_role(user=user, by=by, **facts)


def code(act, **arguments):
    with pytest.raises(Refused) as refused:
        act(**arguments)
    return refused.value.decision.code


def test_every_role_but_those_of_daily_work_and_applying_takes_two_people():
    assert [role for role in sorted(Role) if needs_two_people(role)] == POWERFUL


@pytest.mark.parametrize("role", POWERFUL)
def test_no_powerful_role_is_granted_by_one_person_alone(central_team, role):
    home = acting_as(role).organisation
    user = UserFactory(employer=home)
    facts = {"user": user, "organisation": home, "role": role, "reason": "new post"}
    assert code(grant_role, **facts, by=central_team) == "two-people-needed"


def test_one_asks_and_another_agrees(management_team, colleague, newcomer, events):
    request = asked(management_team, newcomer, until=soon())
    assert not RoleGrant.objects.filter(user=newcomer).exists()
    given = approve_role_request(request=request, by=colleague)
    assert (given.role, given.granted_by) == (Role.SHIELD_ADMINISTRATOR, colleague.user)
    assert given.until == request.until
    request.refresh_from_db()
    assert (request.outcome, request.answered_by, request.grant_id) == (
        "granted",
        colleague.user,
        given.pk,
    )
    assert events.actions() == ["role.requested", "role.granted"]
    wanted, granted = events.since_mark()
    assert (wanted.actor_id, granted.actor_id) == (management_team.user.pk, colleague.user.pk)
    assert wanted.detail["role_request_id"] == granted.detail["role_request_id"] == request.pk
    assert set(events.payloads().values()) == {"takes over the desk"}


def test_whoever_asked_can_answer_in_no_way(management_team, newcomer):
    request = asked(management_team, newcomer)
    assert code(approve_role_request, request=request, by=management_team) == "same-person"
    refusal = {"request": request, "reason": "changed my mind", "by": management_team}
    assert code(refuse_role_request, **refusal) == "same-person"


def test_nobody_asks_for_themselves_nor_agrees_to_their_own_role(management_team, colleague):
    assert code(asked, by=management_team, user=management_team.user) == "own-account"
    request = asked(management_team, colleague.user)
    assert code(approve_role_request, request=request, by=colleague) == "own-account"
    refusal = {"request": request, "reason": "not me", "by": colleague}
    assert code(refuse_role_request, **refusal) == "own-account"


def test_a_person_acting_in_another_role_is_still_the_same_person(
    management_team, newcomer, central_team
):
    """Everything about a person follows the person, not the role acted in."""
    both = grant(management_team.user, Role.CENTRAL_TEAM, central_team.organisation)
    request = asked(management_team, newcomer)
    assert code(approve_role_request, request=request, by=acting_under(both)) == "same-person"


def test_another_team_neither_asks_nor_answers(management_team, other_management_team, newcomer):
    request = asked(management_team, newcomer)
    for act, more in [(approve_role_request, {}), (refuse_role_request, {"reason": "no"})]:
        answer = code(act, request=request, by=other_management_team, **more)
        assert answer == "other-user-base"
    assert code(asked, by=other_management_team, user=newcomer) == "other-user-base"


def test_agreeing_needs_a_fresh_second_factor_but_refusing_does_not(
    management_team, colleague, newcomer
):
    stale = replace(colleague, factor_is_fresh=False)
    request = asked(management_team, newcomer)
    assert code(approve_role_request, request=request, by=stale) == "step-up-needed"
    refuse_role_request(request=request, reason="not needed", by=stale)
    request.refresh_from_db()
    assert request.outcome == "refused"


def test_a_refusal_says_why_and_ends_the_request(management_team, colleague, newcomer, events):
    request = asked(management_team, newcomer)
    refuse_role_request(request=request, reason="we have two already", by=colleague)
    event = events.one("role.refused")
    assert (event.actor_id, event.target_id) == (colleague.user.pk, newcomer.pk)
    assert events.payloads()[event.id] == "we have two already"
    assert code(approve_role_request, request=request, by=colleague) == "role-request-answered"
    assert asked(management_team, newcomer).outcome == "open"


def test_a_role_asked_for_already_or_held_already_is_refused(management_team, colleague, newcomer):
    request = asked(management_team, newcomer)
    assert code(asked, by=colleague, user=newcomer) == "role-asked-for-already"
    approve_role_request(request=request, by=colleague)
    assert code(asked, by=colleague, user=newcomer) == "role-already-held"


def test_a_role_of_daily_work_is_not_asked_for(management_team, newcomer):
    request = {"by": management_team, "user": newcomer, "role": Role.PRACTITIONER}
    assert code(asked, **request) == "one-person-enough"


def test_an_approver_who_lost_standing_cannot_agree(management_team, colleague, newcomer):
    request = asked(management_team, newcomer)
    revoke_role(grant=colleague.grant, reason="left", by=management_team)
    gone = replace(colleague, grant=None)
    assert code(approve_role_request, request=request, by=gone) == "no-live-role"
    assert not RoleGrant.objects.filter(user=newcomer).exists()


def test_a_person_stopped_meanwhile_is_not_given_the_role(management_team, colleague, newcomer):
    request = asked(management_team, newcomer)
    newcomer.status, newcomer.status_reason = "suspended", "for this test"
    newcomer.save()
    request = RoleRequest.objects.get(pk=request.pk)
    assert code(approve_role_request, request=request, by=colleague) == "account-suspended"


def test_a_powerful_role_is_extended_by_two_people_too(management_team, colleague, events):
    person = UserFactory(employer=management_team.organisation)
    held = grant(person, Role.SHIELD_ADMINISTRATOR, until=soon(10))
    request = asked(management_team, person, until=soon(300))
    assert request.extends == held.pk
    extended = approve_role_request(request=request, by=colleague)
    assert extended.pk == held.pk
    assert RoleGrant.objects.get(pk=held.pk).until == request.until
    assert events.actions() == ["role.requested", "role.extended"]
    assert events.one("role.extended").detail["role_request_id"] == request.pk


def test_an_extension_of_a_role_that_ended_meanwhile_grants_nothing(management_team, colleague):
    person = UserFactory(employer=management_team.organisation)
    held = grant(person, Role.SHIELD_ADMINISTRATOR, until=soon(10))
    request = asked(management_team, person, until=soon(300))
    revoke_role(grant=held, reason="left the desk", by=management_team)
    assert code(approve_role_request, request=request, by=colleague) == "grant-over-or-longer"
    assert not RoleGrant.objects.filter(user=person).exists()


def test_the_event_fails_so_nothing_happened(management_team, colleague, newcomer):
    request = asked(management_team, newcomer)
    other = UserFactory(employer=management_team.organisation)
    with event_insert_fails():
        attempts: list[tuple[Any, dict[str, Any]]] = [
            (asked, {"by": management_team, "user": other}),
            (approve_role_request, {"request": request, "by": colleague}),
            (refuse_role_request, {"request": request, "reason": "no", "by": colleague}),
        ]
        for act, arguments in attempts:
            with pytest.raises(DatabaseError), transaction.atomic():
                act(**arguments)
    request.refresh_from_db()
    assert request.outcome == "open"
    assert not RoleGrant.objects.filter(user=newcomer).exists()
    assert RoleRequest.objects.count() == 1


def row(management_team, newcomer, **facts):
    """A request straight into the table, past every policy."""
    base = {
        "user": newcomer,
        "organisation": management_team.organisation,
        "role": Role.SHIELD_ADMINISTRATOR,
        "reason": "takes over the desk",
        "requested_by": management_team.user,
        "expires_at": soon(),
    }
    return RoleRequest.objects.create(**{**base, **facts})


@pytest.mark.parametrize(
    ("facts", "constraint"),
    [
        ({"requested_by": "newcomer"}, "role_request_for_somebody_else"),
        ({"answered_by": "manager", "outcome": "granted"}, "role_request_answered_by_another"),
        ({"answered_by": "newcomer", "outcome": "granted"}, "role_request_answered_by_another"),
        ({"reason": ""}, "role_request_says_why"),
        ({"outcome": "refused", "answered_by": "colleague"}, "role_request_refusal_says_why"),
        ({"outcome": "granted", "answered_by": None}, "role_request_answer_whole"),
        ({"outcome": "expired", "answered_by": "colleague"}, "role_request_answer_whole"),
        (
            {"outcome": "granted", "answered_by": "colleague", "grant_id": None},
            "role_request_granted_names_grant",
        ),
    ],
)
def test_the_database_refuses_a_request_of_one_person_or_half_an_answer(
    management_team, colleague, newcomer, facts, constraint
):
    people = {"newcomer": newcomer, "manager": management_team.user, "colleague": colleague.user}
    facts = {name: people.get(value, value) for name, value in facts.items()}
    if facts.get("outcome"):
        facts = {"answered_at": Now(), "grant_id": None, **facts}
        if facts["outcome"] == "granted" and constraint != "role_request_granted_names_grant":
            facts["grant_id"] = 1
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row(management_team, newcomer, **facts)


def test_a_request_that_nobody_answers_ends_by_itself(management_team, colleague, newcomer, events):
    request = row(management_team, newcomer, expires_at=soon(-1))
    assert code(approve_role_request, request=request, by=colleague) == "role-request-answered"
    events.mark()
    assert expire_role_requests() == 1
    assert expire_role_requests() == 0
    event = events.one("role.refused")
    assert (event.actor_kind, event.reason) == ("job", "not-answered")
    request.refresh_from_db()
    assert request.outcome == "expired"


def test_after_its_time_a_role_can_be_asked_for_anew(management_team, newcomer, events):
    row(management_team, newcomer, expires_at=soon(-1))
    assert asked(management_team, newcomer).outcome == "open"
    assert events.actions() == ["role.refused", "role.requested"]


@pytest.mark.parametrize("column", ["role", "requested_by_id", "user_id", "until", "reason"])
def test_the_app_cannot_rewrite_what_was_asked(column):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE accounts_rolerequest SET {column} = {column}")


def at_once(*acts):
    """Runs the acts in threads that begin together; the code of each refusal, or "done"."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=60)
            act()
        except Refused as refused:
            return refused.decision.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


@pytest.mark.django_db(transaction=True)
def test_two_managers_grant_the_same_role_at_once_and_one_is_told(events):
    first = acting_as(Role.MANAGEMENT_TEAM)
    second = acting_as(Role.MANAGEMENT_TEAM, at=first.organisation)
    user = UserFactory(employer=first.organisation)

    def give(by):
        return lambda: grant_role(
            user=user, organisation=first.organisation, role=Role.MEDIATOR, reason="post", by=by
        )

    assert at_once(give(first), give(second)) == ["done", "role-already-held"]
    assert RoleGrant.objects.filter(user=user).count() == 1
    assert events.actions() == ["role.granted"]


@pytest.mark.django_db(transaction=True)
def test_two_managers_answer_the_same_request_at_once_and_one_is_told(events):
    asker = acting_as(Role.MANAGEMENT_TEAM)
    second = acting_as(Role.MANAGEMENT_TEAM, at=asker.organisation)
    third = acting_as(Role.MANAGEMENT_TEAM, at=asker.organisation)
    request = asked(asker, UserFactory(employer=asker.organisation))
    events.mark()
    answers = at_once(
        lambda: approve_role_request(request=request, by=second),
        lambda: refuse_role_request(request=request, reason="no", by=third),
    )
    assert answers == ["done", "role-request-answered"]
    assert len(events.actions()) == 1
