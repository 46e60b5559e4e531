"""The life of a shield: asked for and standing within the same request, decided, reviewed, removed.

Each step is one transaction with its events, and the search row goes with it. The child's row is
locked first, so that a shield and a change of the record, or two people, follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting
from accounts.clocks import add_working_days
from accounts.encryption import encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import Organisation, RoleGrant, User
from accounts.policies import Decision, require
from accounts.roles import Permission, Role
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.leaks import Leak
from records.models import (
    ChildRecord,
    Shield,
    ShieldProfile,
    ShieldRequest,
    ShieldStatus,
    WithheldAddress,
)
from records.models.shields import LIVE
from records.policies import (
    can_appeal,
    can_ask_to_lift,
    can_decide_shield,
    can_lift,
    can_request_shield,
    can_review_shield,
)
from records.search import index_children

WORKING_DAYS = 2  # to the decision


def request_shield(
    *,
    child: ChildRecord,
    profile: ShieldProfile,
    reason: str,
    for_carer: bool = False,
    by: Acting,
) -> Shield | None:
    """Shields the record provisionally, from now on and for everybody. None, and no event, when it
    is shielded already.

    Raises `Refused`: a role without it, or too many undecided ones.
    """
    require(can_request_shield(by), permission=Permission.REQUEST_SHIELD.value)
    with transaction.atomic():
        return _shield(child, profile, reason, for_carer, None, by)


def shield_leaks(*, shield: Shield, leaks: Sequence[Leak], by: Acting) -> int:
    """Asks to shield every record that leads to a shielded child, as it is shielded itself: all or
    none. Returns how many were not shielded yet. Raises `Refused`.
    """
    children = ChildRecord.objects.in_bulk([leak.child_id for leak in leaks])
    asked = sorted(leaks, key=lambda leak: leak.child_id)  # two sets lock in the same order
    with transaction.atomic():
        made = [
            request_shield(
                child=children[leak.child_id],
                profile=ShieldProfile(shield.profile),
                reason=f"Leads to the child of shield {shield.pk}: {leak.words}",
                by=by,
            )
            for leak in asked
        ]
    return sum(each is not None for each in made)


def appeal_shield(*, shield: Shield, reason: str, by: Acting) -> Shield | None:
    """Against a refusal, by who had asked: the record is shielded again until somebody else has
    decided. None when it is shielded already. Raises `Refused`.
    """
    with transaction.atomic():
        shield = _locked(shield)
        _require(can_appeal(by, shield), shield, Permission.REQUEST_SHIELD)
        again = _shield(
            shield.child,
            ShieldProfile(shield.profile),
            reason,
            shield.asked_for_by_carer,
            shield,
            by,
        )
        if again:
            _tell(EventType.SHIELD_APPEALED, again, by, payload=reason)
    return again


def decide_shield(
    *,
    shield: Shield,
    apply: bool,
    profile: ShieldProfile,
    reason: str,
    evidence: str,
    review_on: date | None,
    by: Acting,
) -> None:
    """Makes a provisional shield stand until its review, or refuses it. Raises `Refused`."""
    with transaction.atomic():
        shield = _locked(shield)
        _require(can_decide_shield(by, shield), shield, Permission.DECIDE_SHIELD)
        status = ShieldStatus.APPLIED if apply else ShieldStatus.REFUSED
        _change(
            shield,
            status=status,
            profile=profile,
            decided_by=by.user,
            decided_at=Now(),
            decision_reason=encrypt(reason),
            evidence_reference=encrypt(evidence),
            review_on=review_on if apply else None,
        )
        said = {"to": status.value, **({"review_on": str(review_on)} if apply else {})}
        _tell(EventType.SHIELD_DECIDED, shield, by, payload=reason, **said)
        if not apply:
            _tell(EventType.RECORD_UNSHIELDED, shield, by)
        _write_to(shield.requested_by, MessageKind.SHIELD_DECIDED, shield, by)


def review_shield(
    *, shield: Shield, profile: ShieldProfile, reason: str, review_on: date, by: Acting
) -> None:
    """Says that a shield is still needed, how wide, and when that is asked again. It calls off a
    proposal to remove it. Raises `Refused`.
    """
    with transaction.atomic():
        shield = _locked(shield)
        _require(can_review_shield(by, shield), shield, Permission.DECIDE_SHIELD)
        if shield.lift_requested_by_id is not None:
            _tell(EventType.SHIELD_LIFT_REFUSED, shield, by, payload=reason)
        _change(
            shield,
            profile=profile,
            review_on=review_on,
            escalated_at=None,
            lift_requested_by=None,
            lift_requested_at=None,
            lift_reason="",
        )
        _tell(EventType.SHIELD_REVIEWED, shield, by, payload=reason, review_on=str(review_on))


def ask_to_lift_shield(*, shield: Shield, reason: str, by: Acting) -> None:
    """Proposes that a shield be removed; nothing changes until a second person agrees. Raises
    `Refused`.
    """
    with transaction.atomic():
        shield = _locked(shield)
        _require(can_ask_to_lift(by, shield), shield, Permission.LIFT_SHIELD)
        _change(
            shield,
            lift_requested_by=by.user,
            lift_requested_at=Now(),
            lift_reason=encrypt(reason),
        )
        _tell(EventType.SHIELD_LIFT_REQUESTED, shield, by, payload=reason)


def lift_shield(*, shield: Shield, by: Acting) -> None:
    """Removes a shield: the second of two people, with a fresh second factor. Raises `Refused`."""
    with transaction.atomic():
        shield = _locked(shield)
        _require(can_lift(by, shield), shield, Permission.LIFT_SHIELD)
        _change(shield, status=ShieldStatus.LIFTED, lifted_by=by.user, lifted_at=Now())
        _tell(EventType.RECORD_UNSHIELDED, shield, by)


def escalate_overdue(*, by: Acting) -> int:
    """Passes up what waits past its time: its management team is told, once; the shield stays. How
    many were passed up.
    """
    with transaction.atomic():
        waiting = Shield.objects.overdue().filter(escalated_at__isnull=True)
        found = list(waiting.select_for_update(of=("self",)).select_related("child", "authority"))
        for shield in found:
            Shield.objects.filter(pk=shield.pk).update(escalated_at=Now())
            _tell(EventType.SHIELD_ESCALATED, shield, by)
            for member in holders_of(Role.MANAGEMENT_TEAM, shield.authority):
                _write_to(member, MessageKind.SHIELD_OVERDUE, shield, by)
    return len(found)


def holders_of(role: Role, organisation: Organisation | None) -> list[User]:
    """Who holds this role there and may act in it today; nobody where no body is named."""
    if organisation is None:
        return []
    grants = RoleGrant.objects.in_standing().filter(
        permission__codename=role.value, content_object=organisation
    )
    return [grant.user for grant in grants.select_related("user__employer__parent")]


def _shield(
    child: ChildRecord,
    profile: ShieldProfile,
    reason: str,
    for_carer: bool,
    appeal_of: Shield | None,
    by: Acting,
) -> Shield | None:
    locked = ChildRecord.objects.select_for_update(of=("self",)).select_related(
        "authority__organisation"
    )
    child = locked.get(pk=child.pk)
    if Shield.objects.live().filter(child=child).exists():
        return None
    shield = Shield.objects.create(
        child=child,
        authority=_deciding(child, by),
        profile=profile,
        status=ShieldStatus.PROVISIONAL,
        requested_by=cast(User, by.user),
        requester_organisation=cast(Organisation, by.organisation),
        asked_for_by_carer=for_carer,
        request_reason=encrypt(reason),
        due_at=add_working_days(timezone.now(), WORKING_DAYS),
        appeal_of=appeal_of,
    )
    ShieldRequest.objects.create(
        child=child, organisation=shield.requester_organisation, requested_at=Now()
    )
    WithheldAddress.objects.create(child=child)
    index_children([child.pk])
    if appeal_of is None:
        _tell(EventType.SHIELD_REQUESTED, shield, by, payload=reason)
    _tell(EventType.RECORD_SHIELDED, shield, by)
    for administrator in holders_of(Role.SHIELD_ADMINISTRATOR, shield.authority):
        _write_to(administrator, MessageKind.SHIELD_WAITS, shield, by)
    return shield


def _deciding(child: ChildRecord, by: Acting) -> Organisation | None:
    """The child's authority; without one, the asker's, if that is an authority."""
    own = getattr(child.authority, "organisation", None)
    if own is not None:
        return cast(Organisation, own)
    return by.base if by.base is not None and by.base.authority_id else None


def _locked(shield: Shield) -> Shield:
    """The shield as it stands, after its child's row was locked."""
    ChildRecord.objects.select_for_update().get(pk=shield.child_id)
    rows = Shield.objects.select_related("child", "requested_by", "appeal_of")
    return rows.get(pk=shield.pk)


def _change(shield: Shield, **values: object) -> None:
    """Changes the row and, where it hides more or less now, the search row with it."""
    Shield.objects.filter(pk=shield.pk).update(**values)
    shield.refresh_from_db()
    if shield.status not in LIVE:
        WithheldAddress.objects.filter(child=shield.child_id, until__isnull=True).update(
            until=Now()
        )
    index_children([shield.child_id])


def _require(decision: Decision, shield: Shield, permission: Permission) -> None:
    require(
        decision,
        permission=permission.value,
        target_type="child_record",
        target_id=shield.child_id,
    )


def _write_to(user: User, kind: MessageKind, shield: Shield, by: Acting) -> None:
    queue_message(kind=kind, to=user, about_type="shield", about_id=shield.pk, by=by)


def _tell(
    event: EventType, shield: Shield, by: Acting, payload: str | None = None, **said: str
) -> None:
    append(
        event,
        actor=by.actor,
        target_type="child_record",
        target_id=shield.child_id,
        child_authority=shield.child.authority_id,
        detail={"shield_id": shield.pk, "profile": str(shield.profile), **said},
        payload=payload,
    )
