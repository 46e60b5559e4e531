"""Trawling is refused before the table is touched; what is answered is short and uncounted."""

from dataclasses import fields, replace
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from records.models import ChildSearch
from records.search import SearchTerms, TypedDate, search, vocabulary
from records.search.keys import IndexedChild, IndexedName, search_row
from records.search.names import recount, store_counts
from tests.records.search.worlds import BORN, POSTCODE, TODAY, add_child, typed

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

TRAWLS = {
    "nothing": SearchTerms(),
    "a wildcard": SearchTerms(given_name="*", family_name="%"),
    "a family name": SearchTerms(family_name="Metcalfe"),
    "a given name": SearchTerms(given_name="Imogen"),
    "a family name and an initial": SearchTerms(given_name="I", family_name="Metcalfe"),
    "two initials and a date": SearchTerms("I", "M", typed(BORN)),
    "a postcode": SearchTerms(postcode=POSTCODE),
    "a postcode and a sex": SearchTerms(postcode=POSTCODE, sex="F"),
    "a postcode and an age": SearchTerms(postcode=POSTCODE, age_from=11, age_to=11),
    "a family name and a district": SearchTerms(family_name="Metcalfe", postcode="AB12"),
    "a family name and an age": SearchTerms(family_name="Metcalfe", age_from=11, age_to=11),
    "a family name and a year": SearchTerms(family_name="Metcalfe", date_of_birth=TypedDate(2015)),
    "a date of birth": SearchTerms(date_of_birth=typed(BORN)),
    "a date of birth and a sex": SearchTerms(date_of_birth=typed(BORN), sex="F"),
    "a given name and a postcode": SearchTerms(given_name="Imogen", postcode=POSTCODE),
    "a sex": SearchTerms(sex="F"),
    "an age range": SearchTerms(age_from=5, age_to=9),
    "a given name and an age": SearchTerms(given_name="Imogen", age_from=11, age_to=11),
    "a given name and a year": SearchTerms(given_name="Imogen", date_of_birth=TypedDate(2015)),
    "two initials": SearchTerms("I", "M"),
    "two initials and a postcode": SearchTerms("I", "M", postcode=POSTCODE),
    "two initials and an age": SearchTerms("I", "M", age_from=11, age_to=11),
    "wildcards and a date": SearchTerms("%", "*", typed(BORN)),
    "wildcards and a postcode": SearchTerms("", "____", postcode=POSTCODE),
    "wildcards and an age": SearchTerms("?*", "%_%", age_from=5, age_to=15),
    "an initial with a wildcard": SearchTerms("I*", "M%", typed(BORN)),
    "a pattern": SearchTerms("[^x].+", "", age_from=5, age_to=15),
    "spaces": SearchTerms("  ", "   ", typed(BORN)),
    "a street and no name": SearchTerms(postcode="1 Invented Street"),
    "a family name and a street": SearchTerms(family_name="Metcalfe", postcode="Invented Street"),
    "half an identifier": SearchTerms(family_name="Metcalfe", identifier=" "),
}

HELPFUL = {
    "a family name": "date of birth",
    "a family name and an age": "date of birth",
    "a family name and a district": "full postcode",
    "a given name": "family name",
    "a given name and a postcode": "family name",
    "a postcode": "given name and family name",
    "a date of birth": "given name and family name",
    "an age range": "given name and family name",
    "two initials and a date": "at least two letters",
    "wildcards and a date": "at least two letters",
}


@pytest.mark.parametrize("terms", TRAWLS.values(), ids=TRAWLS)
def test_a_trawl_is_refused_without_asking_the_database(terms):
    add_child()
    with CaptureQueriesContext(connection) as asked:
        result = search(terms, today=TODAY)
    assert len(asked) == 0
    assert result.hits == ()
    assert result.candidates == 0
    assert result.refusal is not None
    assert result.refusal.code == "too_little"
    assert result.refusal.advice


