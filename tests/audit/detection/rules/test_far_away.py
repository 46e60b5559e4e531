"""R19: a child two hundred miles off."""

from dataclasses import replace

from audit.detection.rules.far_away import FAR_AWAY
from tests.audit.detection.dossiers import USUAL, dossier, explained, look, signals


def test_a_far_child_without_a_reason_is_told_of_once() -> None:
    [signal] = signals(FAR_AWAY, dossier(look(1, is_far=True), look(2, is_far=True)))
    assert 0 < signal.weight <= 4
    assert len(signal.event_ids) == 2


def test_a_helpline_is_far_from_everybody() -> None:
    helpline = replace(USUAL, signs={**USUAL.signs, "is_far": 0.9})
    assert signals(FAR_AWAY, dossier(look(is_far=True)), helpline) == []


def test_a_child_who_moved_here_is_explained() -> None:
    assert signals(FAR_AWAY, dossier(explained(look(is_far=True)))) == []
