"""Canonical JSON: one value, one text, whatever hostile strings it holds."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.ledger.canonical import MAX_SAFE_INTEGER, canonical_json

HOSTILE = ["\n", "\r\n", "\u2028", "\u2029", "\x00", "\x1b[2J", "\u202e", "\u2066", '"', "\\", "</"]
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(HOSTILE)
INTEGERS = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value):
    assert json.loads(canonical_json(value)) == value


@given(VALUES)
def test_canonical_text_is_already_canonical_and_one_line(value):
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    assert "\n" not in text
    assert "\r" not in text


@given(st.dictionaries(TEXT, INTEGERS))
def test_the_order_in_which_keys_were_given_does_not_matter(value):
    backwards = dict(reversed(value.items()))
    assert canonical_json(backwards) == canonical_json(value)


@given(st.dictionaries(TEXT, st.none(), min_size=2))
def test_keys_stand_in_the_order_of_utf_16_code_units(value):
    keys = list(json.loads(canonical_json(value)))
    assert keys == sorted(keys, key=lambda key: key.encode("utf-16-be"))


def test_the_order_differs_from_that_of_code_points_beyond_the_basic_plane():
    assert canonical_json({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'


def test_the_example_of_rfc_8785_for_strings():
    # RFC 8785 section 3.2.2: its string, with the escapes it prescribes.
    value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/'}
    assert canonical_json(value) == '{"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'


@pytest.mark.parametrize(
    "value", [1.0, {"a": 0.5}, float("nan"), b"x", {1: "x"}, {None: 1}, object(), {"a": {2, 3}}]
)
def test_what_has_no_canonical_form_here_is_refused(value):
    with pytest.raises(TypeError):
        canonical_json(value)


@pytest.mark.parametrize(
    "value", [MAX_SAFE_INTEGER + 1, -MAX_SAFE_INTEGER - 1, "\ud800", {"\udfff": 1}]
)
def test_numbers_and_strings_that_json_cannot_carry_are_refused(value):
    with pytest.raises(ValueError, match=r"2\^53|surrogates"):
        canonical_json(value)
