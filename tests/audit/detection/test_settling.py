"""After three days it is asked again: what was recorded late explains a look after all."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.acting import Acting
from accounts.roles import Role
from audit.detection.keeping import LOOKS, forget
from audit.detection.looks import day_of
from audit.detection.models import JudgedLook, PersonDay
from audit.detection.scanning import scan as scan_once
from audit.investigations.alerts import answer_alert
from audit.investigations.models import Alert
from tests.audit.detection.test_scanning import look, scan
from tests.factories import records
from tests.factories.accounts import acting_as

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def judged_at_once(settings) -> None:
    settings.HOLD_SECONDS = 0
    scan()


@pytest.fixture
def worker() -> Acting:
    return acting_as(Role.PRACTITIONER)


def three_days_later() -> None:
    scan_once(timezone.now() + timedelta(hours=74))


def test_an_involvement_that_was_recorded_the_day_after_explains_the_look(worker) -> None:
    child = records.child("Una", "Vale", "2015-03-08")
    look(worker, child.pk)
    scan()
    assert JudgedLook.objects.get().level == 0
    records.InvolvementFactory(
        child=child,
        practitioner=worker.user,
        recorded_by=worker.user,
        service__organisation=worker.base,
    )
    three_days_later()
    kept = JudgedLook.objects.get()
    assert (kept.level, kept.code, kept.is_settled) == (2, "X1", True)
    assert not Alert.objects.exists()


def test_what_is_not_enough_at_once_is_enough_when_nothing_came(worker) -> None:
    acting_as(Role.MANAGEMENT_TEAM, at=worker.base)
    PersonDay.objects.bulk_create(
        PersonDay(
            person=worker.user.pk,
            on=day_of(timezone.now()) - timedelta(days=n),
            role="practitioner",
            looks=5,
            explained=5,
            bands=[2, 1, 1, 1],  # at any hour, so that it does not matter when the tests run
        )
        for n in (1, 2, 3)
    )
    look(worker, former_household=True)
    scan()
    assert not Alert.objects.exists()
    three_days_later()
    assert Alert.objects.get().rules[0] == "R05"
    before = Alert.objects.get().updated_at
    three_days_later()
    assert Alert.objects.get().updated_at == before


def test_days_are_counted_once_however_often_the_scan_runs(worker) -> None:
    child = records.child("Una", "Vale", "2015-03-08").pk
    for _ in range(3):
        look(worker, child)
    scan()
    scan()
    day = PersonDay.objects.get()
    assert (day.looks, day.explained, day.children) == (3, 0, 1)
    assert sum(day.bands) == 3


def test_what_no_rule_looks_back_at_is_forgotten(worker) -> None:
    look(worker)
    scan()
    today = day_of(timezone.now())
    assert forget(today) == 0
    assert forget(today + LOOKS + timedelta(days=1)) == 1
    assert not JudgedLook.objects.exists()
    assert PersonDay.objects.exists()


def test_a_team_that_has_said_why_is_not_asked_the_same_again(worker) -> None:
    team = acting_as(Role.MANAGEMENT_TEAM, at=worker.base)
    look(worker, same_household=True)
    scan()
    answer_alert(alert=Alert.objects.get(), said="Her own child, by arrangement.", by=team)
    three_days_later()
    assert JudgedLook.objects.get().is_settled
    assert Alert.objects.count() == 1
    look(worker, same_household=True)
    scan()
    assert Alert.objects.open().count() == 1


def test_when_a_crowd_shows_whoever_was_there_before_is_told_of_as_well(worker) -> None:
    child = records.child("Una", "Vale", "2015-03-08").pk
    early = [acting_as(Role.PRACTITIONER).user.pk for _ in range(6)]
    JudgedLook.objects.bulk_create(
        JudgedLook(
            event_id=10**9 + n,
            person=person,
            child=child,
            kind=0,
            at=timezone.now() - timedelta(hours=n + 1),
            role="practitioner",
            level=0,
            is_far=True,
        )
        for n, person in enumerate(early)
    )
    look(worker, child)
    scan()
    assert set(Alert.objects.values_list("person", flat=True)) >= set(early)
    assert all("R07" in alert.rules for alert in Alert.objects.all())
