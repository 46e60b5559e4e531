"""Names, postcodes and dates come to one spelling, whatever was typed."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from records.search import normalise

texts = st.text(max_size=40)


@given(texts)
def test_a_name_comes_to_letters_only(text):
    assert set(normalise.norm(text)) <= set(string.ascii_uppercase)


@given(texts)
def test_a_name_stays_as_it_is_once_normalised(text):
    recorded = normalise.recorded_name(text)
    assert normalise.recorded_name(recorded) == recorded
    assert normalise.norm(recorded) == normalise.norm(text)


@given(texts)
def test_upper_and_lower_case_are_one_name(text):
    lowered = text.lower()
    assert normalise.norm(lowered) == normalise.norm(lowered.upper())


@given(st.text(alphabet=string.ascii_letters + " '-", min_size=1, max_size=30))
def test_every_part_of_a_name_lies_in_the_whole(text):
    joined, *others = normalise.parts(text) or ("",)
    assert all(len(part) >= 3 and part in joined for part in others)


def test_names_are_split_into_their_halves():
    assert normalise.parts("Smith-Jones") == ("SMITHJONES", "SMITH", "JONES")
    assert normalise.parts("de la Cruz") == ("DELACRUZ", "CRUZ")
    assert normalise.parts("O'Brien") == ("OBRIEN",)
    assert normalise.parts("王") == ()


def test_letters_that_unicode_does_not_split_are_folded():
    assert (
        normalise.norm("Łukasz Strauß Ærø Đorđe Y\u0131ld\u0131z") == "LUKASZSTRAUSSAERODORDEYILDIZ"
    )


def test_wildcards_come_to_nothing():
    for wildcard in ("%", "*", "_", "?", "% %", "' OR 1=1 --"[0]):
        assert normalise.norm(wildcard) == ""


@given(st.text(max_size=12))
def test_a_postcode_comes_to_letters_and_digits(text):
    assert set(normalise.postcode(text)) <= set(string.ascii_uppercase + string.digits)


def test_a_postcode_has_a_district_only_when_it_is_whole():
    assert normalise.outward(normalise.postcode("sw1a 2aa")) == "SW1A"
    assert normalise.outward("SW1A") == ""
    assert normalise.is_full_postcode("M11AA")
    assert not normalise.is_full_postcode("SW1A")


@settings(max_examples=50)
@given(st.integers(1900, 2100), st.integers(0, 99), st.integers(0, 99))
def test_a_date_is_its_digits_even_if_it_cannot_be(year, month, day):
    assert f"{normalise.date_digits(year, month, day):08d}" == f"{year}{month:02d}{day:02d}"
