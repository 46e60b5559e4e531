"""Accounts that nobody has used for thirty days are held; their team lets them go again."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.actions import hold_idle_accounts, reinstate_account
from accounts.models import OutboxMessage, User
from accounts.roles import Role
from tests.audit.faults import event_insert_fails
from tests.factories.accounts import LocalAuthorityFactory, acting_as, acting_under

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return LocalAuthorityFactory()


def used(acting, days_ago, **facts):
    """The person last signed in so many days ago; the account is older than that."""
    now = timezone.now()
    User.objects.filter(pk=acting.user.pk).update(
        last_login=None if days_ago is None else now - timedelta(days=days_ago),
        **{"created_at": now - timedelta(days=400), "status_since": now - timedelta(days=400)}
        | facts,
    )
    return acting.user


def status_of(user):
    user.refresh_from_db()
    return user.status


@pytest.fixture
def manager(authority):
    return acting_as(Role.MANAGEMENT_TEAM, at=authority)


def test_an_account_not_used_for_thirty_days_is_held_once(authority, manager, events):
    idle = used(acting_as(Role.PRACTITIONER, at=authority), 31)
    busy = used(acting_as(Role.PRACTITIONER, at=authority), 29)
    assert hold_idle_accounts() == 1
    assert hold_idle_accounts() == 0
    assert (status_of(idle), status_of(busy)) == ("held", "active")
    event = events.one("account.held")
    assert (event.actor_kind, event.reason) == ("job", "not-used-for-30-days")
    told = OutboxMessage.objects.filter(about_id=idle.pk)
    assert {message.user_id for message in told} == {idle.pk, manager.user.pk}


def test_somebody_who_never_signed_in_is_held_too(authority):
    assert status_of(used(acting_as(Role.PRACTITIONER, at=authority), None)) == "active"
    assert hold_idle_accounts() == 1


def test_an_account_given_back_lately_has_its_thirty_days(authority):
    by = acting_as(Role.PRACTITIONER, at=authority)
    used(by, 90, status_since=timezone.now() - timedelta(days=2))
    assert hold_idle_accounts() == 0


def test_the_team_releases_it_after_a_check_and_both_are_told(authority, manager, events):
    user = used(acting_as(Role.PRACTITIONER, at=authority), 31)
    hold_idle_accounts()
    OutboxMessage.objects.all().update(about_id=0)
    user.refresh_from_db()
    assert reinstate_account(user=user, reason="back from leave, spoke in person", by=manager)
    assert status_of(user) == "active"
    assert events.one("account.released").target_id == user.pk
    told = OutboxMessage.objects.filter(about_id=user.pk)
    assert {message.user_id for message in told} == {user.pk, manager.user.pk}
    assert hold_idle_accounts() == 0


@pytest.mark.parametrize("role", [Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM])
def test_the_last_of_a_team_is_never_held(role):
    first = acting_as(role)
    second = acting_as(role, at=first.organisation)
    for member in (first, second):
        used(member, 60)
    assert hold_idle_accounts() == 1
    assert hold_idle_accounts() == 0
    assert sorted([status_of(first.user), status_of(second.user)]) == ["active", "held"]
    assert acting_under(second.grant).user.status == "active"


def test_a_suspended_account_stays_suspended(authority):
    user = used(acting_as(Role.PRACTITIONER, at=authority), 60)
    User.objects.filter(pk=user.pk).update(status="suspended", status_reason="under review")
    assert hold_idle_accounts() == 0


def test_the_event_fails_so_nothing_happened(authority):
    user = used(acting_as(Role.PRACTITIONER, at=authority), 31)
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        hold_idle_accounts()
    assert status_of(user) == "active"
    assert not OutboxMessage.objects.filter(about_id=user.pk).exists()
