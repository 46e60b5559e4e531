"""Reading a file: its bytes, its header, its rows. A bad row becomes a `Reject`.

Nothing here touches the database; what a cell may hold stands in `cells.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from typing import Any, BinaryIO

from records.births import birth_bounds
from records.feeds import cells
from records.feeds.cells import BadCell
from records.feeds.lines import Lines
from records.feeds.rows import BrokenFile, ImportRow, Reject
from records.models import Sex

# Each column with the check of its cells and the name it has in `ImportRow`.
_CHECKS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "source_ref": ("source_ref", partial(cells.text, most=80)),
    "given_name": ("given_name", partial(cells.text, most=80)),
    "family_name": ("family_name", partial(cells.text, most=80)),
    "other_given_names": ("other_given_names", partial(cells.text, most=160)),
    "former_family_name": ("former_family_name", partial(cells.text, most=80)),
    "sex": ("sex", cells.sex),
    "address_line_1": ("line_1", partial(cells.text, most=120)),
    "address_line_2": ("line_2", partial(cells.text, most=120)),
    "town": ("town", partial(cells.text, most=80)),
    "postcode": ("postcode", cells.postcode),
    "uprn": ("uprn", partial(cells.digits, shortest=1, longest=12)),
    "nhs_number": ("nhs_number", cells.nhs_number),
    "authority": ("authority", partial(cells.text, most=9)),
    "school": ("school", partial(cells.digits, shortest=6, longest=6)),
    "practice": ("practice", cells.ods_code),
    "carer_name": ("carer_name", partial(cells.text, most=160)),
    "carer_phone": ("carer_phone", cells.phone),
}
EMPTY = {"sex": Sex.NOT_SPECIFIED.value}  # what an empty cell means, where it is not ""
BIRTH = "date_of_birth"
COLUMNS = (*_CHECKS, BIRTH)


@dataclass(frozen=True, slots=True)
class RawRows:
    """Some rows of a file as they stand there, each with its line; may go to another process."""

    checker: RowChecker
    rows: list[tuple[int, list[str]]]

    def __iter__(self) -> Iterator[ImportRow | Reject]:
        for line, values in self.rows:
            yield from self.checker.checked(line, values)


class FileReader:
    """Iterates over the rows and rejects of one CSV file; `ignored` names its unknown columns.

    `authorities` are the GSS codes that exist. Raises `BrokenFile` at once for a wrong header, and
    while iterating for bytes that are not UTF-8 and quotes that do not close.
    """

    def __init__(self, file: BinaryIO, authorities: Collection[str]) -> None:
        self._lines = Lines(file)
        header = self._checked_header()
        self._checker = RowChecker(header, authorities)
        self.ignored = [name for name in header if name not in COLUMNS]

    @property
    def bytes_read(self) -> int:
        """How far the file has been read."""
        return self._lines.bytes_read

    def __iter__(self) -> Iterator[ImportRow | Reject]:
        for some in self.parts(1):
            yield from some

    def parts(self, size: int) -> Iterator[RawRows]:
        """The rows unchecked, `size` of them at a time; rows without any value are left out."""
        filled = self._lines.filled()
        while some := list(islice(filled, size)):
            yield RawRows(self._checker, some)

    def _checked_header(self) -> list[str]:
        header = self._lines.header
        if "source_ref" not in header or not {"given_name", "family_name"} & set(header):
            raise BrokenFile(
                "The first line must name the columns: source_ref and given_name or family_name"
                " at least, separated by commas."
            )
        self._lines.require_no_doubles([name for name in header if name in COLUMNS])
        return header


class RowChecker:
    """Knows the columns of a file, and what a cell of each may hold. Holds nothing of any row."""

    def __init__(self, header: list[str], authorities: Collection[str]) -> None:
        self._width = len(header)
        self._authorities = authorities
        self._bounds = birth_bounds()
        # Columns there are, with the place of their cells; what a row without a column means.
        self._checks = [
            (header.index(column), column, *check)
            for column, check in _CHECKS.items()
            if column in header
        ]
        self._blank = {name: EMPTY.get(name, "") for name, _ in _CHECKS.values()}
        self._birth_at = header.index(BIRTH) if BIRTH in header else None

    def checked(self, line: int, values: list[str]) -> Iterator[ImportRow | Reject]:
        """The row of these cells, or every fault of it."""
        if len(values) != self._width:
            remedy = f"Give the row the header's {self._width} cells."
            yield Reject(line, "", "wrong number of cells", remedy)
            return
        clean: dict[str, Any] = self._blank.copy()
        faults: list[Reject] = []
        for place, column, name, check in self._checks:
            if cell := values[place]:
                try:
                    clean[name] = check(cell)
                except BadCell as bad:
                    faults.append(Reject(line, column, bad.value_class, bad.remedy))
        try:
            clean["born_on"], clean["born_year"] = self._birth(values)
        except BadCell as bad:
            faults.append(Reject(line, BIRTH, bad.value_class, bad.remedy))
        faults = faults or self._across(line, clean)
        if faults:
            yield from faults
        else:
            yield ImportRow(line=line, **_with_address_kind(clean))

    def _birth(self, values: list[str]) -> tuple[date | None, int | None]:
        cell = "" if self._birth_at is None else values[self._birth_at]
        return cells.birth(cell, *self._bounds)

    def _across(self, line: int, clean: dict[str, Any]) -> list[Reject]:
        """What only the row as a whole can say."""
        faults = []
        if not clean["source_ref"]:
            faults.append(Reject(line, "source_ref", "empty", "Give the source's own reference."))
        if not (clean["given_name"] or clean["family_name"]):
            faults.append(
                Reject(line, "family_name", "empty", "Give a given name or a family name.")
            )
        if clean["authority"] and clean["authority"] not in self._authorities:
            faults.append(
                Reject(
                    line,
                    "authority",
                    "unknown code",
                    "Write the GSS code of an upper-tier authority, or leave it empty.",
                )
            )
        return faults


def _with_address_kind(clean: dict[str, Any]) -> dict[str, Any]:
    """An address nowhere keeps no lines: the other cells of such a row are dropped."""
    lines = ("line_1", "line_2", "town", "postcode", "uprn")
    clean["address_kind"] = cells.address_kind(clean["line_1"], any(clean[n] for n in lines))
    if clean["address_kind"] not in ("", "address"):
        clean.update(dict.fromkeys(lines, ""))
    return clean
