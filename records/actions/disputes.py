"""The mark "this is wrong" on a field. It changes nothing else; its source answers later."""

from __future__ import annotations

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord, DisputedField, DisputeReason, FieldDispute


def dispute_field(
    *, child: ChildRecord, field: DisputedField, reason: DisputeReason, by: Acting
) -> bool:
    """Marks a field of a record as wrong. False, and no event, when this mark stands already.

    Raises `Refused`.
    """
    require_permission(by, Permission.DISPUTE_FIELD, target_type="child_record", target_id=child.pk)
    with transaction.atomic():
        dispute, is_new = FieldDispute.objects.get_or_create(
            child=child,
            field=field,
            raised_by=by.user,
            resolved_at=None,
            defaults={"reason": reason},
        )
        if is_new:
            append(
                EventType.RECORD_DISPUTED,
                actor=by.actor,
                reason=reason.value,
                target_type="child_record",
                target_id=child.pk,
                child_authority=child.authority_id,
                detail={"fields": [field.value], "dispute_id": dispute.pk},
            )
    return is_new
