"""R07: a child in the news."""

from audit.detection.rules.crowd import CROWD
from tests.audit.detection.dossiers import dossier, explained, look, signals

FAR, NEAR = True, False


def test_the_fourth_far_viewer_of_a_child_in_the_news_is_told_of() -> None:
    found = dossier(look(is_far=True), crowds={100: [(2, FAR), (3, FAR), (4, FAR)]})
    [signal] = signals(CROWD, found)
    assert signal.weight > 3
    assert "4 users, 4 of them from far areas" in signal.sentence


def test_three_agencies_of_one_town_around_one_child_are_no_crowd() -> None:
    assert signals(CROWD, dossier(look(), crowds={100: [(2, NEAR), (3, NEAR), (4, NEAR)]})) == []


def test_whoever_works_with_the_child_is_not_of_the_crowd() -> None:
    found = dossier(explained(look(is_far=True)), crowds={100: [(2, FAR), (3, FAR)]})
    assert signals(CROWD, found) == []
