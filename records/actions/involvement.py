"""Who works with a child: record, confirm "still involved", end. Never what the work is about."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import User
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord, Involvement
from records.particulars import NewInvolvement


def record_involvement(
    *, child: ChildRecord, new: NewInvolvement, practitioner: User | None, by: Acting
) -> Involvement | None:
    """Records that a service works with a child. None, and no event, when it was known.

    Raises `Refused`.
    """
    _require(child, by)
    # Of one practitioner one, of a service without a named account one a contact.
    same = {"practitioner": practitioner} if practitioner else {"contact_name": new.contact_name}
    with transaction.atomic():
        involvement, is_new = Involvement.objects.get_or_create(
            child=child,
            service_id=new.service_id,
            ended_on=None,
            **{"practitioner": None, **same},
            defaults={
                "contact_name": new.contact_name,
                "contact_phone": new.contact_phone,
                "started_on": new.started_on,
                "last_confirmed_on": timezone.localdate(),
            },
        )
        if is_new:
            _tell(EventType.INVOLVEMENT_RECORDED, involvement, child, by)
    return involvement if is_new else None


def confirm_involvement(*, child: ChildRecord, involvement_id: int, by: Acting) -> bool:
    """Says "still involved" today. False, and no event, when it has ended. Raises `Refused`."""
    return _update(
        child,
        involvement_id,
        EventType.INVOLVEMENT_CONFIRMED,
        {"last_confirmed_on": timezone.localdate()},
        by,
    )


def end_involvement(
    *, child: ChildRecord, involvement_id: int, ended_on: date | None = None, by: Acting
) -> bool:
    """Ends an involvement today or on `ended_on`. False when it had ended. Raises `Refused`."""
    return _update(
        child,
        involvement_id,
        EventType.INVOLVEMENT_ENDED,
        {"ended_on": ended_on or timezone.localdate()},
        by,
    )


def _update(
    child: ChildRecord, involvement_id: int, event: EventType, values: dict[str, date], by: Acting
) -> bool:
    """A conditional update: who comes second changes nothing and leaves no event."""
    _require(child, by)
    with transaction.atomic():
        live = Involvement.objects.filter(pk=involvement_id, child=child, ended_on__isnull=True)
        involvement = live.select_for_update().first()
        if involvement is None:
            return False
        live.update(**values)
        _tell(event, involvement, child, by)
    return True


def _require(child: ChildRecord, by: Acting) -> None:
    require_permission(
        by, Permission.RECORD_INVOLVEMENT, target_type="child_record", target_id=child.pk
    )


def _tell(event: EventType, involvement: Involvement, child: ChildRecord, by: Acting) -> None:
    append(
        event,
        actor=by.actor,
        target_type="child_record",
        target_id=child.pk,
        child_authority=child.authority_id,
        detail={"involvement_id": involvement.pk, "service_id": involvement.service_id},
    )
