"""R13: back after months."""

from audit.detection.looks import Day
from audit.detection.rules.dormant import DORMANT
from tests.audit.detection.dossiers import DAY, NOW, dossier, explained, look, signals, working_days


def used(days_ago: int) -> list[Day]:
    return [Day((NOW - days_ago * DAY).date(), looks=3)]


def test_an_account_that_slept_and_looks_at_three_strangers_is_told_of() -> None:
    [signal] = signals(DORMANT, dossier(look(1), look(2), look(3), days=used(62)))
    assert signal.weight > 5
    assert "after 62 days" in signal.sentence


def test_the_last_sign_in_counts_where_nothing_else_is_known() -> None:
    found = dossier(look(), days=[], last_used=(NOW - 90 * DAY).date())
    assert "after 90 days" in signals(DORMANT, found)[0].sentence
    assert signals(DORMANT, dossier(look(), days=[])) == []


def test_back_from_leave_with_cases_handed_over_is_explained() -> None:
    assert signals(DORMANT, dossier(explained(look()), days=used(62))) == []


def test_a_holiday_is_no_sleep_and_the_third_day_back_is_a_day_like_others() -> None:
    assert signals(DORMANT, dossier(look(), days=used(21))) == []
    back = [*used(62), *working_days(4)]
    assert signals(DORMANT, dossier(look(), days=back)) == []
