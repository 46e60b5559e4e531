"""R11: at two in the morning."""

from dataclasses import replace
from datetime import UTC, datetime

from audit.detection.looks import Day
from audit.detection.rules.off_duty import EVENING, NIGHT, WEEKEND
from tests.audit.detection.dossiers import (
    DAY,
    USUAL,
    dossier,
    explained,
    look,
    signals,
    working_days,
)

TWO_IN_THE_MORNING = datetime(2026, 11, 25, 2, 10, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, 11, 0, tzinfo=UTC)
AT_EIGHT = datetime(2026, 11, 25, 20, 0, tzinfo=UTC)


def at(moment: datetime, **more):
    return dossier(replace(look(**more), at=moment), days=working_days(40))


def test_a_day_worker_who_opens_a_stranger_at_two_in_the_morning_is_told_of() -> None:
    usual = replace(USUAL, bands=(0.97, 0.015, 0.0005, 0.01))
    [signal] = signals(NIGHT, at(TWO_IN_THE_MORNING), usual)
    assert signal.weight > 3
    assert "(02:10)" in signal.sentence


def test_a_night_team_is_at_work_then() -> None:
    nights = replace(USUAL, bands=(0.1, 0.2, 0.65, 0.05))
    assert signals(NIGHT, at(TWO_IN_THE_MORNING), nights) == []


def test_whoever_is_on_the_rota_is_at_work_then() -> None:
    assert signals(NIGHT, at(TWO_IN_THE_MORNING, on_shift=True)) == []


def test_somebody_who_has_always_worked_evenings_is_measured_by_that() -> None:
    [signal] = signals(EVENING, at(AT_EIGHT), replace(USUAL, bands=(0.985, 0.005, 0.005, 0.005)))
    assert signal.weight <= 2
    evenings = [
        Day((TWO_IN_THE_MORNING - n * DAY).date(), looks=5, bands=(2, 3, 0, 0))
        for n in range(40, 0, -1)
    ]
    found = dossier(replace(look(), at=AT_EIGHT), days=evenings)
    assert signals(EVENING, found) == []


def test_a_weekend_is_told_of_and_a_reason_on_record_silences_all() -> None:
    usual = replace(USUAL, bands=(0.985, 0.01, 0.001, 0.004))
    [_] = signals(WEEKEND, replace_now(at(SATURDAY)), usual)
    reason = explained(replace(look(), at=SATURDAY))
    assert signals(WEEKEND, replace_now(dossier(reason)), usual) == []


def replace_now(found):
    found.at = SATURDAY
    return found
