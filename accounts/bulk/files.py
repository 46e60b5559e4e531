"""Rows of a CSV file that a team uploads: read with care; those refused are given back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.core.files import File

MOST_BYTES = 500_000
MOST_ROWS = 200  # each invitation costs a slow hash; more rows, more files
REJECT_COLUMNS = ("line", "code", "what_to_do")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class FileRefused(Exception):
    """The file as a whole cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Row:
    """One line of the file under the names of its columns."""

    line: int
    values: dict[str, str]


@dataclass(frozen=True)
class Reject:
    """One row that was refused: a code for programs, and what a person does about it."""

    row: Row
    code: str
    what_to_do: str


def read_rows(file: File[bytes], columns: Sequence[str]) -> list[Row]:
    """The rows of a small UTF-8 file with exactly these columns, in any order.

    Raises `FileRefused` for a file that is too large, no UTF-8, without rows or with other columns.
    """
    return list(_rows(_text(file), columns))


def _text(file: File[bytes]) -> str:
    if (file.size or 0) > MOST_BYTES:
        raise FileRefused("The file is too large. Split it into files of at most 200 rows.")
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused("The file is not UTF-8. Save it as “CSV UTF-8”.") from None


def _rows(text: str, columns: Sequence[str]) -> Iterator[Row]:
    if "\x00" in text:
        raise FileRefused("The file is not text. Save it as “CSV UTF-8”.")
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        if sorted(reader.fieldnames or ()) != sorted(columns):
            raise FileRefused(f"The first line must name these columns: {', '.join(columns)}.")
        number = 0
        for number, values in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise FileRefused("The file has more than 200 rows. Split it.")
            yield Row(reader.line_num, _whole(values, reader.line_num))
    except csv.Error:
        raise FileRefused(f"Line {reader.line_num} is no CSV. Mend it and try again.") from None
    if number == 0:
        raise FileRefused("The file has no rows below its first line.")


def _whole(values: dict[str | None, str | None], line: int) -> dict[str, str]:
    """The values of a row with as many cells as there are columns."""
    if None in values or None in values.values():
        raise FileRefused(f"Line {line} has not as many cells as the first line. Mend it.")
    return {str(name): str(value).strip() for name, value in values.items()}


def rejects_file(rejects: Sequence[Reject], columns: Sequence[str]) -> str:
    """The refused rows as CSV, each with its line, a code and what to do; ready to be mended."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*REJECT_COLUMNS, *columns])
    for reject in rejects:
        cells = [reject.row.values[name] for name in columns]
        writer.writerow(
            map(_harmless, [str(reject.row.line), reject.code, reject.what_to_do, *cells])
        )
    return out.getvalue()


def _harmless(cell: str) -> str:
    """What a spreadsheet would take for a formula becomes text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
