"""R20: nothing on record."""

from dataclasses import replace

from audit.detection.rules.no_reason import NO_REASON
from tests.audit.detection.dossiers import USUAL, dossier, explained, look, signals, working_days


def test_a_look_that_nothing_explains_says_a_little() -> None:
    [signal] = signals(NO_REASON, dossier(look(1), look(2)))
    assert 0 < signal.weight < 3.5


def test_a_duty_or_a_link_on_record_silences_it() -> None:
    assert signals(NO_REASON, dossier(explained(look(), level=1))) == []
    assert signals(NO_REASON, dossier(explained(look()))) == []


def test_where_honest_work_leaves_no_trace_it_says_nothing() -> None:
    untraced = replace(USUAL, days_with=0.95)
    own = working_days(20, children=1)
    assert signals(NO_REASON, dossier(look(), days=own), untraced) == []


def test_what_is_still_unexplained_after_three_days_says_more() -> None:
    [young] = signals(NO_REASON, dossier(look()))
    [settled] = signals(NO_REASON, dossier(look(is_settled=True)))
    assert settled.weight > young.weight
