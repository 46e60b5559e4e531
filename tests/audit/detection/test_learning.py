"""What is usual is learned where it runs: of the employer, the role, the nation."""

from datetime import date, timedelta

import pytest

from audit.detection.far import FarPlaces
from audit.detection.learning import ALERT, BUDGET, Moments, Sums, alert_threshold, usual_of
from audit.detection.models import JudgedLook, Learned, PersonDay
from audit.detection.nightly import learn
from audit.detection.usual import Counted, Usual, evidence
from audit.detection.versions import version

TODAY = date(2026, 11, 25)


def days(role: str, people: int, number: int, *, employer: int | None = 3, **more: object) -> None:
    first = PersonDay.objects.count() * 1_000
    PersonDay.objects.bulk_create(
        PersonDay(
            person=first + person,
            on=TODAY - timedelta(days=day + 5),
            role=role,
            employer=employer,
            **{"looks": 4, "explained": 4, "bands": [4, 0, 0, 0], **more},
        )
        for person in range(people)
        for day in range(number)
    )


@pytest.mark.django_db
def test_a_duty_desk_is_not_measured_by_a_school() -> None:
    days("duty", 20, 20, children=6, explained=1)
    days("school", 40, 20)
    learn(TODAY)
    found = version(TODAY)
    duty, school = found.usual("duty", None), found.usual("school", None)
    assert duty.children.mean > 4 > 1 > school.children.mean
    assert duty.explained < 0.5 < 0.9 < school.explained
    assert duty.days == 400
    assert found.roles == ["duty", "school"]


@pytest.mark.django_db
def test_a_new_role_is_measured_by_the_nation_and_counts_no_days() -> None:
    days("duty", 20, 20, children=6)
    learn(TODAY)
    new = version(TODAY).usual("apprentice", None)
    assert new.children.mean > 2
    assert new.days == 0


@pytest.mark.django_db
def test_an_employer_whose_people_record_nothing_is_measured_by_itself() -> None:
    days("school", 40, 20, employer=1)
    days("school", 40, 20, employer=2, children=2, explained=0)
    learn(TODAY)
    found = version(TODAY)
    assert found.usual("school", 2).days_with > 0.8
    assert found.usual("school", 1).days_with < 0.15


@pytest.mark.django_db
def test_days_that_were_alerted_teach_nothing() -> None:
    days("school", 40, 20)
    days("school", 10, 20, children=9, is_alerted=True)
    learn(TODAY)
    assert version(TODAY).usual("school", None).children.mean < 0.5


@pytest.mark.django_db
def test_a_night_is_learned_once_and_three_weeks_make_it_calibrated() -> None:
    days("school", 5, 10)
    assert learn(TODAY) > 0
    assert learn(TODAY) == 0
    assert not version(TODAY).is_calibrated
    Learned.objects.all().delete()
    days("school", 5, 25)
    learn(TODAY)
    assert version(TODAY).is_calibrated


@pytest.mark.django_db
def test_a_sign_that_honest_people_often_show_is_learned_as_usual() -> None:
    days("village", 10, 20, children=1)
    JudgedLook.objects.bulk_create(
        JudgedLook(
            event_id=n,
            person=n % 10,
            child=n,
            kind=0,
            at=f"{TODAY - timedelta(days=6 + n % 15)}T12:00Z",
            role="village",
            employer=3,
            level=0,
            facts={"same_postcode": True} if n % 4 == 0 else {},
        )
        for n in range(1_200)
    )
    learn(TODAY)
    assert version(TODAY).usual("village", None).signs["same_postcode"] > 0.15
    assert Usual().signs["same_postcode"] < 0.01


def test_the_threshold_keeps_to_the_budget() -> None:
    peaks = [n / 100 for n in range(1_000)]
    threshold = alert_threshold(peaks, 28_000)
    assert threshold is not None
    assert sum(peak > threshold for peak in peaks) <= BUDGET * 28
    assert alert_threshold([-3.0] * 1_000, 28_000) == ALERT
    assert alert_threshold(peaks, 2_000) is None


def test_little_evidence_changes_little() -> None:
    nation = Usual()
    few = Sums(days=5, days_with=5, children=Moments(5, 25, 125))
    assert usual_of(few, nation).days_with < nation.days_with + 0.05


def test_own_history_lowers_what_a_count_says() -> None:
    usual = Counted(0.5, 1.0)
    assert usual.tail(6) < usual.tail(6, own=60, own_days=20)
    assert evidence(0.5, 0) == 0
    assert evidence(1e-6, 1.9) > 6


def test_a_base_without_a_home_area_is_far_from_nobody() -> None:
    home, helpline = {"W1": 95, "W2": 5}, {f"W{n}": 10 for n in range(20)}
    far = FarPlaces({1: home, 2: helpline})
    assert far.is_far(1, "W3")
    assert not far.is_far(1, "W2")
    assert not far.is_far(2, "W99")
    assert not far.is_far(3, "W1")