@pytest.mark.parametrize(("trawl", "detail"), HELPFUL.items(), ids=HELPFUL)
def test_a_refusal_names_the_detail_that_would_help_most(trawl, detail):
    refusal = search(TRAWLS[trawl], today=TODAY).refusal
    assert refusal is not None
    assert detail in refusal.advice


def test_the_detail_that_a_refusal_names_is_enough():
    """Whoever follows the advice is answered."""
    child = add_child()
    for trawl in TRAWLS.values():
        advised = replace(
            trawl, given_name="Imogen", family_name="Metcalfe", date_of_birth=typed(BORN)
        )
        result = search(advised, today=TODAY)
        assert [hit.child_id for hit in result.hits] == [child]


def test_no_box_asks_for_a_street_a_school_or_a_page():
    assert {box.name for box in fields(SearchTerms)} == {
        *("given_name", "family_name", "date_of_birth", "age_from", "age_to"),
        *("sex", "postcode", "identifier"),
    }


def test_an_index_key_always_joins_two_details():
    """The commonest name alone, or the postcode of a house without its letters, has no key."""
    (keys, _), (namesake, _) = (
        search_row(IndexedChild((IndexedName("Oliver", "Smith"),), births, "M", places))
        for births, places in (((20150309,), ("AB1 2CD",)), ((20140607,), ("AB2 7EF",)))
    )
    assert not set(keys) & set(namesake)


def national_frequencies(names: dict[tuple[str, str], int]) -> None:
    """As if eleven million children were counted."""
    store_counts(names, 11_000_000)


COMMON = {("g", "OLIVER"): 200_000, ("f", "SMITH"): 154_000, ("f", "METCALFE"): 900}


def test_two_common_names_alone_are_refused_before_the_table_is_touched():
    national_frequencies(COMMON)
    vocabulary.current()
    with CaptureQueriesContext(connection) as asked:
        result = search(SearchTerms("Oliver", "Smith"), today=TODAY)
    assert len(asked) == 0
    assert result.refusal is not None
    assert result.refusal.code == "too_many"
    assert "date of birth" in result.refusal.advice


def test_two_common_names_with_a_wide_age_range_are_refused():
    national_frequencies(COMMON)
    wide = search(SearchTerms("Oliver", "Smith", age_from=5, age_to=12), today=TODAY)
    assert wide.refusal is not None
    assert wide.refusal.code == "too_many"


@pytest.mark.parametrize(
    "narrowed",
    [
        SearchTerms("Oliver", "Smith", sex="M"),
        SearchTerms("Oliver", "Smith", age_from=0, age_to=18),
        SearchTerms("Oliver", "Smith", TypedDate(2015)),
        SearchTerms("Oliver", "Smith", TypedDate(2015, 3)),
        SearchTerms("Oliver", "Smith", age_from=11, age_to=11, sex="M"),
        SearchTerms("Oliver", "Smith", postcode="AB1"),
        SearchTerms("Ollie", "Smyth", age_from=9, age_to=12),
        SearchTerms("Smith", "Oliver", age_from=5, age_to=12),
    ],
)
def test_two_common_names_stay_refused_until_a_date_or_a_postcode_is_typed(narrowed):
    """In an index where 4,000 a year could be meant, however they are narrowed otherwise."""
    national_frequencies({("g", "OLIVER"): 2_000_000, ("f", "SMITH"): 800_000})
    fill(crowd(402))
    result = search(narrowed, today=TODAY)
    assert result.refusal is not None
    assert result.refusal.code == "too_many"
    assert result.hits == ()


def test_a_rare_name_alone_is_answered():
    national_frequencies(COMMON)
    child = add_child("Thaddeus", "Metcalfe")
    result = search(SearchTerms("Thaddeus", "Metcalfe"), today=TODAY)
    assert [hit.child_id for hit in result.hits] == [child]


def test_two_common_names_with_a_date_of_birth_are_answered():
    national_frequencies(COMMON)
    child = add_child("Oliver", "Smith")
    result = search(SearchTerms("Oliver", "Smith", typed(BORN)), today=TODAY)
    assert [hit.child_id for hit in result.hits] == [child]


