"""One load from rows to event: staged, applied and indexed part by part in one transaction.

One transaction and not resumable parts: the event then says exactly what the load did, a fault
half-way leaves nothing, and since a second run finds what the first one did, running again is safe.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.acting import Acting
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.feeds import apply
from records.feeds.indexing import Indexing
from records.feeds.rows import ImportRow, Reject
from records.feeds.stage import Part, create_staging, read_ahead, stage
from records.search import recount

SOURCE = re.compile(r"[A-Za-z0-9_.:+/-]{1,60}")
MANY = 1_000  # children changed, from which the names are counted again at once, not at night
# A part is small beside the tables: every row is looked up by index. Left to itself the planner may
# read whole tables, since statistics taken during a load know none of the rows it made.
BY_INDEX = "SET LOCAL enable_seqscan = off"
AS_BEFORE = "SET LOCAL enable_seqscan = DEFAULT"
REPEATED = ("repeated", "Each source_ref may stand in one row only; the first one was taken.")

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a load did; `rejected` counts rows, a row with two faults once."""

    read: int
    created: int
    changed: int
    unchanged: int
    rejected: int


class _Rejects:
    """Counts rejected rows and passes every fault on."""

    def __init__(self, on_reject: Callable[[Reject], None]) -> None:
        self._on_reject = on_reject
        self._line = 0
        self.rows = 0

    def __call__(self, reject: Reject) -> None:
        self.rows += reject.line != self._line
        self._line = reject.line
        self._on_reject(reject)


def load_rows(
    rows: Iterable[ImportRow | Reject],
    *,
    source: str,
    dry_run: bool = False,
    is_invented: bool = False,
    reason: str = "",
    on_reject: Callable[[Reject], None] = lambda reject: None,
    progress: Progress = lambda phase, done: None,
    by: Acting,
) -> Summary:
    """Loads checked rows of one source; idempotent by (source, source_ref).

    `source` is a short code without spaces. With `dry_run` everything is checked and counted, and
    nothing written but the event. `reason` is kept with the event. `rows` are read in a thread of
    their own, and checked in a process if they come from a long file; they must not touch the
    database. `progress` hears of rows read and children indexed.
    Raises `Refused`, `BrokenFile` from `rows`, ValueError for a bad source; whatever is raised,
    nothing was loaded.
    """
    require_permission(by, Permission.IMPORT_RECORDS)
    if not SOURCE.fullmatch(source):
        raise ValueError("a source is named by a code without spaces, such as 'school-census'")
    load = _Load(source, dry_run, is_invented, _Rejects(on_reject), progress)
    with transaction.atomic(), connection.cursor() as cursor:
        summary = load.run(rows, cursor)
        _record(summary, source, dry_run, reason, by)
    return summary


@dataclass(frozen=True, slots=True)
class _Load:
    """One load under way."""

    source: str
    dry_run: bool
    is_invented: bool
    rejects: _Rejects
    progress: Progress

    def run(self, rows: Iterable[ImportRow | Reject], cursor: CursorWrapper) -> Summary:
        """Takes part after part; the next one is read meanwhile."""
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a million deferred checks take memory
        cursor.execute(BY_INDEX)
        create_staging(cursor)
        apply.lock(cursor, self.source)
        first_load = apply.is_first_load(cursor, self.source)
        counts: Counter[str] = Counter()
        indexing = Indexing(lambda done: self.progress("index", done))
        rows_read = 0
        with read_ahead(rows) as parts:
            for part in parts:
                for reject in part.rejects:
                    self.rejects(reject)
                rows_read += part.rows_read
                self.progress("read", rows_read)
                stage(cursor, part)
                counts += self._take(cursor, part, indexing, first_load)
        cursor.execute(AS_BEFORE)
        if indexing.done >= MANY:
            recount()
        return Summary(
            read=rows_read,
            created=counts["n"],
            changed=counts["c"],
            unchanged=counts["u"],
            rejected=self.rejects.rows,
        )

    def _take(
        self, cursor: CursorWrapper, part: Part, indexing: Indexing, first_load: bool
    ) -> Counter[str]:
        """Applies and indexes the staged part; returns how many rows are new, changed and not."""
        repeated = apply.drop_repeated(cursor)
        for line in repeated:
            self.rejects(Reject(line, "source_ref", *REPEATED))
        if not first_load:
            apply.find_known(cursor, self.source)
        counts = apply.count_states(cursor)
        if not self.dry_run:
            new, changed = counts["n"], counts["c"]
            apply.apply_rows(cursor, self.source, self.is_invented, has_changed=bool(changed))
            whole = not repeated and counts.total() == new
            indexing.index_part(part.names, new=new, changed=changed, whole=whole)
        return counts


def _record(summary: Summary, source: str, dry_run: bool, reason: str, by: Acting) -> None:
    append(
        EventType.RECORD_IMPORTED,
        actor=by.actor,
        result_count=summary.created + summary.changed,
        detail={
            "source": source,
            "dry_run": dry_run,
            "rows": summary.read,
            "created": summary.created,
            "amended": summary.changed,
            "unchanged": summary.unchanged,
            "rejected": summary.rejected,
        },
        payload=reason or None,
    )
