"""One person as the staff feed tells it, checked; and what is said of a row that is not right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


class BrokenFeed(Exception):
    """The file as a whole cannot be trusted; nothing of it counts. The message is for people."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One fault of one row. Never holds the value itself."""

    line: int
    column: str
    value_class: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """A valid row. `moves_to` is an identifier as `scheme:value`; homes are hashes, never more."""

    line: int
    staff_ref: str
    email: str
    given_name: str
    family_name: str
    work_phone: str
    line_manager_name: str
    line_manager_email: str
    job_title: str = ""
    department: str = ""
    employed_until: date | None = None
    moves_on: date | None = None
    moves_to: str = ""
    homes: tuple[str, ...] = ()
    former_homes: tuple[str, ...] = ()
    postcodes: tuple[str, ...] = ()
    former_surnames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffFile:
    """A whole file, read. `named` are all personnel numbers in it, those of rejected rows too;
    `is_whole` is false when a row could not even be told whose it is.
    """

    rows: tuple[StaffRow, ...]
    rejects: tuple[Reject, ...]
    named: frozenset[str]
    is_whole: bool
    lines: int
