"""What must not be found: children by an address that is withheld, and lists of children.

Measured in the index of the benchmark as it stands; rows are changed in a transaction that is
rolled back.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kit import clocks
from records.search import Hit, SearchTerms, TypedDate, search, vocabulary
from records.search.engine import SearchResult
from records.search.index import indexed_children, store_children
from records.search.question import Question
from records.search.refuse import too_little, too_many
from records.search.vocabulary import Vocabulary

HIDDEN = 1_500  # children whose address is withheld, each searched for in three ways
BATCH = 250
NATIONAL = 11_000_000
ROUNDS = 200
NOW = """
SELECT child_id, doc FROM child_search
WHERE child_id = ANY(%s) AND doc LIKE '%%/%%/%%/_%%' ORDER BY child_id
"""
Shape = Callable[[SearchTerms], SearchTerms]
SHAPES: dict[str, Shape] = {
    "family name and postcode": lambda t: replace(t, given_name="", sex="", date_of_birth=None),
    "date of birth and postcode": lambda t: replace(t, given_name="", family_name="", sex=""),
    "family name, year and postcode": lambda t: replace(
        t, given_name="", sex="", date_of_birth=_year(t)
    ),
}


def _year(terms: SearchTerms) -> TypedDate:
    return TypedDate(terms.date_of_birth.year if terms.date_of_birth else 0)


@dataclass(frozen=True)
class Hidden:
    """One child and everything true of it."""

    child_id: int
    terms: SearchTerms


def some(many: int) -> list[Hidden]:
    """Children of the index with both names, a full date of birth and a home."""
    found: list[Hidden] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(child_id), max(child_id) FROM child_search")
        first, last = cursor.fetchone()
        chance = Random(23)  # noqa: S311  a sample that repeats
        while len(found) < many:
            numbers = [chance.randrange(first, last + 1) for _ in range(many)]
            cursor.execute(NOW, [numbers])
            found += [hidden for row in cursor.fetchall() if (hidden := _hidden(*row))]
    return found[:many]


def _hidden(child: int, doc: str) -> Hidden | None:
    names, births, sex, places = doc.split("/")
    given, family = names.split(";")[0].split("|")[:2]
    day = births.split(";")[0]
    place = places.split(";")[0]
    if len(given) < 2 or len(family) < 2 or not place or len(day) != 8 or day[6:] == "00":
        return None
    born = TypedDate(int(day[:4]), int(day[4:6]), int(day[6:]))
    return Hidden(child, SearchTerms(given, family, born, sex=sex, postcode=place))


def print_shield() -> None:
    """Searches by the true address before and after it is withheld; the child's score when it is
    added, beside that when a stranger's is: any postcode alters what is looked up.
    """
    children = some(HIDDEN)
    seen = dict.fromkeys(SHAPES, 0)
    found = moved = told = listed = 0
    for start in range(0, HIDDEN, BATCH):
        batch = children[start : start + BATCH]
        for name, shape in SHAPES.items():
            seen[name] += sum(own(h, search(shape(h.terms))) is not None for h in batch)
        with transaction.atomic():
            withhold([hidden.child_id for hidden in batch])
            for hidden, stranger in zip(batch, [*batch[1:], batch[0]], strict=True):
                found += sum(
                    own(hidden, search(s(hidden.terms))) is not None for s in SHAPES.values()
                )
                without, true, strange = (
                    own(hidden, search(replace(hidden.terms, postcode=place)))
                    for place in ("", hidden.terms.postcode, stranger.terms.postcode)
                )
                listed += without is not None
                moved += (without and without.score) != (true and true.score)
                told += (strange and strange.score) != (true and true.score)
            transaction.set_rollback(True)
    control = ", ".join(f"{name} {hits / HIDDEN:.3f}" for name, hits in seen.items())
    print(
        f"withheld address: {found} hits in {HIDDEN * len(SHAPES):,} searches by it, {told} of"
        f" {HIDDEN:,} scores other than with a stranger's (0 and 0), {moved} other than with none;"
        f" found by name and date"
        f" {listed / HIDDEN:.3f}; control before it was withheld (0.85): {control}"
    )


def own(hidden: Hidden, result: SearchResult) -> Hit | None:
    """The child's own line among the results."""
    return next((hit for hit in result.hits if hit.child_id == hidden.child_id), None)


def withhold(ids: list[int]) -> None:
    """Writes the rows of these children as a shield on their address does."""
    rows = indexed_children(sorted(set(ids)), using="default")
    store_children({child: indexed.without({"address"}) for child, indexed in rows})


