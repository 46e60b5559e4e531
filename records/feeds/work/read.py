"""Reading a work feed: its header, its rows. A bad row becomes rejects. Touches no database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import BinaryIO

from records.feeds.cells import BadCell, text
from records.feeds.lines import Lines
from records.feeds.rows import BrokenFile, Reject
from records.feeds.work.spec import Check, Feed

PART = 20_000
REF = "source_ref"
_check_ref = partial(text, most=80)


@dataclass(slots=True)
class Part:
    """Some rows of a file, ready for COPY; the faults among them; how many rows were read."""

    rows: io.StringIO = field(default_factory=io.StringIO)
    rejects: list[Reject] = field(default_factory=list)
    rows_read: int = 0


class TableReader:
    """The parts of one file of a feed; `ignored` names its unknown columns.

    Raises `BrokenFile` at once for a wrong header, and while iterating for what is no CSV.
    """

    def __init__(self, file: BinaryIO, feed: Feed) -> None:
        self.feed = feed
        self._lines = Lines(file)
        header = self._lines.header
        wanted = [REF, *feed.columns]
        if missing := [name for name in (REF, *feed.required) if name not in header]:
            raise BrokenFile(f"The first line must name these columns too: {', '.join(missing)}.")
        self._lines.require_no_doubles([name for name in header if name in wanted])
        self.ignored = [name for name in header if name not in wanted]
        self._width = len(header)
        self._ref_at = header.index(REF)
        self._columns = [
            (name, header.index(name) if name in header else None, column.check, column.required)
            for name, column in feed.columns.items()
        ]

    @property
    def bytes_read(self) -> int:
        """How far the file has been read."""
        return self._lines.bytes_read

    def parts(self) -> Iterator[Part]:
        """The checked rows, so many at a time."""
        filled = self._lines.filled()
        while some := list(islice(filled, PART)):
            part = Part(rows_read=len(some))
            write = csv.writer(part.rows, lineterminator="\n").writerow
            for line, values in some:
                if (row := self._checked(line, values, part.rejects)) is not None:
                    write(row)
            part.rows.seek(0)
            yield part

    def _checked(self, line: int, values: list[str], rejects: list[Reject]) -> list[object] | None:
        """The row for COPY, or None when something is wrong with it, which is said."""
        if len(values) != self._width:
            remedy = f"Give the row the header's {self._width} cells."
            rejects.append(Reject(line, "", "wrong number of cells", remedy))
            return None
        faults = len(rejects)
        row: list[object] = [line, self._cell(line, REF, values[self._ref_at], _check_ref, rejects)]
        for name, place, check, required in self._columns:
            value = "" if place is None else values[place]
            if value:
                row.append(self._cell(line, name, value, check, rejects))
            elif required:
                rejects.append(Reject(line, name, "empty", "Fill it in."))
            else:
                row.append("")
        if not row[1] and faults == len(rejects):
            rejects.append(Reject(line, REF, "empty", "Give the source's own reference."))
        return row if faults == len(rejects) else None

    @staticmethod
    def _cell(line: int, name: str, value: str, check: Check, rejects: list[Reject]) -> str:
        try:
            return check(value)
        except BadCell as bad:
            rejects.append(Reject(line, name, bad.value_class, bad.remedy))
            return ""
