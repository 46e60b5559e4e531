"""The counts of sealed events, read as `idx_count`: that role has no right on an event."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connections

from audit.dashboards.measures import COUNTED, MEASURES

ALIAS = "count"
_BY_TIME = """
    SELECT starts, action, outcome, sum(n) FROM audit_count
     WHERE kind = %(kind)s AND whose = %(whose)s AND starts BETWEEN %(first)s AND %(last)s
       AND action = ANY (%(actions)s)
     GROUP BY 1, 2, 3
"""
_BY_BASE = """
    SELECT whose, action, outcome, sum(n) FROM audit_count
     WHERE kind = 'base_month' AND starts = %(month)s AND action = ANY (%(actions)s)
     GROUP BY 1, 2, 3
"""
_STATE = "SELECT size, sealed_at, unsealed_since, witnessed_size, verified_at, verified_outcome"
_STATE += " FROM public.audit_state()"

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Up to where the counts reach: leaves of the ledger, and when they were sealed."""

    size: int
    sealed_at: datetime | None
    unsealed_since: datetime | None
    witnessed_size: int
    verified_at: datetime | None
    verified_outcome: str | None


def freshness() -> Freshness:
    """The state of the ledger's proof as the counts see it."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_STATE)
        return Freshness(*cursor.fetchone())


def by_day(first: date, last: date, *, base: int | None = None) -> dict[date, Counts]:
    """Counts by measure for each day that has any, of the country or of one base."""
    kind, whose = ("country_day", 0) if base is None else ("base_day", base)
    asked = {"kind": kind, "whose": whose, "first": first, "last": last, "actions": COUNTED}
    return _folded(_rows(_BY_TIME, asked))


def by_base(month: date) -> dict[int, Counts]:
    """Counts by measure for each base (by id; 0 for the jobs) in the month that begins then."""
    return _folded(_rows(_BY_BASE, {"month": month, "actions": COUNTED}))


def _rows(statement: str, asked: dict[str, Any]) -> list[tuple[Any, str, str, int]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, asked)
        return list(cursor.fetchall())


def _folded(rows: Iterable[tuple[Any, str, str, int]]) -> dict[Any, Counts]:
    """Events by action and outcome as measures."""
    found: dict[Any, Counts] = defaultdict(lambda: defaultdict(int))
    for key, action, outcome, n in rows:
        for measure in MEASURES:
            if measure.counts(action, outcome):
                found[key][measure.code] += int(n)
    return {key: dict(counts) for key, counts in found.items()}
