"""R01: whoever opens a child of the own home, and whoever has a reason to."""

from dataclasses import replace

from audit.detection.rules.own_home import OWN_HOME, OWN_HOME_EXPLAINED
from tests.audit.detection.dossiers import USUAL, dossier, explained, look, signals


def test_a_mother_who_opens_her_own_child_without_a_reason_is_told_of() -> None:
    seen = look(same_household=True)
    [signal] = signals(OWN_HOME, dossier(seen))
    assert signal.weight == 9.0
    assert signal.event_ids == (seen.event_id,)
    assert "own home address" in signal.sentence


def test_a_foster_carer_whose_placement_is_recorded_is_a_conflict_and_no_more() -> None:
    found = dossier(explained(look(same_household=True)))
    assert signals(OWN_HOME, found) == []
    [signal] = signals(OWN_HOME_EXPLAINED, found)
    assert signal.family == "conflict"
    assert "A reason is recorded." in signal.sentence


def test_a_neighbour_in_the_same_street_is_not_the_own_home() -> None:
    assert signals(OWN_HOME, dossier(look(same_postcode=True))) == []


def test_where_many_live_in_one_house_it_says_less() -> None:
    hostel = replace(USUAL, signs={**USUAL.signs, "same_household": 1 / 50})
    [signal] = signals(OWN_HOME, dossier(look(same_household=True)), hostel)
    assert signal.weight < 4
