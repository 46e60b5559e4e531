"""Checks of single cells: text in, clean value out, or a `BadCell` with a class and a remedy.

A remedy says what to do and never repeats the value.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from records.identifiers import compact, nhs_number_is_valid
from records.models import AddressKind, Sex

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_PHONE = re.compile(r"[0-9+() \-.x/ext]{3,30}", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_YEAR = re.compile(r"[0-9]{4}")
# As written, and as NHS and school systems code it.
_SEXES = {
    **dict.fromkeys(("", "N", "NOT SPECIFIED", "NOT KNOWN", "UNKNOWN", "U", "0", "9"), "N"),
    **dict.fromkeys(("F", "FEMALE", "2"), "F"),
    **dict.fromkeys(("M", "MALE", "1"), "M"),
}
_NOWHERE = {
    "NO FIXED ABODE": AddressKind.NO_FIXED_ABODE,
    "LEFT ENGLAND": AddressKind.LEFT_ENGLAND,
}


class BadCell(ValueError):
    """A cell that cannot be taken: what class of value it is, and what to do about it."""

    def __init__(self, value_class: str, remedy: str) -> None:
        super().__init__(value_class)
        self.value_class = value_class
        self.remedy = remedy


def text(value: str, most: int) -> str:
    """Trimmed, composed (NFC) text of at most `most` characters without control characters."""
    if not value:
        return ""
    if not value.isascii():
        value = unicodedata.normalize("NFC", value)
    value = value.strip()
    if _CONTROL.search(value):
        raise BadCell("control character", "Remove line breaks and control characters.")
    if len(value) > most:
        raise BadCell("too long", f"Shorten it to {most} characters.")
    return value


def birth(value: str, earliest: date, latest: date) -> tuple[date | None, int | None]:
    """A day and its year, or a year alone; both empty when the feed does not say."""
    value = value.strip()
    if not value:
        return None, None
    if _YEAR.fullmatch(value):
        year = int(value)
        _require_in_range(year < earliest.year, year > latest.year)
        return None, year
    if not (match := _DATE.fullmatch(value)):
        raise BadCell("not a date", "Write YYYY-MM-DD, or YYYY if only the year is known.")
    try:
        born_on = date(*map(int, match.groups()))
    except ValueError:
        raise BadCell("no such day", "Correct the date, or give the year alone.") from None
    _require_in_range(born_on < earliest, born_on > latest)
    return born_on, born_on.year


def _require_in_range(too_early: bool, too_late: bool) -> None:
    if too_early:
        raise BadCell(
            "more than 26 years ago", "Leave this person out: the index holds births of 26 years."
        )
    if too_late:
        raise BadCell("in the future", "Correct the date; unborn children are not held.")


def sex(value: str) -> str:
    """F, M or N; also in words, and in the codes 0, 1, 2, 9."""
    code = _SEXES.get(value.strip().upper())
    if code is None:
        raise BadCell("unknown code", f"Write one of {', '.join(Sex.values)}, or leave it empty.")
    return code


def postcode(value: str) -> str:
    """A full postcode in its usual shape."""
    code = compact(value)
    if not code:
        return ""
    if not _POSTCODE.fullmatch(code):
        raise BadCell("not a postcode", "Write a full postcode, or leave it empty.")
    return f"{code[:-3]} {code[-3:]}"


def digits(value: str, shortest: int, longest: int) -> str:
    """A code of digits only."""
    code = compact(value)
    if code and not (code.isascii() and code.isdigit() and shortest <= len(code) <= longest):
        size = f"{longest}" if shortest == longest else f"up to {longest}"
        raise BadCell("not a code of digits", f"Write {size} digits, or leave it empty.")
    return code


def ods_code(value: str) -> str:
    """The shape of an ODS code."""
    code = compact(value)
    if code and not re.fullmatch(r"[A-Z0-9]{3,8}", code):
        raise BadCell("not an ODS code", "Write the practice's ODS code, or leave it empty.")
    return code


def nhs_number(value: str) -> str:
    """Ten digits with the right check digit; spaces and hyphens do not matter."""
    number = compact(value).replace("-", "")
    if number and not nhs_number_is_valid(number):
        raise BadCell("check digit", "Check the number at its source, or leave it empty.")
    return number


def phone(value: str) -> str:
    """A telephone number as written."""
    number = text(value, 30)
    if number and not _PHONE.fullmatch(number):
        raise BadCell("not a telephone number", "Write digits and spaces, or leave it empty.")
    return number


def address_kind(line_1: str, any_line: bool) -> str:
    """`NO FIXED ABODE` and `LEFT ENGLAND` in the first line stand for themselves."""
    if not any_line:
        return ""
    return _NOWHERE.get(line_1.upper(), AddressKind.ADDRESS).value
