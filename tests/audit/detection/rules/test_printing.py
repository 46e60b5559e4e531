"""R18: a stack of paper."""

from dataclasses import replace

from audit.detection.rules.printing import PRINTING
from audit.detection.usual import Counted
from tests.audit.detection.dossiers import USUAL, dossier, printed, signals, working_days


def test_twenty_children_on_paper_in_one_day_are_told_of_explained_or_not() -> None:
    [signal] = signals(PRINTING, dossier(*(printed(child) for child in range(20))))
    assert signal.weight > 6
    assert "20 children" in signal.sentence


def test_a_court_bundle_is_one_child_several_times() -> None:
    assert signals(PRINTING, dossier(*(printed(7) for _ in range(20)))) == []


def test_an_office_that_works_on_paper_is_measured_by_its_own_days() -> None:
    paper = replace(USUAL, prints=Counted(12.0, 40.0))
    bundle = dossier(*(printed(child) for child in range(14)), days=working_days(20, prints=12))
    assert signals(PRINTING, bundle, paper) == []
