"""A CSV file of queries with the child each one ought to find, a row at a time.

What is done with them is evaluate.py's. Faults are told by line and column, never by value.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from records.search.terms import SearchTerms, TypedDate

COLUMNS = (
    "query_id",
    "given_name",
    "family_name",
    "date_of_birth",
    "age_from",
    "age_to",
    "sex",
    "postcode",
    "identifier",
    "expected_source",
    "expected_ref",
)
OLDEST_AGE = 150
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_SEXES = {"": "", "N": "", "F": "F", "M": "M"}


class BadQueries(Exception):
    """The file cannot be used; the message tells where and what to do."""


@dataclass(frozen=True, slots=True)
class Query:
    """One search, and the record it ought to find; no reference: the child is not in the index."""

    query_id: str
    terms: SearchTerms
    expected_source: str
    expected_ref: str

    @property
    def expects_nobody(self) -> bool:
        """Whether the child is absent from the index."""
        return not self.expected_ref


def read_queries(file: BinaryIO) -> Iterator[Query]:
    """The queries of a UTF-8 file in their order. Raises `BadQueries`."""
    lines = _decoded(file)
    reader = csv.reader(lines, strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _require_columns(header)
        for cells in reader:
            if any(cells):
                yield _query(_row(header, cells, reader.line_num), reader.line_num)
    except csv.Error as error:
        raise BadQueries(f"line {reader.line_num}: not CSV ({error}).") from None


def _decoded(file: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(file, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise BadQueries(f"line {number}: not UTF-8; save the file as CSV UTF-8.") from None


def _require_columns(header: Sequence[str]) -> None:
    if not any(header):
        raise BadQueries(f"the first line names no columns; it must name {', '.join(COLUMNS)}.")
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        raise BadQueries(
            f"the header lacks {', '.join(missing)}; add them, with empty cells if need be."
        )
    twice = sorted({name for name in header if name in COLUMNS and header.count(name) > 1})
    if twice:
        raise BadQueries(f"the header names {', '.join(twice)} twice.")


def _row(header: Sequence[str], cells: Sequence[str], line: int) -> dict[str, str]:
    if len(cells) != len(header):
        raise BadQueries(
            f"line {line}: {len(cells)} cells under {len(header)} columns; write empty ones too."
        )
    return {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _query(row: dict[str, str], line: int) -> Query:
    if row["expected_ref"] and not row["expected_source"]:
        raise BadQueries(
            f"line {line}: expected_ref needs its expected_source, the --source of the import."
        )
    terms = SearchTerms(
        given_name=row["given_name"],
        family_name=row["family_name"],
        date_of_birth=_date(row["date_of_birth"], line),
        age_from=_age(row, "age_from", line),
        age_to=_age(row, "age_to", line),
        sex=_sex(row["sex"], line),
        postcode=row["postcode"],
        identifier=row["identifier"],
    )
    return Query(row["query_id"], terms, row["expected_source"], row["expected_ref"])


def _date(cell: str, line: int) -> TypedDate | None:
    """A date as typed: 31 February is one, as it is in the form's boxes."""
    if not cell:
        return None
    match = _DATE.fullmatch(cell)
    if not match:
        raise BadQueries(f"line {line}: date_of_birth is written YYYY-MM-DD, YYYY-MM or YYYY.")
    year, month, day = match.groups()
    return TypedDate(int(year), int(month) if month else None, int(day) if day else None)


def _age(row: dict[str, str], column: str, line: int) -> int | None:
    cell = row[column]
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and int(cell) <= OLDEST_AGE):
        raise BadQueries(f"line {line}: {column} is a whole number of years, or empty.")
    return int(cell)


def _sex(cell: str, line: int) -> str:
    try:
        return _SEXES[cell.upper()]
    except KeyError:
        raise BadQueries(f"line {line}: sex is F, M, N or empty.") from None
