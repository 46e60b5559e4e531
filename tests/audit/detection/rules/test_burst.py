"""R09: many strangers in a day."""

from dataclasses import replace

from audit.detection.looks import Seen
from audit.detection.rules.burst import BURST
from audit.detection.usual import Counted
from tests.audit.detection.dossiers import (
    HOUR,
    USUAL,
    dossier,
    explained,
    look,
    signals,
    working_days,
)


def strangers(number: int) -> list[Seen]:
    return [look(child, child % 8 * HOUR / 4) for child in range(number)]


def test_eight_children_without_a_reason_in_one_day_are_told_of() -> None:
    [signal] = signals(BURST, dossier(*strangers(8)))
    assert signal.weight > 2
    assert "8 children" in signal.sentence


def test_a_social_worker_with_eight_cases_on_record_is_not() -> None:
    assert signals(BURST, dossier(*(explained(each) for each in strangers(8)))) == []


def test_a_duty_desk_in_september_is_measured_by_its_own_days() -> None:
    desk = replace(USUAL, children=Counted(7.0, 16.0))
    assert signals(BURST, dossier(*strangers(8), days=working_days(20, children=7)), desk) == []


def test_somebody_whose_own_days_are_like_that_is_told_of_less() -> None:
    [usual] = signals(BURST, dossier(*strangers(8)))
    own = signals(BURST, dossier(*strangers(8), days=working_days(20, children=4)))
    assert not own or own[0].weight < usual.weight
