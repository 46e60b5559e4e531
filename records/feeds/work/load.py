# ruff: noqa: S608  every piece of SQL is a constant of `kinds.py`; values are parameters
"""One load of a work feed: staged by COPY, looked up, compared and written a part at a time, in one
transaction with its event. Running it again changes only what has changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.acting import Acting
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.feeds.load import AS_BEFORE, BY_INDEX, REPEATED, SOURCE
from records.feeds.rows import Reject
from records.feeds.work.read import Part, TableReader
from records.feeds.work.spec import Fault, Feed, Lookup

# Apart, so that each is one join and not a look at every other row.
REPEATED_ROWS = (
    "EXISTS (SELECT FROM feed_row AS f WHERE f.source_ref = r.source_ref AND f.line < r.line)",
    "EXISTS (SELECT FROM feed_seen AS s WHERE s.source_ref = r.source_ref)",
)

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class LoadSummary:
    """What a load did, or in a dry run would have done; `rejected` counts rows."""

    read: int
    created: int
    changed: int
    unchanged: int
    rejected: int


def load_feed(
    reader: TableReader,
    *,
    source: str,
    dry_run: bool = False,
    reason: str = "",
    on_reject: Callable[[Reject], None] = lambda reject: None,
    progress: Progress = lambda phase, done: None,
    by: Acting,
) -> LoadSummary:
    """Loads one file of one source; idempotent by (source, source_ref).

    Only teams, services and people of the loader's own user base are known to it. With `dry_run`
    nothing is written but the event. Raises `Refused`, `BrokenFile`, ValueError for a bad source;
    whatever is raised, nothing was loaded.
    """
    require_permission(by, Permission.IMPORT_RECORDS)
    if not SOURCE.fullmatch(source):
        raise ValueError("a source is named by a code without spaces, such as 'rota-system'")
    load = _Load(reader.feed, source, by, on_reject)
    with transaction.atomic(), connection.cursor() as cursor:
        load.begin(cursor)
        for part in reader.parts():
            load.take(cursor, part, dry_run=dry_run)
            progress("read", load.counts["read"])
        cursor.execute(AS_BEFORE)
        summary = load.summary()
        _record(summary, reader.feed, source, dry_run, reason, by)
    return summary


class _Load:
    """One load under way."""

    def __init__(
        self, feed: Feed, source: str, by: Acting, on_reject: Callable[[Reject], None]
    ) -> None:
        self.feed, self.on_reject = feed, on_reject
        self.values = {
            "source": source,
            "base": by.base.pk if by.base else None,
            "me": by.user.pk if by.user else None,
        }
        self.counts: Counter[str] = Counter()

    def begin(self, cursor: CursorWrapper) -> None:
        """The temporary tables, and the lock against another load of this source."""
        columns = [f"{name} {c.sql_type}" for name, c in self.feed.columns.items()]
        columns += [f"{lookup.into} bigint" for lookup in self.feed.lookups]
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(BY_INDEX)
        cursor.execute(
            "DROP TABLE IF EXISTS pg_temp.feed_row, pg_temp.feed_seen;"
            " CREATE TEMPORARY TABLE feed_seen (source_ref text PRIMARY KEY) ON COMMIT DROP;"
            " CREATE TEMPORARY TABLE feed_row (line integer, source_ref text,"
            f" {', '.join(columns)},"
            " id bigint, state \"char\" NOT NULL DEFAULT 'n') ON COMMIT DROP"
        )
        lock = f"records.feeds.{self.feed.name} {self.values['source']}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [lock])

    def take(self, cursor: CursorWrapper, part: Part, *, dry_run: bool) -> None:
        """Stages a part in place of the one before, and does what it says."""
        self.counts["read"] += part.rows_read
        self._reject(part.rejects)
        text = [n for n, c in self.feed.columns.items() if c.sql_type == "text"]
        cursor.execute("TRUNCATE feed_row")
        cursor.copy_expert(
            f"COPY feed_row (line, source_ref, {', '.join(self.feed.columns)}) FROM STDIN"
            f" WITH (FORMAT csv, FORCE_NOT_NULL ({', '.join(['source_ref', *text])}))",
            part.rows,
        )
        cursor.execute("ANALYZE feed_row")
        self._drop_repeated(cursor)
        for lookup in self.feed.lookups:
            self._look_up(cursor, lookup)
        cursor.execute("ANALYZE feed_row")  # again: what was looked up was empty before
        self._find_known(cursor)
        for fault in self.feed.faults:
            self._drop(cursor, fault)
        cursor.execute("SELECT state, count(*) FROM feed_row GROUP BY state")
        self.counts += Counter(dict(cursor.fetchall()))
        if not dry_run:
            self._write(cursor)

    def summary(self) -> LoadSummary:
        counts = self.counts
        return LoadSummary(
            counts["read"], counts["n"], counts["c"], counts["u"], counts["rejected"]
        )

    def _reject(self, rejects: list[Reject]) -> None:
        self.counts["rejected"] += len({reject.line for reject in rejects})
        for reject in rejects:
            self.on_reject(reject)

    def _drop_repeated(self, cursor: CursorWrapper) -> None:
        for where in REPEATED_ROWS:
            self._drop(cursor, Fault("source_ref", where, *REPEATED))
        cursor.execute("INSERT INTO feed_seen SELECT source_ref FROM feed_row")

    def _look_up(self, cursor: CursorWrapper, lookup: Lookup) -> None:
        found = f"SET {lookup.into} = ({lookup.select}) WHERE {lookup.given}"
        if lookup.key:
            found = (
                f"SET {lookup.into} = f.id FROM ({lookup.select}) AS f WHERE f.key = {lookup.key}"
            )
        cursor.execute(f"UPDATE feed_row AS r {found}", self.values)
        missing = f"{lookup.into} IS NULL AND ({lookup.given})"
        self._drop(cursor, Fault(lookup.column, missing, lookup.value_class, lookup.remedy))

    def _find_known(self, cursor: CursorWrapper) -> None:
        before = ", ".join(f"t.{name}" for name in self.feed.changed)
        after = ", ".join(self.feed.changed.values())
        cursor.execute(
            f"UPDATE feed_row AS r SET id = t.id, state = CASE WHEN ROW({before})"
            f" IS NOT DISTINCT FROM ROW({after}) THEN 'u' ELSE 'c' END FROM {self.feed.table} AS t"
            " WHERE t.source = %(source)s AND t.source <> '' AND t.source_ref = r.source_ref",
            self.values,
        )

    def _drop(self, cursor: CursorWrapper, fault: Fault) -> None:
        cursor.execute(f"DELETE FROM feed_row AS r WHERE {fault.where} RETURNING line", self.values)
        self._reject(
            [
                Reject(line, fault.column, fault.value_class, fault.remedy)
                for line in sorted(line for (line,) in cursor.fetchall())
            ]
        )

    def _write(self, cursor: CursorWrapper) -> None:
        feed = self.feed
        for statement in feed.before:
            cursor.execute(statement, self.values)
        known = {**feed.changed, **feed.marks}
        cursor.execute(
            f"UPDATE {feed.table} AS t SET received_at = now(),"
            f" {', '.join(f'{name} = {value}' for name, value in known.items())}"
            " FROM feed_row AS r WHERE r.state = 'c' AND t.id = r.id",
            self.values,
        )
        new = {**feed.fields, **feed.new_marks}
        cursor.execute(
            f"INSERT INTO {feed.table} (source, source_ref, received_at, {', '.join(new)})"
            f" SELECT %(source)s, r.source_ref, now(), {', '.join(new.values())}"
            " FROM feed_row AS r WHERE r.state = 'n' ORDER BY r.line",
            self.values,
        )


def _record(
    summary: LoadSummary, feed: Feed, source: str, dry_run: bool, reason: str, by: Acting
) -> None:
    append(
        EventType.FEED_RECEIVED,
        actor=by.actor,
        result_count=summary.created + summary.changed,
        detail={
            "source": source,
            "kind": feed.name,
            "dry_run": dry_run,
            "rows": summary.read,
            "created": summary.created,
            "amended": summary.changed,
            "unchanged": summary.unchanged,
            "rejected": summary.rejected,
        },
        payload=reason or None,
    )
