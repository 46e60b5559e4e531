"""Check digits of the numbers a child is known by, and what to say about a mistyped one.

The database checks the same rules again (migration 0001). No look-up happens here.
"""

import re
from dataclasses import dataclass

from nhs_number.validate import calculate_checksum

from records.models.identifiers import IdentifierScheme

# Letters of a unique pupil number: without I, O and S. Source: DfE, "Unique pupil numbers", 2019.
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(rf"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]")
_LOCAL = re.compile(r"[A-Za-z0-9/-]{1,20}")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Recognised:
    """An identifier as stored: its scheme and its value without spaces."""

    scheme: IdentifierScheme
    value: str


class MistypedIdentifier(ValueError):
    """Its shape is known but its check digit is wrong; the message is for the person."""


def compact(text: str) -> str:
    """Upper case, no white space."""
    return _SPACES.sub("", text).upper()


def nhs_number_is_valid(value: str) -> bool:
    """Ten digits, the last one the modulus 11 check digit (NHS Data Dictionary)."""
    if not re.fullmatch(r"[0-9]{10}", value):
        return False
    return bool(calculate_checksum(value[:9]) == int(value[9]))


def upn_is_valid(value: str) -> bool:
    """A unique pupil number, permanent or temporary, whose check letter fits."""
    if not _UPN.fullmatch(value):
        return False
    digits = [int(c) if c.isdigit() else UPN_LETTERS.index(c) for c in value[1:]]
    total = sum(weight * digit for weight, digit in enumerate(digits, start=2))
    return UPN_LETTERS[total % 23] == value[0]


def recognise(text: str) -> Recognised:
    """The scheme of an identifier as typed, by its shape.

    Raises MistypedIdentifier when it looks like an NHS or pupil number with a wrong check digit,
    or like no identifier at all.
    """
    value = compact(text)
    if re.fullmatch(r"[0-9]{10}", value):
        if not nhs_number_is_valid(value):
            raise MistypedIdentifier("This NHS number has a mistyped digit. Check it and try again")
        return Recognised(IdentifierScheme.NHS_NUMBER, value)
    if _UPN.fullmatch(value):
        if not upn_is_valid(value):
            raise MistypedIdentifier("This unique pupil number is mistyped. Check it and try again")
        return Recognised(IdentifierScheme.UPN, value)
    if not _LOCAL.fullmatch(value):
        raise MistypedIdentifier(
            "An identifier is at most 20 letters and digits, such as an NHS number"
        )
    return Recognised(IdentifierScheme.LOCAL, value)
