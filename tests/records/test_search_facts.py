"""How somebody searched stands in the event, to count and compare, without what they typed."""

import json

import pytest
from django.urls import reverse

from accounts.roles import Role
from records.models import SearchRequest
from records.search.criteria import follows, hashed_criteria, is_test
from records.search.terms import SearchTerms, TypedDate
from tests.factories.accounts import acting_as, sign_in
from tests.factories.records import child

REASON = {"purpose": "child_at_risk", "case_reference": "REF-77"}


@pytest.mark.parametrize(
    "reference",
    ["test", "TEST-001", "just a test", "Testing the system", "asdf", "asdfgh 1", "xxx", "demo",
     "to see how this works", "trying it out", "Tést"],
)  # fmt: skip
def test_a_reference_that_is_only_a_test_is_told(reference):
    assert is_test(reference)


@pytest.mark.parametrize(
    "reference",
    ["REF-77", "Hearing test 12", "Attest 4", "Protest march", "Demosthenes", "XX/12", "",
     "Contest of 3 May", "blood tests", "12345", "A 7", "how the system failed her"],
)  # fmt: skip
def test_a_reference_that_says_more_is_none(reference):
    assert not is_test(reference)


def test_spellings_that_are_searched_alike_have_one_hash():
    first = hashed_criteria(SearchTerms(family_name="O'Brien", postcode="ls1 1aa"))
    again = hashed_criteria(SearchTerms(family_name="OBRIEN", postcode="LS1 1AA"))
    assert first == again
    assert set(first) == {"family_name", "postcode"}
    assert hashed_criteria(SearchTerms(family_name="Bryan"))["family_name"] not in first.values()


def test_the_same_word_in_another_box_has_another_hash():
    family = hashed_criteria(SearchTerms(family_name="Ryan"))["family_name"]
    assert hashed_criteria(SearchTerms(given_name="Ryan"))["given_name"] != family


def test_the_hash_is_made_with_the_key_of_this_installation(settings):
    here = hashed_criteria(SearchTerms(family_name="Ryan"))
    settings.SECRET_KEY = "another key, of another installation"
    assert hashed_criteria(SearchTerms(family_name="Ryan")) != here


def test_a_name_in_another_script_has_a_hash_of_its_own():
    first, second = (hashed_criteria(SearchTerms(family_name=name)) for name in ("李", "王"))
    assert first != second


@pytest.mark.parametrize(
    ("before", "then"),
    [
        (SearchTerms(family_name="Adams"), SearchTerms(family_name="Baker")),
        (SearchTerms(postcode="LS1 1AA"), SearchTerms(postcode="ls1 1ab")),
        (
            SearchTerms(family_name="Adams", given_name="Zoe"),
            SearchTerms(family_name="Baker", given_name="Ann"),
        ),
        (
            SearchTerms(date_of_birth=TypedDate(2015, 3, 9)),
            SearchTerms(date_of_birth=TypedDate(2015, 3, 10)),
        ),
    ],
)
def test_a_list_worked_through_is_in_order_and_backwards_is_not(before, then):
    assert follows(then, before)
    assert not follows(before, then)
    assert not follows(then, then)


def test_another_kind_of_search_follows_nothing():
    assert not follows(SearchTerms(family_name="Baker"), SearchTerms(postcode="AB1 1AA"))
    assert not follows(SearchTerms(family_name="Baker"), None)


@pytest.fixture
def searched(db, client, events):
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)

    def search(family_name, action="search.performed", **changed):
        events.mark()
        typed = {"family_name": family_name, "given_name": "Aoife", "date_of_birth_2": "2015"}
        posted = client.post(reverse("records:search"), {**typed, **REASON, **changed})
        client.get(posted["Location"])
        return events.one(action)

    return search


def test_the_event_of_a_search_tells_how_it_was_asked_and_not_what(searched):
    child()
    event = searched("Brennan")
    assert set(event.facts["criteria"]) == {"family_name", "given_name", "date_of_birth"}
    assert event.facts["follows_previous"] is event.facts["test_words"] is False
    assert "rennan" not in json.dumps(event.facts).lower()


def test_searches_in_order_of_the_alphabet_say_so(searched):
    assert searched("Brennan").facts["follows_previous"] is False
    assert searched("Brent").facts["follows_previous"] is True
    assert searched("Avery").facts["follows_previous"] is False


def test_what_was_searched_a_quarter_of_an_hour_ago_is_not_compared(searched):
    searched("Brennan")
    SearchRequest.objects.update(created_at="2020-01-01T00:00:00Z")
    assert searched("Brent").facts["follows_previous"] is False


def test_the_search_of_somebody_else_is_not_compared(searched, client):
    searched("Brennan")
    other = acting_as(Role.PRACTITIONER)
    sign_in(client, other.user, other.grant)
    assert searched("Brent").facts["follows_previous"] is False


def test_a_search_that_is_refused_says_the_same(searched):
    only = {"given_name": "", "date_of_birth_2": ""}
    event = searched("Smith", "search.refused", **only, case_reference="only a test")
    assert set(event.facts["criteria"]) == {"family_name"}
    assert event.facts["test_words"] is True


@pytest.mark.parametrize(("reference", "is_told"), [("TEST-001", True), ("Hearing test 1", False)])
def test_opening_a_record_for_a_test_says_so(client, events, db, reference, is_told):
    by = acting_as(Role.PRACTITIONER)
    sign_in(client, by.user, by.grant)
    reason = {**REASON, "case_reference": reference}
    client.post(reverse("records:give-reason", args=[child().key]), reason, follow=True)
    assert events.one("record.viewed").facts["test_words"] is is_told
