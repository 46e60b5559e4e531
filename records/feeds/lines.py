"""The rows of a CSV file with their lines, whatever its columns. Never holds more than one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO

from records.feeds.rows import BrokenFile


class Lines:
    """Reads a UTF-8 file row by row; `header` holds the names of its columns, in lower case.

    Raises `BrokenFile` for bytes that are not UTF-8 and quotes that do not close.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.bytes_read = 0
        self._reader = csv.reader(self._decoded(file), strict=True)
        first = self.next()
        self.header = [name.strip().lower() for name in first[1]] if first else []

    def next(self) -> tuple[int, list[str]] | None:
        """The next row and the line it begins at; None at the end."""
        line = self._reader.line_num + 1
        try:
            return line, next(self._reader)
        except StopIteration:
            return None
        except csv.Error as error:
            raise BrokenFile(
                f"The row that begins at line {line} is not proper CSV ({error}). A quotation mark"
                " is missing or too many, or the file was cut short."
            ) from None

    def filled(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that hold anything."""
        return ((line, values) for line, values in iter(self.next, None) if any(values))

    def require_no_doubles(self, known: list[str]) -> None:
        """Raises `BrokenFile` if the header names one of these columns twice."""
        if repeated := {name for name in known if known.count(name) > 1}:
            raise BrokenFile(f"The header names a column twice: {', '.join(sorted(repeated))}.")

    def _decoded(self, file: BinaryIO) -> Iterator[str]:
        for number, raw in enumerate(file, start=1):
            self.bytes_read += len(raw)
            try:
                line = raw.decode("utf-8")
            except UnicodeDecodeError:
                raise BrokenFile(
                    f"Line {number} is not UTF-8. Save the file as UTF-8 and load it again."
                ) from None
            yield line.removeprefix("\ufeff") if number == 1 else line
