"""Opening one record: read and event are one transaction; a guess at a key is an event too."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import first_no, require, require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append
from records.access.facts import home_at, look_facts, payload_text, reason_facts
from records.access.overriding import hidden_from
from records.mediation import behind, note_opened
from records.models import ChildRecord
from records.policies import can_look_for_another, can_open, enquiry_is_open
from records.purposes import Reason
from records.queries import whole_record
from records.visibility import SLIP_SECTIONS, sections_shown

CHILD = "child_record"


def open_record(*, child_key: UUID, reason: Reason | None, by: Acting) -> ChildRecord:
    """Reads one whole record and records that it was read, in one transaction.

    Raises `Refused`, or, when its event is written, `ChildRecord.DoesNotExist`.
    """
    return _look(EventType.RECORD_VIEWED, child_key, reason, by)


def print_record(*, child_key: UUID, reason: Reason | None, by: Acting) -> ChildRecord:
    """The same for its contact slip, which is meant to leave the screen: `record.printed`.

    Raises as `open_record`.
    """
    return _look(EventType.RECORD_PRINTED, child_key, reason, by)


def _look(event: EventType, child_key: UUID, reason: Reason | None, by: Acting) -> ChildRecord:
    require(
        first_no(
            can_open(by, reason),
            enquiry_is_open(by, reason),
            can_look_for_another(by, reason),
        ),
        permission=Permission.OPEN_RECORD.value,
        target_type=CHILD,
    )
    assert reason is not None  # noqa: S101  for the type checker: `can_open` refused otherwise
    try:
        return _open(event, child_key, reason, by)
    except ChildRecord.DoesNotExist:
        _record_guess(Permission.OPEN_RECORD, by)
        raise


def find_record(*, child_key: UUID, permission: Permission, by: Acting) -> ChildRecord:
    """The record that somebody wants to change. Shows nothing of it, so finding it is no event.

    Raises `Refused`, or, when its event is written, `ChildRecord.DoesNotExist`.
    """
    require_permission(by, permission, target_type=CHILD)
    try:
        return ChildRecord.objects.get(key=child_key)
    except ChildRecord.DoesNotExist:
        _record_guess(permission, by)
        raise


def _record_guess(permission: Permission, by: Acting) -> None:
    """The event of a key that no record has: mistyped, or tried out."""
    with transaction.atomic():
        append(
            EventType.ACCESS_DENIED,
            actor=by.actor,
            outcome=Outcome.DENIED,
            reason="no-such-record",
            target_type=CHILD,
            detail={"permission": permission.value},
        )


def _open(event: EventType, child_key: UUID, reason: Reason, by: Acting) -> ChildRecord:
    with transaction.atomic():
        child = whole_record(child_key)
        child.hidden = hidden_from(child, by)
        both, mediation = behind(reason, by)
        if mediation:
            note_opened(reason, child)
        append(
            event,
            actor=both.actor,
            target_type=CHILD,
            target_id=child.pk,
            child_authority=child.authority_id,
            purpose=reason.purpose.value,
            enquiry_id=reason.enquiry_id,
            **look_facts(
                shown=(name.family_name for name in child.names.all()),
                homes=lambda: [home_at(a) for a in child.addresses.all() if not a.valid_until],
                asked=reason_facts(reason),
                by=by,
            ),
            detail={"fields": list(_fields(event, child, by)), **mediation},
            payload=payload_text(case_reference=reason.case_reference),
        )
    return child


def _fields(event: EventType, child: ChildRecord, by: Acting) -> tuple[str, ...]:
    if event is EventType.RECORD_PRINTED:
        return tuple(section for section in SLIP_SECTIONS if section not in child.hidden)
    return sections_shown(by, child.hidden)
