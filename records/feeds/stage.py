"""Staging: valid rows stream into a temporary table by COPY, so memory stays bounded at any size.

The table lives until the transaction ends. What becomes of its rows is `apply.py`'s.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from django.db.backends.utils import CursorWrapper

from records.feeds.rows import FACTS, ImportRow, Reject, facts

# Dropped first: two loads in one transaction are allowed.
CREATE = """
DROP TABLE IF EXISTS pg_temp.import_row;
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


class RowStream(io.TextIOBase):
    """What COPY reads from: turns rows into CSV a thousand at a time, hands rejects aside."""

    def __init__(
        self,
        rows: Iterable[ImportRow | Reject],
        on_reject: Callable[[Reject], None],
        on_rows: Callable[[int], None],
    ) -> None:
        self._rows = iter(rows)
        self._on_reject = on_reject
        self._on_rows = on_rows
        self._pending = ""
        self.fault: Exception | None = None
        self.lines_read = 0
        self._last_line = 0

    def read(self, size: int | None = -1) -> str:
        """At least one row's worth of CSV, or "" at the end; COPY takes any length up to `size`."""
        if not self._pending and self.fault is None:
            try:
                self._pending = self._chunk()
            except Exception as error:  # noqa: BLE001  raised again by `stage`, unaltered: through
                self.fault = error  # COPY its words would reach the server's log
        size = len(self._pending) if size is None or size < 0 else size
        part, self._pending = self._pending[:size], self._pending[size:]
        return part

    def _chunk(self) -> str:
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerows(self._thousand())
        self._on_rows(self.lines_read)
        return buffer.getvalue()

    def _thousand(self) -> Iterator[tuple[object, ...]]:
        taken = 0
        while taken < 1000 and (row := next(self._rows, None)) is not None:
            self.lines_read += row.line != self._last_line
            self._last_line = row.line
            if isinstance(row, Reject):
                self._on_reject(row)
                continue
            taken += 1
            yield _values(row)


def _values(row: ImportRow) -> tuple[object, ...]:
    return (row.line, f"\\x{row.digest().hex()}", *facts(row))


def stage(cursor: CursorWrapper, stream: RowStream) -> None:
    """Creates the temporary table and fills it, inside the caller's transaction.

    Raises whatever the rows raise, `BrokenFile` above all.
    """
    cursor.execute(CREATE)
    cursor.copy_expert(COPY, stream)
    if stream.fault is not None:
        raise stream.fault
    cursor.execute("ANALYZE import_row (source_ref, line)")
