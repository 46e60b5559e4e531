"""R17: the old team's cases."""

from audit.detection.rules.left_team import LEFT_TEAM
from tests.audit.detection.dossiers import dossier, explained, look, signals


def test_somebody_who_goes_on_opening_the_old_teams_cases_is_told_of() -> None:
    [signal] = signals(LEFT_TEAM, dossier(look(left_team=True)))
    assert 2 < signal.weight <= 3.8


def test_the_fortnight_of_handing_over_is_explained() -> None:
    assert signals(LEFT_TEAM, dossier(explained(look()))) == []
    assert signals(LEFT_TEAM, dossier(look())) == []