def fill(children: list[IndexedChild]) -> None:
    """Search rows without records, for crowds."""
    rows = [search_row(child) for child in children]
    ChildSearch.objects.bulk_create(
        ChildSearch(child_id=900_000 + n, keys=keys, doc=doc) for n, (keys, doc) in enumerate(rows)
    )


def crowd(size: int, *, given: str = "Oliver", family: str = "Smith") -> list[IndexedChild]:
    return [
        IndexedChild((IndexedName(given, family),), (20150101 + n % 28,), "M", (f"AB1 {n % 9}CD",))
        for n in range(size)
    ]


def test_the_fuse_lists_nobody_and_gives_no_count():
    fill(crowd(402))
    result = search(SearchTerms("Oliver", "Smith", age_from=9, age_to=12), today=TODAY)
    assert result.refusal is not None
    assert result.refusal.code == "too_many"
    assert result.hits == ()
    assert result.candidates == 0


def test_never_more_than_ten_children_are_listed():
    fill(crowd(60))
    result = search(SearchTerms("Oliver", "Smith", age_from=9, age_to=12), today=TODAY)
    assert len(result.hits) == 10


def test_a_postcode_does_not_list_its_children_under_a_made_up_name():
    fill(crowd(20))
    made_up = search(SearchTerms("", "Quux", postcode="AB1 2CD"), today=TODAY)
    assert made_up.hits == ()
    with_date = search(
        SearchTerms("Quux", "Xyzzy", TypedDate(2001, 1, 1), postcode="AB1 2CD"), today=TODAY
    )
    assert with_date.hits == ()


def test_a_date_of_birth_does_not_list_its_children_under_made_up_names():
    fill(crowd(20))
    result = search(SearchTerms("Ox", "Sq", TypedDate(2015, 1, 1)), today=TODAY)
    assert result.hits == ()


def test_no_refusal_says_how_many():
    national_frequencies(COMMON)
    for terms in (*TRAWLS.values(), SearchTerms("Oliver", "Smith")):
        refusal = search(terms, today=TODAY).refusal
        assert refusal is not None
        assert not any(c.isdigit() for f in fields(refusal) for c in getattr(refusal, f.name))


def test_reasons_name_kinds_of_agreement_and_no_recorded_value():
    add_child(
        "Imogen",
        "Metcalfe",
        other_names=[("former", "Wilhelmina", "Ollerton")],
        old_postcode="CD4 5EF",
        middle="Rosalind",
    )
    terms = SearchTerms("Immogen", "Olerton", TypedDate(2015, 9, 3), sex="F", postcode="CD4 5EG")
    text = " ".join(search(terms, today=TODAY).hits[0].reasons).upper()
    for recorded in ("IMOGEN", "METCALFE", "WILHELMINA", "OLLERTON", "CD4", "AB12", "ROSALIND"):
        assert recorded not in text
    assert not any(character.isdigit() for character in text)


def test_the_first_pass_is_at_most_two_statements():
    add_child()
    vocabulary.forget()
    terms = SearchTerms("Imogen", "Metcalfe", typed(BORN), postcode=POSTCODE)
    with CaptureQueriesContext(connection) as asked:
        search(terms, today=TODAY)
    assert len(asked) <= 2
    with CaptureQueriesContext(connection) as asked:
        search(terms, today=TODAY)
    assert len(asked) == 1


def test_a_search_for_nobody_is_at_most_three_statements():
    add_child()
    vocabulary.current()
    with CaptureQueriesContext(connection) as asked:
        result = search(SearchTerms("Winifred", "Savage", typed(date(2012, 2, 2))), today=TODAY)
    assert result.hits == ()
    assert len(asked) <= 3


def test_counting_names_uses_what_the_index_holds():
    fill(crowd(30))
    recount()
    known = vocabulary.current()
    assert known.children == 30
    assert known.counts["g"]["OLIVER"] == 30
    assert known.weight("f", "METCALFE") > known.weight("f", "SMITH")


def test_a_young_index_that_was_never_counted_knows_how_many_children_it_has():
    fill(crowd(30))
    assert vocabulary.current().children == 30
