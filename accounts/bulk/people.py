"""Many people at once, from a file: each row is the action for one person, in a transaction of its
own. Running the same file again changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from accounts.acting import Acting
from accounts.actions import EmailTaken, Invited, invite_person, record_training
from accounts.bulk.files import Reject, Row
from accounts.forms import PersonForm
from accounts.models import CourseVersion, Organisation, User
from accounts.policies import Refused, require_permission
from accounts.querysets import OrganisationQuerySet
from accounts.refusals import record_refusal
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append

INVITE_COLUMNS = (*PersonForm.base_fields, "employer")
TRAINING_COLUMNS = ("email", "passed_on")

ELSEWHERE = "This person has an account with another employer or team. Ask the central team."
NO_SUCH_EMPLOYER = "Write the employer's name as your list of organisations has it, or leave it."
NO_SUCH_PERSON = "There is no such account in your user base. Check the address, or invite first."
NO_DAY = "Write the day as 2026-01-31."


@dataclass
class RowsDone:
    """What came of a file. In a dry run, `done` counts what would have been done."""

    done: int = 0
    unchanged: int = 0
    rejects: list[Reject] = field(default_factory=list)
    invited: list[Invited] = field(default_factory=list)


class _TriedOut(Exception):
    """Rolls a dry run's row back."""


def invite_many(
    *, rows: Sequence[Row], employers: OrganisationQuerySet, dry_run: bool, by: Acting
) -> RowsDone:
    """Invites the person of each row. Who is there already, at the same employer, is unchanged.

    `employers` are those the team invites for; an empty cell means its own organisation. Raises
    `Refused` only if the team may not invite at all.
    """
    known = {each.name.casefold(): each for each in employers}

    def one(row: Row, result: RowsDone) -> bool:
        invited = _invite(row, known, by)
        if invited is not None and not dry_run:
            result.invited.append(invited)
        return invited is not None

    return _each(rows, one, "invite_many", dry_run, by)


def record_training_many(*, rows: Sequence[Row], dry_run: bool, by: Acting) -> RowsDone:
    """Records for each row that the person passed the newest version of the training that day."""
    newest = CourseVersion.objects.current()

    def one(row: Row, _: RowsDone) -> bool:
        user = User.objects.filter(email=row.values["email"].lower()).first()
        if user is None:
            raise _Refuse("no-such-account", NO_SUCH_PERSON)
        try:
            day = date.fromisoformat(row.values["passed_on"])
        except ValueError:
            raise _Refuse("not-a-day", NO_DAY) from None
        return record_training(user=user, version=newest, passed_on=day, by=by)

    return _each(rows, one, "record_training_many", dry_run, by)


class _Refuse(Exception):
    """This row is refused: its code, and what to do."""


def _each(
    rows: Sequence[Row],
    one: Callable[[Row, RowsDone], bool],
    name: str,
    dry_run: bool,
    by: Acting,
) -> RowsDone:
    """Does `one` for every row, each sharing its fate with its own events only; then says so."""
    require_permission(by, Permission.MANAGE_ACCOUNTS)
    result = RowsDone()
    for row in rows:
        try:
            changed = _do(row, one, result, dry_run)
        except _Refuse as refused:
            result.rejects.append(Reject(row, *refused.args))
        except Refused as refused:
            result.rejects.append(_rejected(row, refused, dry_run, by))
        else:
            result.done += changed
            result.unchanged += not changed
    _tell(name, result, dry_run, by)
    return result


def _rejected(row: Row, refused: Refused, dry_run: bool, by: Acting) -> Reject:
    """A policy said no: an event like any refusal, unless it was only tried out."""
    if not dry_run:
        record_refusal(by, refused)
    decision = refused.decision
    return Reject(row, decision.code, f"{decision.message} {decision.remedy}")


def _tell(name: str, result: RowsDone, dry_run: bool, by: Acting) -> None:
    detail: dict[str, object] = {
        "command": name,
        "dry_run": dry_run,
        "rows": result.done + result.unchanged + len(result.rejects),
        "created": result.done,
        "unchanged": result.unchanged,
        "rejected": len(result.rejects),
    }
    with transaction.atomic():
        append(EventType.COMMAND_RUN, actor=by.actor, detail=detail)


def _do(row: Row, one: Callable[[Row, RowsDone], bool], result: RowsDone, dry_run: bool) -> bool:
    """Whether the row changed something, or would have."""
    changed = False
    try:
        with transaction.atomic():
            changed = one(row, result)
            if dry_run:
                raise _TriedOut
    except _TriedOut:
        pass
    return changed


def _invite(row: Row, known: dict[str, Organisation], by: Acting) -> Invited | None:
    """The invitation of this row's person; None when they are there already."""
    employer = known.get(row.values["employer"].casefold()) if row.values["employer"] else by.base
    if employer is None:
        raise _Refuse("no-such-employer", NO_SUCH_EMPLOYER)
    form = PersonForm(row.values)
    if not form.is_valid():
        raise _Refuse("unusable-values", " ".join(_faults(form)))
    try:
        return invite_person(**form.cleaned_data, employer=employer, by=by)
    except EmailTaken:
        person = User.objects.filter(email=form.cleaned_data["email"].lower(), employer=employer)
        if person.exists():
            return None
        raise _Refuse("account-elsewhere", ELSEWHERE) from None


def _faults(form: PersonForm) -> list[str]:
    """Each column at fault, with what is wrong."""
    errors: Any = form.errors
    return [f"{name}: {' '.join(map(str, messages))}" for name, messages in errors.items()]
