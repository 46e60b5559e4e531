"""How common each name is, and which known names are one slip away from a typed one.

Frequencies are statistics: kept in the process, read again when the stamp of the nightly count
changes (asked at most once a minute). Near names are facts: always read from name_delete, so that
a name another worker has just committed is found at once.

Sources: weights are -log2(relative frequency) as in Fellegi and Sunter (1969) and Winkler (1989);
near names by symmetric deletion (W. Garbe, SymSpell, 2012). Caps in bits: 13 given name, 15 family
name, 12 for a name nobody has.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from math import log2
from typing import Literal

from django.db import connections
from rapidfuzz.distance import OSA

from records.search.keys import mix64
from records.search.normalise import norm
from records.search.statements import bigint_array

GIVEN: Literal["g"] = "g"
FAMILY: Literal["f"] = "f"
STAMP = "#"
CAP = {GIVEN: 13.0, FAMILY: 15.0}
UNSEEN = 12.0
FEWEST_CHILDREN = 10_000  # below this a share would be noise; names are weighed as if so many
CHECK_EVERY = 60.0  # seconds between two looks at the stamp
MOST_NEAR = 6
SHORTEST_FOR_NEAR = 3

# An index that was never counted is young, and small enough for its children to be counted now.
EVERY_NAME = """
SELECT kind, name, code, n FROM name_stat
UNION ALL
SELECT %s, '', 0, count(*) FROM child_search
HAVING NOT EXISTS (SELECT FROM name_stat WHERE kind = %s)
"""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Frequencies of names, by kind (`g` given, `f` family), at one count."""

    children: int
    stamp: int
    counts: dict[str, dict[str, int]]
    code_counts: dict[str, dict[int, int]]

    @property
    def weighed(self) -> int:
        """The number of children that weights and thresholds reckon with."""
        return max(self.children, FEWEST_CHILDREN)

    @property
    def bits(self) -> float:
        """log2 of the number of children: the evidence needed for an even chance."""
        return log2(self.weighed)

    def weight(self, kind: str, name: str) -> float:
        """Bits of evidence in agreeing on this name: much for METCALFE, little for SMITH."""
        seen = self.counts[kind].get(name)
        if not seen:
            return UNSEEN
        return max(0.5, min(CAP[kind], log2(self.weighed / seen)))

    def share(self, kind: str, code: int) -> float:
        """Share of children who have a name of this kind under this code."""
        return self.code_counts[kind].get(code, 1) / self.weighed

    def share_anywhere(self, code: int) -> float:
        """Share of children who have a name under this code, given or family."""
        return self.share(GIVEN, code) + self.share(FAMILY, code)


@dataclass(slots=True)
class _Kept:
    vocabulary: Vocabulary
    looked_at: float


_kept: dict[str, _Kept] = {}


def current(using: str = "default") -> Vocabulary:
    """The frequencies of the last count; at most one cheap statement a minute."""
    kept = _kept.get(using)
    now = time.monotonic()
    if kept is None:
        kept = _kept[using] = _Kept(_load(using), now)
    elif now - kept.looked_at > CHECK_EVERY:
        kept.looked_at = now
        if not kept.vocabulary.stamp or _read_stamp(using) != kept.vocabulary.stamp:
            kept.vocabulary = _load(using)
    return kept.vocabulary


def surname_share(name: str, using: str = "default") -> float:
    """Share of children who bear this family name; 0 for a name that nobody bears."""
    known = current(using)
    return known.counts[FAMILY].get(norm(name), 0) / max(1, known.children)


def forget() -> None:
    """Drop what this process keeps: after a count, and between tests."""
    _kept.clear()


def _read_stamp(using: str) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT code FROM name_stat WHERE kind = %s", [STAMP])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _load(using: str) -> Vocabulary:
    counts: dict[str, dict[str, int]] = {GIVEN: {}, FAMILY: {}}
    code_counts: dict[str, dict[int, int]] = {GIVEN: defaultdict(int), FAMILY: defaultdict(int)}
    children = stamp = 0
    with connections[using].cursor() as cursor:
        cursor.execute(EVERY_NAME, [STAMP, STAMP])
        for kind, name, code, n in cursor:
            if kind == STAMP:
                children, stamp = n, code
            else:
                counts[kind][name] = n
                code_counts[kind][code] += n
    shares = {kind: dict(table) for kind, table in code_counts.items()}
    return Vocabulary(children, stamp, counts, shares)


def deletion_hashes(kind: str, name: str) -> list[int]:
    """Hashes of a name and of the name less each one of its letters."""
    shorter = {name[:i] + name[i + 1 :] for i in range(len(name))}
    return [_hash(kind, text) for text in sorted(shorter | {name})]


def _hash(kind: str, text: str) -> int:
    """Letters as digits in base 27, folded and mixed: equal wherever it is computed."""
    number = 1 if kind == GIVEN else 2
    for letter in text:
        number = number * 27 + ord(letter) - 64
    return mix64(number % 0xFFFFFFFFFFFFFFC5)


def near_names(
    names: list[tuple[str, str]], vocabulary: Vocabulary, using: str = "default"
) -> dict[tuple[str, str], list[str]]:
    """For each typed (kind, name): the most frequent known names one slip away. One statement."""
    asked = {pair: deletion_hashes(*pair) for pair in names if len(pair[1]) >= SHORTEST_FOR_NEAR}
    if not asked:
        return {}
    every = bigint_array(number for hashes in asked.values() for number in hashes)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT name FROM name_delete WHERE hash = ANY(%s::bigint[])", [every])
        known = {str(row[0]) for row in cursor.fetchall()}
    return {pair: _nearest(pair, known, vocabulary) for pair in asked}


def _nearest(pair: tuple[str, str], known: set[str], vocabulary: Vocabulary) -> list[str]:
    kind, typed = pair
    counts = vocabulary.counts[kind]
    near = [name for name in known if OSA.distance(typed, name, score_cutoff=1) == 1]
    return sorted(near, key=lambda name: (-counts.get(name, 1), name))[:MOST_NEAR]
