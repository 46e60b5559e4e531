"""Names that stand for one another: short forms, and spellings of one name across languages.

Sources: the `nicknames` package (English short forms), data/short_forms.csv (British ones that it
lacks) and data/variants.csv (spellings), our own curated tables whose headers name their sources.
Pure look-ups; how much a match is worth is score.py's.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from nicknames import name_triplets

from records.search.normalise import norm

DATA = Path(__file__).parent / "data"
Kind = Literal["given", "family"]


@cache
def spelling_groups() -> dict[str, dict[str, frozenset[str]]]:
    """For given and for family names: each name with the others that spell the same name."""
    groups: dict[str, dict[str, set[str]]] = {"given": defaultdict(set), "family": defaultdict(set)}
    for kind, names in _read_groups():
        for name in names:
            groups[kind][name] |= names - {name}
    return {
        kind: {name: frozenset(others) for name, others in table.items()}
        for kind, table in groups.items()
    }


def _read_groups() -> Iterator[tuple[str, set[str]]]:
    for use, _origin, *spellings in _rows("variants.csv"):
        names = {norm(spelling) for spelling in spellings} - {""}
        for kind in ("given", "family") if use == "both" else (use,):
            yield kind, names


def _rows(table: str) -> Iterator[list[str]]:
    with (DATA / table).open(encoding="utf-8", newline="") as lines:
        yield from csv.reader(line for line in lines if not line.startswith("#"))


@cache
def _short_forms() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """From formal name to its short forms, and from short form to its formal names."""
    short: dict[str, set[str]] = defaultdict(set)
    formal: dict[str, set[str]] = defaultdict(set)
    for name, _relation, nickname in name_triplets():
        short[norm(name)].add(norm(nickname))
        formal[norm(nickname)].add(norm(name))
    for name, *nicknames in _rows("short_forms.csv"):
        short[norm(name)].update(map(norm, nicknames))
        for nickname in nicknames:
            formal[norm(nickname)].add(norm(name))
    return dict(short), dict(formal)


@lru_cache(maxsize=1 << 14)
def nicknames_of(name: str) -> frozenset[str]:
    """Short and formal forms one step away, and siblings when only one formal name is possible.

    BOB gives ROBERT, ROB, BOBBY …; a short form of several names does not give its siblings,
    or ALEX would lead from ALEXANDRA to ALASTAIR.
    """
    short, formal = _short_forms()
    formals = formal.get(name, set())
    found = short.get(name, set()) | formals
    if len(formals) == 1:
        found = found | short[next(iter(formals))]
    return frozenset(found - {name})


@lru_cache(maxsize=1 << 14)
def spellings_of(name: str, kind: Kind) -> frozenset[str]:
    """Other spellings of the same name (SIOBHAN gives SHIVON, CHEVONNE …)."""
    return spelling_groups()[kind].get(name, frozenset())