# --- lists of children -------------------------------------------------------------------------

BORN = TypedDate(2015, 3, 14)
TOO_LITTLE = {
    "nothing": SearchTerms(),
    "wildcards": SearchTerms("*", "%"),
    "underscores": SearchTerms("___", "_"),
    "a given name": SearchTerms("Oliver"),
    "a family name": SearchTerms("", "Smith"),
    "A B": SearchTerms("A", "B"),
    "J Smith": SearchTerms("J", "Smith"),
    "a postcode": SearchTerms(postcode="ZA1 1AA"),
    "a date of birth": SearchTerms(date_of_birth=BORN),
    "a sex and ages": SearchTerms(sex="F", age_from=5, age_to=9),
    "a family name and ages": SearchTerms("", "Smith", age_from=5, age_to=9),
    "a family name and a district": SearchTerms("", "Smith", postcode="ZA1"),
    "wildcards and a date of birth": SearchTerms("%", "_%", BORN),
}
TOO_MANY = {
    "John Smith": SearchTerms("John", "Smith"),
    "Oliver Smith": SearchTerms("Oliver", "Smith"),
    "Olivia Jones": SearchTerms("Olivia", "Jones"),
    "Jack Taylor": SearchTerms("Jack", "Taylor"),
    "Muhammad Khan": SearchTerms("Muhammad", "Khan"),
    "Mohammed Ali": SearchTerms("Mohammed", "Ali"),
    "Winifred Savage": SearchTerms("Winifred", "Savage"),
    "Smith, John": SearchTerms("Smith", "John"),
}
BY_THE_FUSE = {
    "Oliver Smith, 10 to 12": SearchTerms("Oliver", "Smith", age_from=10, age_to=12),
    "Olivia Jones, 7 to 16": SearchTerms("Olivia", "Jones", age_from=7, age_to=16),
}


def print_trawls() -> None:
    """Each list that somebody may try to make: refused or not, after how long, and by what."""
    known = vocabulary.current()
    national = weighed_as(known, NATIONAL)
    open_ones, touched, slowest = [], 0, 0.0
    for name, terms in {**TOO_LITTLE, **TOO_MANY}.items():
        with CaptureQueriesContext(connection) as asked:
            result = search(terms)
        touched += bool(result.refusal and asked.captured_queries)
        if not (refused(terms, national) and (result.refusal or name in TOO_MANY)):
            open_ones.append(name)
        slowest = max(slowest, clocks.middle(list(_times(terms, national))))
    print(
        f"lists refused before the table: {len(TOO_LITTLE) + len(TOO_MANY) - len(open_ones)} of"
        f" {len(TOO_LITTLE) + len(TOO_MANY)} as among {NATIONAL:,}"
        f" ({', '.join(open_ones) or 'none open'}); statements of the refused {touched} (0);"
        f" slowest {slowest:.3f} ms (0.1)"
    )
    for name, terms in {**TOO_MANY, **BY_THE_FUSE}.items():
        print(f"  {name:24} here: {_told(search(terms))}")


def refused(terms: SearchTerms, known: Vocabulary) -> bool:
    """Whether the terms alone, and the frequencies, are enough to refuse."""
    question = Question.of(terms, timezone.localdate())
    return bool(too_little(question) or too_many(question, known))


def weighed_as(known: Vocabulary, children: int) -> Vocabulary:
    """The same shares of names in a larger index."""
    if not known.children or known.children >= children:
        return known
    scale = children / known.children
    return replace(
        known,
        children=children,
        counts={k: {n: round(c * scale) for n, c in t.items()} for k, t in known.counts.items()},
        code_counts={
            k: {n: round(c * scale) for n, c in t.items()} for k, t in known.code_counts.items()
        },
    )


def _times(terms: SearchTerms, known: Vocabulary) -> Iterator[float]:
    for _ in range(ROUNDS):
        began = time.perf_counter()
        refused(terms, known)
        yield (time.perf_counter() - began) * 1000


def _told(result: SearchResult) -> str:
    if result.refusal is None:
        return f"answered, {len(result.hits)} of {result.candidates} candidates shown"
    said = f"{result.refusal.message} {result.refusal.advice}"
    number = " and gives a number" if any(c.isdigit() for c in said) else ""
    return f"refused ({result.refusal.code}), {len(result.hits)} shown{number}"
