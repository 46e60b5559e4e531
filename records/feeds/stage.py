"""Staging: valid rows go into a temporary table by COPY, a part at a time.

While the database works on one part, a thread reads the next ones, and a process checks them and
makes their search rows; neither touches the database. What becomes of staged rows is `apply.py`'s.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from queue import Queue
from threading import Event, Thread

from django.db.backends.utils import CursorWrapper

from records.feeds.indexing import indexed_row
from records.feeds.read import FileReader
from records.feeds.rows import FACTS, ImportRow, Reject, facts
from records.processes import in_order, processes
from records.search import search_row
from records.search.names import Name, names_in
from records.search.statements import bigint_array

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
    keys bigint[] NOT NULL,
    doc text NOT NULL,
    child_id integer,
    state "char" NOT NULL DEFAULT 'n'
) ON COMMIT DROP
"""
_COLUMNS = ("line", "digest", *FACTS, "keys", "doc")
_NULLABLE = {"born_on", "born_year"}
COPY = (
    f"COPY import_row ({', '.join(_COLUMNS)}) FROM STDIN WITH (FORMAT csv,"
    f" FORCE_NOT_NULL ({', '.join(name for name in _COLUMNS if name not in _NULLABLE)}))"
)


PART = 10_000  # rows staged, applied and indexed at a time: bounds memory
AHEAD = 2  # parts read before the database has asked for them

Source = Iterable[ImportRow | Reject]


@dataclass(slots=True)
class Part:
    """Some rows of a feed, ready for COPY; the faults met among them; how many rows were read.

    `names` are those of all its children.
    """

    text: str
    rejects: list[Reject]
    rows_read: int
    names: set[Name]


@contextmanager
def read_ahead(rows: Source) -> Iterator[Iterator[Part]]:
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
    rows: Source,
    queue: Queue[Part | BaseException | None],
    stopped: Event,
) -> None:
    try:
        with closing(_parts(rows)) as parts:
            for part in parts:
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


def _parts(rows: Source) -> Generator[Part]:
    """The first part is made here: most feeds have no other, and a process takes a second."""
    some: Iterator[Source] = rows.parts(PART) if isinstance(rows, FileReader) else _cut(rows)
    yield from map(make_part, islice(some, 1))
    if isinstance(rows, FileReader) and (second := next(some, None)):
        with processes(1) as pool:
            yield from in_order(pool, make_part, ((part,) for part in chain([second], some)), 1)
    yield from map(make_part, some)


def _cut(rows: Source) -> Iterator[list[ImportRow | Reject]]:
    remaining = iter(rows)
    while some := list(islice(remaining, PART)):
        yield some


def make_part(rows: Source) -> Part:
    """Checks rows and writes them out with their search rows, as children that nobody knows yet."""
    buffer, rejects, names = io.StringIO(), list[Reject](), set[Name]()
    write = csv.writer(buffer, lineterminator="\n").writerow
    rows_read = last_line = 0
    for row in rows:
        rows_read += row.line != last_line
        last_line = row.line
        if isinstance(row, Reject):
            rejects.append(row)
            continue
        keys, doc = search_row(indexed_row(row))
        names |= names_in(doc)
        digest = f"\\x{row.digest().hex()}"
        write((row.line, digest, *facts(row), bigint_array(keys), doc))
    return Part(buffer.getvalue(), rejects, rows_read, names)


def create_staging(cursor: CursorWrapper) -> None:
    """Creates the temporary tables, inside the caller's transaction."""
    cursor.execute(CREATE)


def stage(cursor: CursorWrapper, part: Part) -> None:
    """Puts a part in place of the one before."""
    cursor.execute("TRUNCATE import_row")
    cursor.copy_expert(COPY, io.StringIO(part.text))
