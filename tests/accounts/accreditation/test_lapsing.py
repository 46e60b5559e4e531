"""An accreditation ends by itself at midnight in London; people are reminded before."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from accounts.actions import lapse_accreditations, remind_renewals
from accounts.clocks import LONDON
from accounts.models import OutboxMessage, RenewalReminder
from accounts.policies import is_accredited, standing
from accounts.roles import Role
from accounts.states import State
from tests.audit.faults import event_insert_fails
from tests.clock import database_clock
from tests.factories.accounts import (
    AccreditationFactory,
    LocalAuthorityFactory,
    acting_as,
    acting_under,
)
from tests.factories.accreditation import applicant_of, application

pytestmark = pytest.mark.django_db
LAST = date(2027, 7, 31)  # in summer, when London is not UTC


def accredited_until(last):
    body = LocalAuthorityFactory(accredited=False)
    AccreditationFactory(organisation=body, valid_from=date(2026, 8, 1), valid_until=last)
    return body


def test_it_counts_to_the_last_second_in_london_and_not_one_more(events):
    body = accredited_until(LAST)
    with database_clock(datetime(2027, 7, 31, 12, tzinfo=LONDON)) as clock:
        acting = acting_as(Role.APPLICANT, at=body)
        clock.set(datetime(2027, 7, 31, 23, 59, 59, tzinfo=LONDON))
        assert is_accredited(body)
        assert lapse_accreditations() == 0
        clock.set(datetime(2027, 8, 1, 0, 0, 0, tzinfo=LONDON))
        assert datetime(2027, 7, 31, 23, tzinfo=UTC) == datetime(2027, 8, 1, tzinfo=LONDON)
        assert not is_accredited(body)  # before any job ran
        assert events.actions() == []
        assert lapse_accreditations() == 1
        assert lapse_accreditations() == 0
        assert standing(acting_under(acting.grant)).allowed  # and can apply again
    event = events.one("accreditation.lapsed")
    assert (event.actor_kind, event.reason) == ("job", None)
    assert body.accreditations.get().status == State.LAPSED


def test_people_work_on_the_last_day_and_not_on_the_next():
    body = accredited_until(LAST)
    grant = acting_as(Role.PRACTITIONER, at=body).grant
    with database_clock(datetime(2027, 7, 31, 23, 59, tzinfo=LONDON)) as clock:
        assert acting_under(grant).grant.is_accredited
        clock.set(datetime(2027, 8, 1, 0, 0, tzinfo=LONDON))
        assert not acting_under(grant).grant.is_accredited
        assert standing(acting_under(grant)).code == "organisation-not-accredited"


def test_the_first_period_of_a_renewed_body_ends_without_an_interruption(events):
    body = accredited_until(LAST)
    AccreditationFactory(
        organisation=body, valid_from=LAST + timedelta(days=1), valid_until=date(2028, 7, 31)
    )
    with database_clock(datetime(2027, 8, 1, 0, 0, tzinfo=LONDON)):
        assert is_accredited(body)
        assert lapse_accreditations() == 1
        assert is_accredited(body)
    assert events.one("accreditation.lapsed").reason == "renewed"


def days_before(last, days):
    day = last - timedelta(days=days)
    return datetime(day.year, day.month, day.day, 9, tzinfo=LONDON)


def told():
    return OutboxMessage.objects.filter(kind="accreditation_ends").count()


def test_reminders_go_out_at_90_30_and_7_days_once_each():
    body = accredited_until(LAST)
    manager = acting_as(Role.MANAGEMENT_TEAM, at=body)
    counts = {}
    with database_clock(days_before(LAST, 91)) as clock:
        for days in (91, 90, 89, 31, 30, 29, 8, 7, 6, 0):
            clock.set(days_before(LAST, days))
            remind_renewals()
            remind_renewals()
            counts[days] = told()
    assert counts == {91: 0, 90: 1, 89: 1, 31: 1, 30: 2, 29: 2, 8: 2, 7: 3, 6: 3, 0: 3}
    assert set(OutboxMessage.objects.values_list("user", flat=True)) == {manager.user.pk}


def test_after_days_without_a_job_one_reminder_is_enough():
    acting_as(Role.MANAGEMENT_TEAM, at=accredited_until(LAST))
    with database_clock(days_before(LAST, 5)):
        remind_renewals()
    assert told() == 1
    assert set(RenewalReminder.objects.values_list("days", flat=True)) == {90, 30, 7}


def test_the_applicant_and_deputy_are_reminded_and_nobody_who_is_gone():
    body = accredited_until(LAST)
    made = application(State.DRAFT, at=body, deputy=applicant_of(body).user)
    acting_as(Role.MANAGEMENT_TEAM, at=body, status="closed")
    with database_clock(days_before(LAST, 30)):
        remind_renewals()
    users = set(OutboxMessage.objects.values_list("user", flat=True))
    assert users == {made.applicant_id, made.deputy_id}


def test_a_body_whose_renewal_is_decided_is_left_in_peace():
    body = accredited_until(LAST)
    acting_as(Role.MANAGEMENT_TEAM, at=body)
    AccreditationFactory(
        organisation=body, valid_from=LAST + timedelta(days=1), valid_until=date(2028, 7, 31)
    )
    with database_clock(days_before(LAST, 7)):
        assert remind_renewals() == 0
    assert told() == 0


def test_the_event_fails_so_nothing_lapsed():
    body = accredited_until(date(2026, 8, 2))
    with event_insert_fails(), pytest.raises(DatabaseError), transaction.atomic():
        lapse_accreditations()
    assert body.accreditations.get().status == State.ACCREDITED
