"""R03: the children of the own street."""

from dataclasses import replace

from audit.detection.rules.own_postcode import OWN_POSTCODE
from tests.audit.detection.dossiers import USUAL, dossier, explained, look, signals


def test_somebody_who_opens_the_neighbours_child_is_told_of() -> None:
    [signal] = signals(OWN_POSTCODE, dossier(look(same_postcode=True)))
    assert signal.weight > 3


def test_a_health_visitor_who_lives_in_her_own_area_has_her_reason_on_record() -> None:
    assert signals(OWN_POSTCODE, dossier(explained(look(same_postcode=True)))) == []


def test_the_own_home_is_another_rules_matter() -> None:
    own = look(same_postcode=True, same_household=True)
    assert signals(OWN_POSTCODE, dossier(own)) == []


def test_where_a_whole_team_lives_where_it_works_it_says_little() -> None:
    village = replace(USUAL, signs={**USUAL.signs, "same_postcode": 0.08})
    [usual] = signals(OWN_POSTCODE, dossier(look(same_postcode=True)))
    found = signals(OWN_POSTCODE, dossier(look(same_postcode=True)), village)
    assert not found or found[0].weight < usual.weight - 3
