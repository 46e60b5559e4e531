"""Counts of sealed events by day and by month, for the country, each base and each organisation.

Folded in the transaction of the seal, so they never run ahead of the tree or behind it; dashboards
read them (`idx_count`) and never an event. They can be counted anew and compared with the events.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections, transaction

from audit.ledger.sealing_lock import LOCK

EVERYTHING = date.min
# A migration knows this zone too: days are those that people in England read on the clock.
ZONE = ZoneInfo("Europe/London")

_FOLD = """
    INSERT INTO public.audit_count AS held
           (kind, whose, starts, action, outcome, reason, role, n, size)
    SELECT kind, whose, starts, action, outcome, reason, role, count(*), %(size)s
      FROM public.audit_counted
     WHERE id = ANY (%(ids)s) AND recorded_at BETWEEN %(first)s AND %(last)s
     GROUP BY 1, 2, 3, 4, 5, 6, 7
    ON CONFLICT (kind, whose, starts, action, outcome, reason, role)
    DO UPDATE SET n = held.n + excluded.n, size = excluded.size
"""
_DIFFERENCES = """
    SELECT kind, whose, starts, action, outcome, reason, role, coalesce(held.n, 0),
           coalesce(anew.n, 0)
      FROM (SELECT * FROM public.audit_count WHERE starts > %(after)s) AS held
      FULL JOIN public.audit_count_anew(%(after)s) AS anew
      USING (kind, whose, starts, action, outcome, reason, role)
     WHERE held.n IS DISTINCT FROM anew.n
     ORDER BY starts, kind, whose, action LIMIT 1000
"""
_FORGET = "DELETE FROM public.audit_count WHERE starts > %(after)s"
_AGAIN = """
    INSERT INTO public.audit_count
    SELECT anew.*, (SELECT first_leaf + n FROM public.audit_seal ORDER BY batch DESC LIMIT 1)
      FROM public.audit_count_anew(%(after)s) AS anew
"""
_OLDEST = """
    SELECT min(recorded_at) FROM public.audit_event
     WHERE id >= (SELECT max((detail::jsonb ->> 'min_id')::bigint) FROM public.audit_event
                   WHERE action = 'log.pruned')
"""


def fold(cursor: Any, ids: Sequence[int], times: Sequence[datetime], size: int) -> None:
    """Adds one batch to the counts; called by the sealer before it commits."""
    cursor.execute(_FOLD, {"ids": list(ids), "first": min(times), "last": max(times), "size": size})


def differences(*, since: datetime | None = None, using: str = "auditor") -> list[tuple[Any, ...]]:
    """Counts that do not fit the sealed events: the key, what is held, what the events give.

    Of days and months that begin on the day of `since` or later, and never of those that pruning
    has cut into.
    """
    with connections[using].cursor() as cursor:
        after = _after_pruning(cursor)
        if since is not None:
            after = max(after, since.astimezone(ZONE).date() - timedelta(days=1))
        cursor.execute(_DIFFERENCES, {"after": after})
        return list(cursor.fetchall())


def recount(*, using: str = "owner") -> int:
    """Counts everything anew that events are still there for; returns the rows written.

    Runs as the tables' owner and keeps the sealer waiting meanwhile.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        after = _after_pruning(cursor)
        cursor.execute(_FORGET, {"after": after})
        cursor.execute(_AGAIN, {"after": after})
        return int(cursor.rowcount)


def _after_pruning(cursor: Any) -> date:
    """The day that pruning may have cut into; earlier counts have outlived their events."""
    cursor.execute(_OLDEST)
    (oldest,) = cursor.fetchone()
    return EVERYTHING if oldest is None else oldest.astimezone(ZONE).date()
