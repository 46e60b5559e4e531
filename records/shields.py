"""Reading shields: the list of those who decide, one shield with its reasons, one's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.acting import Acting
from accounts.encryption import decrypt
from accounts.policies import can, require
from accounts.querysets import LondonToday
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import Shield, ShieldOverride, ShieldProfile, ShieldStatus
from records.policies import can_see_shield
from records.purposes import Purpose

MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class ShieldLine:
    """One shield in a list: no name and no reason, so reading the list discloses nobody."""

    key: UUID
    number: int
    hides: str
    status: str
    what_next: str
    is_overdue: bool
    due_at: datetime | None
    review_on: date | None
    leaks: int | None


@dataclass(frozen=True, slots=True)
class Lists:
    """What the page of shields holds for one person."""

    to_do: list[ShieldLine]
    standing: list[ShieldLine]
    own: list[ShieldLine]
    overrides: list[ShieldOverride]


@dataclass(frozen=True, slots=True)
class WholeShield:
    """One shield with its reasons in clear, for those who may read them."""

    shield: Shield
    hides: str
    request_reason: str
    decision_reason: str
    evidence: str
    lift_reason: str
    overrides: list[tuple[ShieldOverride, str, str]]  # each with its reason and finding


def lists_for(by: Acting) -> Lists:
    """The shields that wait for this person's body, those that stand, and the person's own."""
    if by.user is None:
        return Lists([], [], [], [])
    own = Shield.objects.filter(requested_by=by.user).order_by("-requested_at")[:MOST_LISTED]
    if not can(by, Permission.LIFT_SHIELD).allowed:
        return Lists([], [], [_line(s, overdue=False) for s in own], [])
    body = Q(authority=by.base) | Q(authority__isnull=True)
    theirs = Shield.objects.live().filter(body)
    overdue = set(theirs.overdue().values_list("pk", flat=True))
    waits = (
        Q(status=ShieldStatus.PROVISIONAL)
        | Q(lift_requested_at__isnull=False)
        | Q(review_on__lte=LondonToday())
        | Q(leaks__gt=0)
    )
    overrides = ShieldOverride.objects.filter(
        reviewed_at__isnull=True, shield__in=Shield.objects.filter(body)
    )
    return Lists(
        to_do=[_line(s, s.pk in overdue) for s in theirs.filter(waits)[:MOST_LISTED]],
        standing=[_line(s, s.pk in overdue) for s in theirs.exclude(waits)[:MOST_LISTED]],
        own=[_line(s, overdue=False) for s in own],
        overrides=list(overrides.select_related("shield", "user")[:MOST_LISTED]),
    )


def read_shield(*, key: UUID, by: Acting) -> WholeShield:
    """One shield with its reasons; reading it is an event, in the same transaction.

    Raises `Shield.DoesNotExist` and `Refused`.
    """
    with transaction.atomic():
        shield = (
            Shield.objects.select_related(
                "child", "requested_by", "decided_by", "appeal_of", "authority"
            )
            .prefetch_related("overrides__user")
            .get(key=key)
        )
        require(
            can_see_shield(by, shield),
            permission=Permission.REQUEST_SHIELD.value,
            target_type="child_record",
            target_id=shield.child_id,
        )
        append(
            EventType.RECORD_VIEWED,
            actor=by.actor,
            target_type="child_record",
            target_id=shield.child_id,
            child_authority=shield.child.authority_id,
            purpose=Purpose.SHIELD.value,
            detail={"fields": ["shield"], "shield_id": shield.pk},
        )
    decides = can(by, Permission.LIFT_SHIELD).allowed
    return WholeShield(
        shield=shield,
        hides=ShieldProfile(shield.profile).label,
        request_reason=decrypt(shield.request_reason),
        decision_reason=_clear(shield.decision_reason),
        evidence=_clear(shield.evidence_reference) if decides else "",
        lift_reason=_clear(shield.lift_reason) if decides else "",
        overrides=[
            (each, decrypt(each.reason), _clear(each.finding))
            for each in (shield.overrides.all() if decides else ())
        ],
    )


def appeared_since(child_id: int, shield: Shield | None) -> bool:
    """Has the record a shield now that it had not, or had otherwise, when it was read?"""
    now = Shield.objects.live().filter(child=child_id).values_list("pk", "profile").first()
    return now is not None and now != (shield and (shield.pk, shield.profile))


def _clear(encrypted: str) -> str:
    return decrypt(encrypted) if encrypted else ""


def _line(shield: Shield, overdue: bool) -> ShieldLine:
    return ShieldLine(
        key=shield.key,
        number=shield.pk,
        hides=ShieldProfile(shield.profile).label,
        status=ShieldStatus(shield.status).label,
        what_next=_what_next(shield),
        is_overdue=overdue,
        due_at=shield.due_at if shield.status == ShieldStatus.PROVISIONAL else None,
        review_on=shield.review_on,
        leaks=shield.leaks,
    )


def _what_next(shield: Shield) -> str:
    if shield.status == ShieldStatus.PROVISIONAL:
        return "Decide"
    if shield.lift_requested_at:
        return "Somebody proposes to remove it"
    return "Review" if shield.status == ShieldStatus.APPLIED else ""
