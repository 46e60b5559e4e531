"""Reading a staff file: its bytes, its header, its rows. A bad row becomes a `Reject`.

Nothing here touches the database.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.households import normalised_surname
from accounts.staffing.rows import BrokenFeed, Reject, StaffFile, StaffRow

MOST_BYTES = 5_000_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HASH = re.compile(r"[0-9a-f]{64}")
_IDENTIFIER = re.compile(r"[a-z]+:[A-Z0-9]{1,12}")


class _BadCell(ValueError):
    def __init__(self, value_class: str, remedy: str) -> None:
        super().__init__(value_class)
        self.value_class, self.remedy = value_class, remedy


def _text(most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        value = unicodedata.normalize("NFC", value).strip()
        if _CONTROL.search(value):
            raise _BadCell("control character", "Remove line breaks and control characters.")
        if len(value) > most:
            raise _BadCell("too long", f"Shorten it to {most} characters.")
        return value

    return check


def _email(value: str) -> str:
    address = value.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise _BadCell("not an e-mail address", "Write the work e-mail address.") from None
    return address


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise _BadCell("not a date", "Write YYYY-MM-DD, or leave it empty.") from None


def _hashes(value: str) -> tuple[str, ...]:
    given = tuple(dict.fromkeys(value.split()))
    if not all(_HASH.fullmatch(one) for one in given):
        raise _BadCell(
            "not a keyed hash",
            "Send hashes made as documented, 64 lower-case hexadecimal digits; never an address.",
        )
    return given


def _surnames(value: str) -> tuple[str, ...]:
    names = (normalised_surname(name) for name in value.split(";"))
    return tuple(name for name in dict.fromkeys(names) if name)


def _identifier(value: str) -> str:
    given = value.strip()
    if not _IDENTIFIER.fullmatch(given):
        raise _BadCell("not an identifier", "Write scheme and value, such as urn:100001.")
    return given


REQUIRED: dict[str, Callable[[str], Any]] = {
    "staff_ref": _text(40),
    "email": _email,
    "given_name": _text(80),
    "family_name": _text(80),
    "work_phone": _text(30),
    "line_manager_name": _text(160),
    "line_manager_email": _email,
}
OPTIONAL: dict[str, Callable[[str], Any]] = {
    "job_title": _text(120),
    "department": _text(80),
    "employed_until": _day,
    "moves_on": _day,
    "moves_to": _identifier,
    "homes": _hashes,
    "former_homes": _hashes,
    "postcodes": _hashes,
    "former_surnames": _surnames,
}
CHECKS = REQUIRED | OPTIONAL


def read_staff(content: bytes) -> StaffFile:
    """Reads a whole file. Raises `BrokenFeed` when it cannot be trusted as a whole."""
    reader = csv.DictReader(io.StringIO(_decoded(content), newline=""), strict=True)
    try:
        _check_header([name.strip().lower() for name in reader.fieldnames or []])
        reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
        return _collected(list(_numbered(reader)))
    except csv.Error as error:
        raise BrokenFeed(
            f"Near line {reader.line_num} the file is not proper CSV ({error})."
        ) from None


def _decoded(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise BrokenFeed(f"The file is larger than {MOST_BYTES // 1_000_000} MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFeed("The file is not UTF-8. Save it as UTF-8 and try again.") from None


def _check_header(names: list[str]) -> None:
    if missing := [name for name in REQUIRED if name not in names]:
        raise BrokenFeed(f"The first line must name these columns too: {', '.join(missing)}.")
    if len(set(names)) < len(names):
        raise BrokenFeed("The first line names a column twice.")
    if unknown := set(names) - set(CHECKS):
        raise BrokenFeed(
            f"These columns are not known: {', '.join(sorted(unknown))}. Leave them out: nothing"
            " that is not asked for may be sent."
        )


def _numbered(reader: csv.DictReader[str]) -> Any:
    for cells in reader:
        yield reader.line_num, cells


def _collected(lines: list[tuple[int, dict[str, Any]]]) -> StaffFile:
    rows: dict[str, StaffRow] = {}
    rejects: list[Reject] = []
    named: set[str] = set()
    is_whole = True
    for line, cells in lines:
        row, faults = _checked(line, cells)
        ref = (cells.get("staff_ref") or "").strip()
        is_whole = is_whole and bool(ref) and None not in cells and None not in cells.values()
        if row is not None and ref in named:
            faults = [Reject(line, "staff_ref", "repeated", "Each may stand in one row only.")]
        elif row is not None:
            rows[ref] = row
        named.add(ref)
        rejects += faults
    return StaffFile(tuple(rows.values()), tuple(rejects), frozenset(named), is_whole, len(lines))


def _checked(line: int, cells: dict[str, Any]) -> tuple[StaffRow | None, list[Reject]]:
    if None in cells or None in cells.values():
        return None, [Reject(line, "", "wrong number of cells", "Give the row the header's cells.")]
    clean: dict[str, Any] = {}
    faults: list[Reject] = []
    for column, cell in cells.items():
        try:
            if cell.strip():
                clean[column] = CHECKS[column](cell)
            elif column in REQUIRED:
                raise _BadCell("empty", "Fill it in.")
        except _BadCell as bad:
            faults.append(Reject(line, column, bad.value_class, bad.remedy))
    return (None, faults) if faults else (StaffRow(line=line, **clean), [])
