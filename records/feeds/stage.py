"""Staging: valid rows go into a temporary table by COPY, a part at a time.

A thread reads and checks the next part while the database works on the one before; it never
touches the database. What becomes of staged rows is `apply.py`'s.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from queue import Queue
from threading import Event, Thread

from django.db.backends.utils import CursorWrapper

from records.feeds.rows import FACTS, ImportRow, Reject, facts

# Dropped first: two loads in one transaction are allowed. `import_seen` holds the references of
# all parts so far, so that a repeated one is known across parts.
CREATE = """
DROP TABLE IF EXISTS pg_temp.import_row, pg_temp.import_seen;
CREATE TEMPORARY TABLE import_seen (source_ref text PRIMARY KEY) ON COMMIT DROP;
CREATE TEMPORARY TABLE import_row (
    line integer NOT NULL,
    source_ref text NOT NULL,
    digest bytea NOT NULL,
    key uuid NOT NULL DEFAULT gen_random_uuid(),
    given_name text NOT NULL,
    other_given_names text NOT NULL,
    family_name text NOT NULL,
    former_family_name text NOT NULL,
    born_on date,
    born_year smallint,
    sex text NOT NULL,
    address_kind text NOT NULL,
    line_1 text NOT NULL,
    line_2 text NOT NULL,
    town text NOT NULL,
    postcode text NOT NULL,
    uprn text NOT NULL,
    nhs_number text NOT NULL,
    authority text NOT NULL,
    school text NOT NULL,
    practice text NOT NULL,
    carer_name text NOT NULL,
    carer_phone text NOT NULL,
    child_id integer,
    state "char" NOT NULL DEFAULT 'n'
) ON COMMIT DROP
"""
_COLUMNS = ("line", "digest", *FACTS)
_NULLABLE = {"born_on", "born_year"}
COPY = (
    f"COPY import_row ({', '.join(_COLUMNS)}) FROM STDIN WITH (FORMAT csv,"
    f" FORCE_NOT_NULL ({', '.join(name for name in _COLUMNS if name not in _NULLABLE)}))"
)


PART = 10_000  # rows staged, applied and indexed at a time: bounds memory
AHEAD = 2  # parts read before the database has asked for them


@dataclass(slots=True)
class Part:
    """Some rows of a feed, ready for COPY; the faults met among them; lines read in all so far."""

    text: str
    rejects: list[Reject] = field(default_factory=list)
    lines_read: int = 0


@contextmanager
def read_ahead(rows: Iterable[ImportRow | Reject]) -> Iterator[Iterator[Part]]:
    """The parts of a feed, read in a thread that ends with the block.

    `rows` must not touch the database. What they raise is raised where their part would come.
    """
    queue: Queue[Part | BaseException | None] = Queue(AHEAD)
    stopped = Event()
    reader = Thread(target=_read, args=(rows, queue, stopped), name="feed", daemon=True)
    reader.start()
    try:
        yield _taken(queue)
    finally:
        stopped.set()
        while reader.is_alive():
            _make_room(queue)
            reader.join(0.01)


def _read(
    rows: Iterable[ImportRow | Reject],
    queue: Queue[Part | BaseException | None],
    stopped: Event,
) -> None:
    try:
        for part in _parts(rows):
            queue.put(part)
            if stopped.is_set():
                return
    except BaseException as fault:  # noqa: BLE001  raised again by `_taken`, in the thread that asked
        queue.put(fault)
    else:
        queue.put(None)


def _taken(queue: Queue[Part | BaseException | None]) -> Iterator[Part]:
    while (part := queue.get()) is not None:
        if isinstance(part, BaseException):
            raise part
        yield part


def _make_room(queue: Queue[Part | BaseException | None]) -> None:
    while not queue.empty():
        queue.get_nowait()


def _parts(rows: Iterable[ImportRow | Reject]) -> Iterator[Part]:
    lines_read = last_line = 0
    remaining = iter(rows)
    while some := list(islice(remaining, PART)):
        for row in some:
            lines_read += row.line != last_line
            last_line = row.line
        rejects = [row for row in some if isinstance(row, Reject)]
        yield Part(_csv(row for row in some if isinstance(row, ImportRow)), rejects, lines_read)


def _csv(rows: Iterable[ImportRow]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(map(_values, rows))
    return buffer.getvalue()


def _values(row: ImportRow) -> tuple[object, ...]:
    return (row.line, f"\\x{row.digest().hex()}", *facts(row))


def create_staging(cursor: CursorWrapper) -> None:
    """Creates the temporary tables, inside the caller's transaction."""
    cursor.execute(CREATE)


def stage(cursor: CursorWrapper, part: Part) -> None:
    """Puts a part in place of the one before."""
    cursor.execute("TRUNCATE import_row")
    cursor.copy_expert(COPY, io.StringIO(part.text))
