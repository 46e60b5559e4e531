"""One child as a feed tells it, checked; and what is said of a row that is not right.

Files are read in `read.py`; the checks of single cells stand in `cells.py`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Any


class BrokenFile(Exception):
    """The file as a whole cannot be trusted; nothing of it is loaded. The message is for people."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One fault of one row. Never holds the value itself: that would be personal data in a log."""

    line: int
    column: str
    value_class: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRow:
    """A valid row. Empty text means that the feed does not say: it never erases what is known."""

    line: int
    source_ref: str
    given_name: str = ""
    other_given_names: str = ""
    family_name: str = ""
    former_family_name: str = ""
    born_on: date | None = None
    born_year: int | None = None
    sex: str = "N"
    address_kind: str = ""
    line_1: str = ""
    line_2: str = ""
    town: str = ""
    postcode: str = ""
    uprn: str = ""
    nhs_number: str = ""
    authority: str = ""
    school: str = ""
    practice: str = ""
    carer_name: str = ""
    carer_phone: str = ""

    def digest(self) -> bytes:
        """Tells an unchanged row from a changed one: 16 bytes over everything but its line."""
        text = "\x1f".join(map(str, facts(self)))
        return hashlib.blake2b(text.encode(), digest_size=16).digest()


# Everything a row says but its line; `facts` takes it out, in this order.
FACTS = tuple(field.name for field in fields(ImportRow) if field.name != "line")
facts: Callable[[ImportRow], tuple[Any, ...]] = attrgetter(*FACTS)
