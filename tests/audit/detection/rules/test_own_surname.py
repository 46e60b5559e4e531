"""R02: a relative by name, and everybody called Smith."""

from dataclasses import replace

from audit.detection.rules.own_surname import OWN_SURNAME
from tests.audit.detection.dossiers import USUAL, dossier, explained, look, signals

RARE, COMMON = 0.0001, 0.013


def test_an_uncle_who_opens_a_nephew_of_his_rare_name_is_told_of() -> None:
    [signal] = signals(OWN_SURNAME, dossier(look(same_surname=True, surname_share=RARE)))
    assert signal.weight == 6.5
    assert "fewer than 1 in 1,000" in signal.sentence


def test_a_smith_who_opens_a_smith_stands_out_far_less() -> None:
    [signal] = signals(OWN_SURNAME, dossier(look(same_surname=True, surname_share=COMMON)))
    assert signal.weight < 3.2
    assert "about 1.3%" in signal.sentence


def test_a_name_of_one_child_in_three_says_nothing() -> None:
    assert signals(OWN_SURNAME, dossier(look(same_surname=True, surname_share=0.35))) == []


def test_a_namesake_in_the_own_caseload_is_explained() -> None:
    case = explained(look(same_surname=True, surname_share=RARE))
    assert signals(OWN_SURNAME, dossier(case)) == []


def test_where_a_community_shares_its_names_the_weight_goes_down() -> None:
    found = dossier(look(same_surname=True, surname_share=0.002))
    [usual] = signals(OWN_SURNAME, found)
    [shared] = signals(OWN_SURNAME, found, replace(USUAL, surname_excess=5.0))
    assert shared.weight < usual.weight - 1.5
