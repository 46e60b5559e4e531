"""How well the search finds known children: a file of queries in, shares and milliseconds out.

It calls `search` as the site does and knows nothing of how it works. Reading of the file is
queries.py's, refusing a database of real children the command's.
"""

from __future__ import annotations

import time
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from records.models import SourceLink
from records.search import vocabulary
from records.search.engine import SearchResult, search
from records.search.queries import Query


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a file of queries came to. Shares of nothing are None.

    `recall_at_*` are shares of the queries that expect a child, refused ones included;
    `false_match_share` is the share of queries for an absent child whose first result is strong.
    """

    queries: int
    expecting_a_child: int
    expecting_nobody: int
    unknown_references: int
    recall_at_1: float | None
    recall_at_10: float | None
    refused_share: float | None
    false_match_share: float | None
    ms_p50: float | None
    ms_p95: float | None
    ms_p99: float | None
    candidates_p50: float | None
    candidates_p95: float | None


@dataclass(slots=True)
class _Tally:
    """Counts as they come; per query no more than two numbers are kept."""

    present: int = 0
    absent: int = 0
    unknown: int = 0
    first: int = 0
    in_ten: int = 0
    refused: int = 0
    false_matches: int = 0
    seconds: array[float] = field(default_factory=lambda: array("d"))
    candidates: array[float] = field(default_factory=lambda: array("d"))

    def add(self, query: Query, child: int | None, result: SearchResult, seconds: float) -> None:
        shown = [hit.child_id for hit in result.hits]
        self.seconds.append(seconds)
        if result.refusal:
            self.refused += 1
        else:
            self.candidates.append(result.candidates)
        if query.expects_nobody:
            self.absent += 1
            self.false_matches += bool(result.hits and result.hits[0].strong)
            return
        self.present += 1
        self.unknown += child is None
        self.first += shown[:1] == [child]
        self.in_ten += child in shown

    def evaluation(self) -> Evaluation:
        every = self.present + self.absent
        p50, p95, p99 = percentiles(self.seconds, (0.5, 0.95, 0.99))
        few, many = percentiles(self.candidates, (0.5, 0.95))
        return Evaluation(
            queries=every,
            expecting_a_child=self.present,
            expecting_nobody=self.absent,
            unknown_references=self.unknown,
            recall_at_1=_share(self.first, self.present),
            recall_at_10=_share(self.in_ten, self.present),
            refused_share=_share(self.refused, every),
            false_match_share=_share(self.false_matches, self.absent),
            ms_p50=_milliseconds(p50),
            ms_p95=_milliseconds(p95),
            ms_p99=_milliseconds(p99),
            candidates_p50=few,
            candidates_p95=many,
        )


def evaluate(queries: Iterable[Query], *, using: str = "default") -> Evaluation:
    """Ask every query once, one after another, and sum up.

    Name frequencies are read before the clock starts, as in a worker that has been up for a while.
    A reference that no record carries counts as a child that was not found. Raises whatever the
    queries raise.
    """
    vocabulary.current(using)
    tally = _Tally()
    for query in queries:
        child = _expected(query, using)
        began = time.perf_counter()
        result = search(query.terms, using=using)
        tally.add(query, child, result, time.perf_counter() - began)
    return tally.evaluation()


def _expected(query: Query, using: str) -> int | None:
    if query.expects_nobody:
        return None
    links = SourceLink.objects.using(using).filter(
        source=query.expected_source, source_ref=query.expected_ref
    )
    return links.values_list("child_id", flat=True).first()


def percentiles(values: Sequence[float], shares: Sequence[float]) -> list[float | None]:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    if not ordered:
        return [None for _ in shares]
    return [ordered[max(0, -int(-share * len(ordered) // 1) - 1)] for share in shares]


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 3)
