"""What has come by feed so far: each kind with its sources, rows and the last time. Counts only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from records.feeds.work.kinds import FEEDS


@dataclass(frozen=True, slots=True)
class Received:
    """The rows of one source in one feed."""

    feed: str
    source: str
    rows: int
    last_at: datetime | None


def received() -> Iterator[Received]:
    """Every feed's sources, children first; one statement a feed."""
    tables = {"children": "records_sourcelink", **{f.name: f.table for f in FEEDS.values()}}
    with connection.cursor() as cursor:
        for name, table in tables.items():
            cursor.execute(
                f"SELECT source, count(*), max(received_at) FROM {table}"  # noqa: S608  constants
                " WHERE source <> '' GROUP BY source ORDER BY source"
            )
            for source, rows, last_at in cursor.fetchall():
                yield Received(name, source, rows, last_at)
