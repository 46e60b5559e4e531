"""R06: back to one child, day after day."""

from audit.detection.rules.same_child_again import SAME_CHILD_AGAIN
from tests.audit.detection.dossiers import DAY, HOUR, dossier, explained, look, signals


def test_somebody_who_comes_back_to_one_child_on_five_days_is_told_of() -> None:
    looks = [look(ago=n * 3 * DAY) for n in range(5)]
    [signal] = signals(SAME_CHILD_AGAIN, dossier(*looks))
    assert signal.weight > 2
    assert "5 different days" in signal.sentence
    assert set(signal.event_ids) == {each.event_id for each in looks}


def test_the_same_record_five_times_in_one_day_is_one_day() -> None:
    assert signals(SAME_CHILD_AGAIN, dossier(*(look(ago=n * HOUR / 4) for n in range(5)))) == []


def test_a_case_that_is_on_record_may_be_opened_every_day() -> None:
    looks = [explained(look(ago=n * DAY)) for n in range(9)]
    assert signals(SAME_CHILD_AGAIN, dossier(*looks)) == []
