"""Accounts are held, suspended, reinstated and closed: by whom, with which event, and what a second
one changes.
"""

import pytest
from django.db import DatabaseError, transaction

from accounts.acting import job
from accounts.actions import close_account, hold_account, reinstate_account, suspend_account
from accounts.models import RoleGrant, RoleGrantHistory
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from accounts.roles import Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import UserFactory, acting_as

pytestmark = pytest.mark.django_db


def status_of(user):
    user.refresh_from_db()
    return user.status


def test_a_management_team_suspends_an_account_of_its_own(practitioner, management_team, events):
    user = practitioner.user
    assert suspend_account(user=user, reason="looked up a neighbour", by=management_team)

    assert status_of(user) == AccountStatus.SUSPENDED
    event = events.one("account.suspended")
    assert (event.actor_id, event.actor_role) == (management_team.user.pk, "management_team")
    assert event.actor_base == management_team.base.pk
    assert (event.target_type, event.target_id) == ("user", user.pk)
    assert event.reason == "decided-by-a-person"
    assert events.payloads() == {event.id: "looked up a neighbour"}


def test_suspending_ends_every_session(practitioner, management_team):
    before = practitioner.user.get_session_auth_hash()
    suspend_account(user=practitioner.user, reason="for the test", by=management_team)
    practitioner.user.refresh_from_db()
    assert practitioner.user.get_session_auth_hash() != before


def test_a_second_suspension_is_no_second_event(practitioner, management_team, events):
    assert suspend_account(user=practitioner.user, reason="first", by=management_team)
    assert not suspend_account(user=practitioner.user, reason="second", by=management_team)
    assert events.actions() == ["account.suspended"]
    practitioner.user.refresh_from_db()
    assert practitioner.user.status_reason == "first"


def test_a_scheduled_job_may_suspend_but_not_reinstate(practitioner, events):
    by = job("detection")
    assert suspend_account(user=practitioner.user, reason="rule", code="gate", by=by)
    event = events.one("account.suspended")
    assert (event.actor_kind, event.actor_role, event.reason) == ("job", "detection", "gate")
    with pytest.raises(Refused):
        reinstate_account(user=practitioner.user, reason="machine says so", by=by)


def test_a_person_reinstates(practitioner, management_team, events):
    suspend_account(user=practitioner.user, reason="for the test", by=management_team)
    assert reinstate_account(user=practitioner.user, reason="explained", by=management_team)
    assert status_of(practitioner.user) == AccountStatus.ACTIVE
    assert not reinstate_account(user=practitioner.user, reason="again", by=management_team)
    assert events.actions() == ["account.suspended", "account.reinstated"]


def test_a_held_account_is_released(practitioner, management_team, events):
    assert hold_account(user=practitioner.user, reason="not used", by=management_team)
    assert status_of(practitioner.user) == AccountStatus.HELD
    assert reinstate_account(user=practitioner.user, reason="needed", by=management_team)
    assert events.actions() == ["account.held", "account.released"]


def test_closing_ends_roles_and_password_for_good(practitioner, management_team, events):
    user = practitioner.user
    assert close_account(user=user, reason="left", by=management_team)
    user.refresh_from_db()
    assert user.status == AccountStatus.CLOSED
    assert not user.has_usable_password()
    assert not RoleGrant.objects.filter(user=user).exists()
    assert RoleGrantHistory.objects.get(user=user).change == "revoked"
    assert events.one("account.closed").detail == {"count": 1}
    assert not close_account(user=user, reason="again", by=management_team)
    assert not reinstate_account(user=user, reason="back", by=management_team)


ACTIONS = [suspend_account, hold_account, close_account, reinstate_account]


@pytest.mark.parametrize("action", ACTIONS)
def test_nobody_does_it_to_their_own_account(management_team, events, action):
    with pytest.raises(Refused) as refused:
        action(user=management_team.user, reason="mine", by=management_team)
    assert refused.value.decision.code == "own-account"
    assert events.actions() == []


@pytest.mark.parametrize("action", ACTIONS)
def test_another_management_team_may_not(practitioner, other_management_team, action):
    with pytest.raises(Refused) as refused:
        action(user=practitioner.user, reason="not mine", by=other_management_team)
    assert refused.value.decision.code == "other-user-base"
    assert status_of(practitioner.user) == AccountStatus.ACTIVE


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM}))
@pytest.mark.parametrize("action", ACTIONS)
def test_other_roles_may_not(practitioner, action, role):
    with pytest.raises(Refused):
        action(user=practitioner.user, reason="no", by=acting_as(role))
    assert status_of(practitioner.user) == AccountStatus.ACTIVE


def test_the_central_team_may_everywhere(practitioner, central_team):
    assert suspend_account(user=practitioner.user, reason="for the test", by=central_team)


@pytest.mark.parametrize("action", [suspend_account, hold_account, close_account])
def test_the_event_fails_so_nothing_happened(practitioner, management_team, action):
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        action(user=practitioner.user, reason="for the test", by=management_team)
    assert status_of(practitioner.user) == AccountStatus.ACTIVE
    assert RoleGrant.objects.filter(user=practitioner.user).exists()


def test_reinstating_fails_with_its_event(management_team):
    user = UserFactory(employer=management_team.organisation, status=AccountStatus.SUSPENDED)
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        reinstate_account(user=user, reason="for the test", by=management_team)
    assert status_of(user) == AccountStatus.SUSPENDED
