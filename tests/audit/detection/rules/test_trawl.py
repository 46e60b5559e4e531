"""R08: down the street, through the alphabet."""

from dataclasses import replace
from datetime import timedelta

from audit.detection.looks import Searched
from audit.detection.rules.trawl import TRAWL
from audit.detection.usual import Counted
from tests.audit.detection.dossiers import USUAL, dossier, look, search, signals

MINUTE = timedelta(minutes=1)


def down_the_street(number: int) -> list[Searched]:
    return [search(f"postcode={n}", (number - n) * MINUTE, follows=n > 0) for n in range(number)]


def test_somebody_who_goes_down_a_street_is_told_of_with_the_order() -> None:
    [signal] = signals(TRAWL, dossier(look(), searches=down_the_street(12)))
    assert signal.weight > 4
    assert "12 different names or postcodes" in signal.sentence
    assert "alphabetical or street order" in signal.sentence


def test_five_hasty_searches_by_surname_are_a_bad_line_on_the_telephone() -> None:
    assert signals(TRAWL, dossier(searches=down_the_street(5))) == []


def test_the_same_name_ten_times_is_one_name() -> None:
    same = [search("family_name=a", n * MINUTE) for n in range(10)]
    assert signals(TRAWL, dossier(searches=same)) == []


def test_a_clerk_whose_days_are_like_that_is_not_told_of() -> None:
    clerks = replace(USUAL, thin=Counted(9.0, 30.0))
    scattered = [replace(each, follows=False) for each in down_the_street(12)]
    assert signals(TRAWL, dossier(searches=scattered), clerks) == []
