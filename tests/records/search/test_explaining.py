"""Each child that is listed says why, in words, and the list is in the order of that."""

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from records.search import IndexedChild, IndexedName, SearchTerms, TypedDate, search, vocabulary
from records.search.index import store_children
from records.search.names import store_counts
from tests.records.search.test_withholding import children, queries, slow_is_fine
from tests.records.search.worlds import BORN, POSTCODE, TODAY, add_child, reasons, typed

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ASKED = {
    "Given name": ("given_name",),
    "Family name": ("family_name",),
    "Date of birth": ("date_of_birth",),
    "Age": ("age_from", "age_to"),
    "Postcode": ("postcode",),
    "Sex": ("sex",),
}


def answers(world, asked):
    with transaction.atomic():
        store_children(dict(enumerate(world, start=1)))
        vocabulary.forget()
        found = [search(terms, today=TODAY) for terms in asked]
        transaction.set_rollback(True)
    return found


@slow_is_fine
@given(st.lists(children, min_size=1, max_size=8), st.lists(queries, min_size=1, max_size=8))
def test_every_child_listed_says_why_and_the_best_stands_first(world, asked):
    for terms, result in zip(asked, answers(world, asked), strict=True):
        scores = [hit.score for hit in result.hits]
        assert scores == sorted(scores, reverse=True)
        for hit in result.hits:
            assert len(hit.reasons) >= 2
            for reason in hit.reasons:
                detail, _, words = reason.partition(": ")
                assert words
                assert any(getattr(terms, box) not in ("", None) for box in ASKED[detail])


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        ({"given_name": "Immogen"}, "Given name: another spelling"),
        ({"given_name": "Immy"}, "Given name: short form"),
        ({"family_name": "Metcalf"}, "Family name: spelt almost the same"),
        ({"family_name": "Ollerton"}, "Family name: same, former name"),
        ({"given_name": "Wren"}, "Given name: same, preferred name"),
        ({"given_name": "Rosalind"}, "Given name: other given name"),
        (
            {"given_name": "Metcalfe", "family_name": "Imogen"},
            "Given name: same, given and family names swapped",
        ),
        ({"date_of_birth": TypedDate(2015, 9, 3)}, "Date of birth: day and month swapped"),
        ({"date_of_birth": TypedDate(2015, 3, 8)}, "Date of birth: one slip"),
        ({"date_of_birth": TypedDate(2015)}, "Date of birth: same year"),
        ({"postcode": "AB12 3CE"}, "Postcode: one slip"),
        ({"postcode": "CD4 5EF"}, "Postcode: same, another address"),
        ({"postcode": "AB12"}, "Postcode: same district"),
        ({"date_of_birth": None, "age_from": 10, "age_to": 12}, "Age: in the range"),
        ({"sex": "F"}, "Sex: same"),
    ],
)
def test_a_child_found_in_spite_of_something_says_what_it_was(terms, reason):
    add_child(
        other_names=[("former", "", "Ollerton"), ("preferred", "Wren", "")],
        old_postcode="CD4 5EF",
        middle="Rosalind",
    )
    usual = {"given_name": "Imogen", "family_name": "Metcalfe", "date_of_birth": typed(BORN)}
    assert reason in reasons(**(usual | terms))


def test_a_name_that_only_sounds_alike_is_said_to():
    add_child("Siobhan", "Phillips")
    terms = {"given_name": "Siobhan", "family_name": "Filips", "date_of_birth": typed(BORN)}
    assert "Family name: sounds like" in reasons(**terms)


def test_among_many_a_sister_who_lives_there_stands_first_and_is_not_strong():
    """The household agrees in what brothers and sisters share; the list says so, child by child."""
    names = {("g", "OLIVER"): 200_000, ("f", "METCALFE"): 900}
    store_counts(names, 11_000_000)
    vocabulary.forget()
    home = IndexedChild((IndexedName("Wilhelmina", "Metcalfe"),), (20121126,), "F", (POSTCODE,))
    terms = SearchTerms("Rufus", "Metcalfe", typed(BORN), postcode=POSTCODE)
    with transaction.atomic():
        store_children({1: home})
        (hit,) = search(terms, today=TODAY).hits
    assert not hit.strong
    assert hit.reasons == ("Family name: same", "Postcode: same")
