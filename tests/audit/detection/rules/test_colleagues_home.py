"""R04: the child of a colleague."""

from audit.detection.rules.colleagues_home import COLLEAGUES_HOME
from tests.audit.detection.dossiers import dossier, explained, look, signals


def test_somebody_who_opens_a_colleagues_child_is_told_of() -> None:
    [signal] = signals(COLLEAGUES_HOME, dossier(look(colleague_household=True)))
    assert 3 < signal.weight <= 5
    assert "colleague" in signal.sentence


def test_a_colleagues_child_who_was_referred_to_the_team_is_explained() -> None:
    assert signals(COLLEAGUES_HOME, dossier(explained(look(colleague_household=True)))) == []
