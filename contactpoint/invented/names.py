"""Weighted tables of given and family names, read from `data/`: the choice of a name by chance.

Which child gets which name is `children.py`'s business. The weights are invented: `data/README.md`.
"""

from __future__ import annotations

import csv
from bisect import bisect
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"

# Share of an origin's families with a rare, composed name: the long tail that real lists have.
RARE = {
    "english": 0.24,
    "irish": 0.12,
    "scottish": 0.12,
    "welsh": 0.05,
    "south_asian": 0.15,
    "west_african": 0.20,
    "eastern_european": 0.35,
}
SECOND_PARTS = ("Mae", "May", "Rose", "Grace", "Lee", "Louise", "Jay", "Ray", "Ann", "Jo", "James")


class Weighted:
    """Values with weights; `pick` takes one by chance, heavier ones more often."""

    def __init__(self, pairs: Iterable[tuple[str, float]]) -> None:
        values, weights = zip(*pairs, strict=True)
        self.values: tuple[str, ...] = values
        self.cumulative = tuple(accumulate(weights))
        self.total: float = self.cumulative[-1]

    def pick(self, chance: Random) -> str:
        return self.values[bisect(self.cumulative, chance.random() * self.total)]


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one of our data files."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def parts(file: str, kind: str, position: str) -> list[str]:
    """The word parts of one kind (or origin) and position from a file of parts."""
    for row in rows(file):
        if position == row["position"] and kind in (row.get("origin"), row.get("kind")):
            return row["parts"].split()
    return []


def joined(file: str, kind: str, link: str = "") -> list[str]:
    """Every beginning with every ending, in a settled order."""
    endings = parts(file, kind, "end")
    return [start + link + end for start in parts(file, kind, "start") for end in endings]


@cache
def origins() -> Weighted:
    """The origins of families, by their share."""
    shares: dict[str, float] = {}
    for row in rows("family_names.csv"):
        shares[row["origin"]] = shares.get(row["origin"], 0) + float(row["weight"])
    return Weighted(shares.items())


@cache
def given_names(origin: str, sex: str) -> Weighted:
    """Given names of one origin; sex `N` draws from both."""
    return Weighted(
        (row["name"], float(row["weight"]))
        for row in rows("given_names.csv")
        if row["origin"] == origin and sex in (row["sex"], "N")
    )


@cache
def family_names(origin: str) -> Weighted:
    """Family names of one origin: the listed ones by weight, then a tail, all equally rare."""
    listed = [
        (row["name"], float(row["weight"]))
        for row in rows("family_names.csv")
        if row["origin"] == origin
    ]
    share = RARE.get(origin, 0.0)
    if not share:
        return Weighted(listed)
    known = {name for name, _ in listed}
    tail = [name for name in joined("family_parts.csv", origin) if name not in known]
    each = sum(weight for _, weight in listed) * share / (1 - share) / len(tail)
    return Weighted([*listed, *((name, each) for name in tail)])
