"""What is withheld of a child can neither be found nor move it, whatever it is: by construction.

Worlds of a few children with few names, dates and places, so that everything nearly collides.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from typing import get_args

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from records.search import (
    Band,
    Hit,
    IndexedChild,
    IndexedName,
    SearchResult,
    SearchTerms,
    TypedDate,
    children_at,
    search,
    search_row,
    vocabulary,
)
from records.search.index import store_children
from records.search.keys import Attribute
from tests.records.search.worlds import TODAY

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ATTRIBUTES: tuple[Attribute, ...] = get_args(Attribute)
GIVEN = ["Imogen", "Immogen", "Oliver", "Olivia", "Ollie", "Siobhan", "Shivon", ""]
FAMILY = ["Metcalfe", "Metcalf", "Smith", "Smith-Metcalfe", "Oliver", "O'Brien", ""]
BIRTHS = [20150309, 20150903, 20150308, 20140309, 20150000, 20121201]
PLACES = ["AB1 2CD", "AB1 2CE", "AB1 3CD", "AB2 2CD", "ZZ1 1ZZ"]
USES = ["current", "former", "alias", "preferred"]
SEXES = ["F", "M", "N"]

names = st.builds(
    IndexedName, st.sampled_from(GIVEN), st.sampled_from(FAMILY), st.sampled_from(USES[1:])
).filter(lambda name: name.given or name.family)
many_names = st.lists(names, min_size=1, max_size=3).map(
    lambda found: (found[0]._replace(use="current"), *found[1:])
)
children = st.builds(
    IndexedChild,
    many_names,
    st.lists(st.sampled_from(BIRTHS), max_size=2, unique=True).map(tuple),
    st.sampled_from(SEXES),
    st.lists(st.sampled_from(PLACES), max_size=3, unique=True).map(tuple),
)
dates = st.sampled_from(BIRTHS).map(
    lambda digits: TypedDate(digits // 10_000, digits // 100 % 100 or None, digits % 100 or None)
)
ages = st.one_of(st.none(), st.integers(9, 15))
queries = st.builds(
    SearchTerms,
    given_name=st.sampled_from(GIVEN),
    family_name=st.sampled_from(FAMILY),
    date_of_birth=st.one_of(st.none(), dates),
    age_from=ages,
    age_to=ages,
    sex=st.sampled_from(["", *SEXES]),
    postcode=st.sampled_from(["", "AB1", *PLACES]),
)
slow_is_fine = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
BOXES = ("given_name", "family_name", "date_of_birth", "sex", "postcode")


@dataclass(frozen=True)
class Hidden:
    """Two children who differ in nothing but what is withheld."""

    first: IndexedChild
    second: IndexedChild
    withheld: frozenset[Attribute]


@st.composite
def hidden_children(draw: st.DrawFn) -> Hidden:
    first, other = draw(children), draw(children)
    withheld = draw(st.frozensets(st.sampled_from(ATTRIBUTES), min_size=1))
    return Hidden(first, _with_values_of(other, first, withheld), withheld)


def _with_values_of(
    other: IndexedChild, child: IndexedChild, attributes: frozenset[Attribute]
) -> IndexedChild:
    """The child with the withheld values replaced by those of another."""
    taken: dict[Attribute, Callable[[IndexedChild], IndexedChild]] = {
        "name": lambda c: c._replace(names=other.names),
        "former names": lambda c: c._replace(names=(*_current(c), *other.names[1:])),
        "date of birth": lambda c: c._replace(births=other.births),
        "sex": lambda c: c._replace(sex=other.sex),
        "address": lambda c: c._replace(postcodes=other.postcodes),
    }
    for attribute in sorted(attributes, key=ATTRIBUTES.index):
        child = taken[attribute](child)
    return child


def _current(child: IndexedChild) -> tuple[IndexedName, ...]:
    return tuple(name for name in child.names if name.use == "current")


def true_terms(child: IndexedChild) -> SearchTerms:
    """Everything true of a child, typed, what is withheld as well."""
    born = next((digits for digits in child.births if digits % 100), None)
    return SearchTerms(
        given_name=child.names[0].given,
        family_name=child.names[0].family,
        date_of_birth=TypedDate(born // 10_000, born // 100 % 100, born % 100) if born else None,
        sex=child.sex,
        postcode=child.postcodes[-1] if child.postcodes else "",
    )


def every_shape(terms: SearchTerms) -> list[SearchTerms]:
    """The terms with every choice of boxes filled."""
    empty = SearchTerms()
    shapes = (keep for size in range(len(BOXES) + 1) for keep in combinations(BOXES, size))
    return [replace(empty, **{name: getattr(terms, name) for name in keep}) for keep in shapes]


def answers(world: list[IndexedChild], asked: list[SearchTerms]) -> list[SearchResult]:
    """What each search says in a world that is forgotten afterwards."""
    with transaction.atomic():
        store_children(dict(enumerate(world, start=1)))
        vocabulary.forget()
        found = [search(terms, today=TODAY) for terms in asked]
        transaction.set_rollback(True)
    return found


@slow_is_fine
@given(hidden_children(), st.lists(children, max_size=5), st.lists(queries, max_size=8))
@example(
    Hidden(
        IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("AB1 2CD", "AB2 2CD")),
        IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("ZZ1 1ZZ",)),
        frozenset({"address"}),
    ),
    [IndexedChild((IndexedName("Olivia", "Smith"),), (20150903,), "F", ("AB1 2CD",))],
    [SearchTerms("", "Smith", postcode="AB1 2CD"), SearchTerms("Imogen", "Smith")],
)
def test_every_answer_is_the_same_whatever_is_withheld(hidden, others, asked):
    """Hits, order, scores, reasons, refusals and numbers of candidates."""
    both = (hidden.first, hidden.second)
    asked = [*asked, *(shape for child in both for shape in every_shape(true_terms(child)))]
    first, second = (answers([child.without(hidden.withheld), *others], asked) for child in both)
    assert first == second


def lists(world: list[IndexedChild]) -> dict[str, tuple[Band, tuple[Hit, ...]]]:
    """Range and list of every place there is, in a world that is forgotten afterwards."""
    with transaction.atomic():
        store_children(dict(enumerate(world, start=1)))
        found = {place: children_at(place) for place in PLACES}
        transaction.set_rollback(True)
    return {place: (Band.of(len(hits)), hits) for place, hits in found.items()}


@slow_is_fine
@given(hidden_children(), st.lists(children, max_size=12))
@example(
    Hidden(
        IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("AB1 2CD",)),
        IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("ZZ1 1ZZ",)),
        frozenset({"address"}),
    ),
    [IndexedChild((IndexedName("Olivia", "Smith"),), (20150903,), "F", ("AB1 2CD",))] * 5,
)
def test_range_and_list_of_every_address_are_the_same_whatever_is_withheld(hidden, others):
    """The sixth child of a postcode would turn "1 to 5" into "6 to 10"."""
    first, second = (
        lists([child.without(hidden.withheld), *others]) for child in (hidden.first, hidden.second)
    )
    assert first == second


@slow_is_fine
@given(children, st.lists(children, max_size=12))
def test_a_child_whose_address_is_withheld_is_in_no_list_and_no_range(child, others):
    """The same ranges and lists as if the child were not in the index."""
    nobody = IndexedChild(())
    assert lists([child.without({"address"}), *others]) == lists([nobody, *others])


def test_a_range_counts_everybody_whose_address_is_not_withheld():
    """The control: the two properties above do not hold because nobody is ever counted."""
    child = IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("AB1 2CD",))
    neighbours = [child._replace(births=(20140309 + n,)) for n in range(5)]
    assert lists([child, *neighbours])["AB1 2CD"][0] == "6-10"
    assert lists([child.without({"address"}), *neighbours])["AB1 2CD"][0] == "1-5"


@slow_is_fine
@given(children, st.lists(children, max_size=5), queries, st.sampled_from(PLACES))
@example(
    IndexedChild((IndexedName("Ollie", "Metcalfe"),), (20150309,), "F", ()),
    [],
    SearchTerms("Oliver", "Metcalfe"),
    "AB1 2CD",
)
@example(
    IndexedChild((IndexedName("Ollie", "Metcalfe"),), (), "F", ()),
    [],
    SearchTerms("Olivia", "Smith-Metcalfe"),
    "AB1 2CD",
)
def test_a_withheld_address_moves_its_child_neither_up_nor_down(child, others, asked, place):
    """Typing the true postcode leaves the child's own score and reasons as they were, and shows
    what typing a wrong one would.
    """
    child = child._replace(postcodes=(*child.postcodes, place))
    typed = [replace(asked, postcode=postcode) for postcode in ("", place, "ZZ9 9ZZ")]
    unplaced, placed, misplaced = answers([child.without({"address"}), *others], typed)
    own = [hit for found in (unplaced, placed) for hit in found.hits if hit.child_id == 1]
    assert len({(hit.score, hit.strong, hit.reasons) for hit in own}) <= 1
    if not others:
        assert placed == misplaced


@given(hidden_children())
def test_nothing_withheld_is_in_the_row(hidden):
    """Both documents and both sets of keys are equal: there is nothing to compare with."""
    first, second = (search_row(c.without(hidden.withheld)) for c in (hidden.first, hidden.second))
    assert first == second


def test_a_child_who_is_not_withheld_is_found_by_the_same_search():
    """The control: the properties above do not hold because nothing is ever found."""
    born = date(2015, 3, 9)
    child = IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("AB1 2CD",))
    asked = SearchTerms("", "Smith", TypedDate(born.year, 3, 9), postcode="AB1 2CD")
    (seen,), (hidden,) = (answers([c], [asked]) for c in (child, child.without({"address"})))
    assert seen.hits[0].score > hidden.hits[0].score + 10
    by_place = SearchTerms("", "Smith", postcode="AB1 2CD")
    assert answers([child], [by_place])[0].hits
    assert not answers([child.without({"address"})], [by_place])[0].hits


def test_a_child_of_whom_everything_is_withheld_is_nobody():
    child = IndexedChild((IndexedName("Imogen", "Smith"),), (20150309,), "F", ("AB1 2CD",))
    row = search_row(child.without(ATTRIBUTES))
    assert row == search_row(IndexedChild(()))
    (found,) = answers([child.without(ATTRIBUTES)], [true_terms(child)])
    assert found.hits == ()
