"""A list of accounts leaves the system as a file: with a reason, a fresh factor and an event."""

from __future__ import annotations

import csv
import io

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.policies import can, first_no, fresh_factor, require
from accounts.roles import Permission
from accounts.team.people import PeopleFilters, PersonRow, people_in, require_team, row_of
from audit.ledger.events import EventType
from audit.ledger.writer import append

COLUMNS = (
    "Family name",
    "Given name",
    "Work e-mail",
    "Employer",
    "Status",
    "Roles",
    "First role ends on",
    "Hindered by",
    "Last signed in on",
)
# What a spreadsheet would take for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export_accounts(*, filters: PeopleFilters, reason: str, by: Acting) -> str:
    """The people of one's own user base as CSV text, recorded in the same transaction.

    Raises `Refused`, for a factor shown too long ago as well.
    """
    decision = first_no(can(by, Permission.MANAGE_ACCOUNTS), fresh_factor(by))
    require(decision, permission=Permission.MANAGE_ACCOUNTS.value)
    with transaction.atomic():
        people = people_in(filters, require_team(by))
        rows = [_cells(row_of(user)) for user in people.iterator(chunk_size=2_000)]
        append(
            EventType.ACCOUNT_EXPORTED,
            actor=by.actor,
            result_count=len(rows),
            detail={"format": "csv", "filters": filters.names},
            payload=reason,
        )
    return _text(rows)


def _cells(row: PersonRow) -> list[str]:
    user = row.user
    return [
        user.family_name,
        user.given_name,
        user.email,
        user.employer.name,
        user.get_status_display(),
        "; ".join(f"{grant.role.label}, {grant.organisation}" for grant in row.grants),
        _day(row.ends_next),
        "; ".join(row.hindered_by),
        _day(user.last_login),
    ]


def _day(moment: object) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""  # type: ignore[arg-type]


def _text(rows: list[list[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
