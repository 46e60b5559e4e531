"""R10: a stranger a day, for weeks."""

from audit.detection.looks import Seen
from audit.detection.rules.drip import DRIP
from tests.audit.detection.dossiers import DAY, dossier, look, signals


def a_day(number: int, *, is_settled: bool, first: int = 4) -> list[Seen]:
    return [look(n, (first + n) * DAY, is_settled=is_settled) for n in range(number)]


def test_fourteen_strangers_in_three_weeks_are_told_of() -> None:
    [signal] = signals(DRIP, dossier(*a_day(14, is_settled=True), look(99)))
    assert signal.weight > 0
    assert "14 children in 21 days" in signal.sentence


def test_what_may_still_be_recorded_late_is_waited_for() -> None:
    assert signals(DRIP, dossier(*a_day(14, is_settled=False))) == []


def test_somebody_whose_team_never_records_anything_has_always_looked_like_that() -> None:
    before = a_day(40, is_settled=True, first=22)
    found = dossier(*a_day(14, is_settled=True), *before)
    [usual] = signals(DRIP, dossier(*a_day(14, is_settled=True)))
    own = signals(DRIP, found)
    assert not own or own[0].weight < usual.weight
