"""Looking behind a shield: one record, a quarter of an hour of database time, always followed up.

What an override shows, and to whom, is asked in `records/access/overriding.py`.
"""

from __future__ import annotations

from datetime import timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.encryption import encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.policies import first_no, require
from accounts.roles import Permission, Role
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.access.facts import payload_text
from records.actions.shields import holders_of
from records.models import Shield, ShieldOverride
from records.policies import can_override_shield, can_review_override, enquiry_is_open
from records.purposes import Reason

OVERRIDE_LASTS = timedelta(minutes=15)


def override_shield(
    *, child_key: UUID, why: str, reason: Reason | None, by: Acting
) -> ShieldOverride | None:
    """Lets this person see what is hidden of one record, for a quarter of an hour. None when there
    is no such shielded record any more.

    `why` says why the hidden details are needed now; `reason` is the stated reason for access. The
    shield administrators are told at once. Raises `Refused`.
    """
    with transaction.atomic():
        live = Shield.objects.live().select_related("child", "authority")
        shield = live.filter(child__key=child_key).select_for_update(of=("self",)).first()
        require(
            first_no(can_override_shield(by, shield, reason), enquiry_is_open(by, reason)),
            permission=Permission.OVERRIDE_SHIELD.value,
            target_type="child_record",
            target_id=shield.child_id if shield else None,
        )
        if shield is None or reason is None or by.actor.session_ref is None:
            return None
        override = ShieldOverride.objects.create(
            shield=shield,
            user=cast(User, by.user),
            session_ref=by.actor.session_ref,
            grant_id=cast(int, by.actor.grant_id),
            profile=shield.profile,
            status=shield.status,
            reason=encrypt(why),
            ends_at=Now() + OVERRIDE_LASTS,
        )
        _tell(EventType.SHIELD_OVERRIDDEN, shield, reason, why, by)
        for administrator in holders_of(Role.SHIELD_ADMINISTRATOR, shield.authority):
            queue_message(
                kind=MessageKind.SHIELD_OVERRIDDEN,
                to=administrator,
                about_type="shield",
                about_id=shield.pk,
                by=by,
            )
    return override


def review_override(*, override: ShieldOverride, finding: str, by: Acting) -> bool:
    """Says what an override was for, after asking. False when somebody had. Raises `Refused`."""
    shield = override.shield
    require(
        can_review_override(by, override),
        permission=Permission.LIFT_SHIELD.value,
        target_type="child_record",
        target_id=shield.child_id,
    )
    with transaction.atomic():
        waiting = ShieldOverride.objects.filter(pk=override.pk, reviewed_at__isnull=True)
        if not waiting.update(reviewed_by=by.user, reviewed_at=Now(), finding=encrypt(finding)):
            return False
        append(
            EventType.SHIELD_OVERRIDE_ENDED,
            actor=by.actor,
            target_type="child_record",
            target_id=shield.child_id,
            detail={"shield_id": shield.pk, "user_id": override.user_id},
            payload=finding,
        )
    return True


def _tell(event: EventType, shield: Shield, reason: Reason, why: str, by: Acting) -> None:
    append(
        event,
        actor=by.actor,
        target_type="child_record",
        target_id=shield.child_id,
        child_authority=shield.child.authority_id,
        purpose=reason.purpose.value,
        enquiry_id=reason.enquiry_id,
        detail={"shield_id": shield.pk, "profile": str(shield.profile)},
        payload=payload_text(case_reference=reason.case_reference, why=why),
    )
