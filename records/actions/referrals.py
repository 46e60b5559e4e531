"""The life of a referral: received, its child named, answered or passed on.

Conditional updates: who comes second changes nothing and leaves no event.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Least, Now

from accounts.acting import Acting
from accounts.encryption import encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import Organisation, RoleGrant, Team
from accounts.policies import require
from accounts.roles import Permission, Role
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import Answer, ChildRecord, Referral
from records.particulars import NewReferral
from records.policies import can_answer_referral, can_pass_on, can_receive


def record_referral(*, new: NewReferral, child: ChildRecord | None, by: Acting) -> Referral:
    """Writes down that the organisation acted for received a referral, about `child` if the child
    is found already. Raises `Refused`.
    """
    require(
        can_receive(by, new.team), permission=Permission.RECEIVE_REFERRAL, target_type="referral"
    )
    assert by.organisation is not None  # noqa: S101  for the type checker: refused otherwise
    with transaction.atomic():
        referral = Referral.objects.create(
            organisation=by.organisation,
            team=new.team,
            child=child,
            child_named_at=Now() if child else None,
            channel=new.channel,
            sender=new.sender,
            sender_phone=new.sender_phone,
            reference=encrypt(new.reference) if new.reference else "",
            # a web server's clock that goes ahead records nothing in the future
            came_at=Least(new.came_at, Now()) if new.came_at else Now(),
            recorded_by=by.user,
        )
        _tell(EventType.REFERRAL_RECEIVED, referral, by, {"kind": new.channel.value})
    return referral


def name_child(*, key: UUID, child: ChildRecord, by: Acting) -> bool:
    """Says which child a referral is about that came before the child was found.

    False if it has one, or is answered. Raises `Refused`.
    """
    with transaction.atomic():
        referral = _waiting(key)
        if referral is None or referral.child_id is not None:
            return False
        _require_own(referral, by)
        Referral.objects.filter(pk=referral.pk).update(child=child, child_named_at=Now())
        referral.child = child
        _tell(EventType.REFERRAL_CHILD_NAMED, referral, by)
    return True


def answer_referral(*, key: UUID, answer: Answer, by: Acting) -> bool:
    """Answers a referral, by anything but passing it on. False if it was answered.

    Raises `Refused`, or ValueError for passing on.
    """
    if answer == Answer.PASSED_ON:
        raise ValueError("pass_on_referral passes it on")
    with transaction.atomic():
        referral = _waiting(key)
        if referral is None:
            return False
        _require_own(referral, by)
        _answer(referral, answer, by)
        _tell(EventType.REFERRAL_ANSWERED, referral, by, {"to": answer.value})
    return True


def pass_on_referral(
    *, key: UUID, to: Organisation, team: Team | None = None, by: Acting
) -> Referral | None:
    """Gives a referral to another organisation or team, where it waits as one that came now; those
    who can answer for it are told. None if it was answered meanwhile. Raises `Refused`.
    """
    with transaction.atomic():
        referral = _waiting(key)
        if referral is None:
            return None
        require(
            can_pass_on(by, referral, to, team),
            permission=Permission.RECEIVE_REFERRAL,
            target_type="referral",
            target_id=referral.pk,
        )
        _answer(referral, Answer.PASSED_ON, by)
        passed = Referral.objects.create(
            organisation=to,
            team=team,
            child_id=referral.child_id,
            child_named_at=Now() if referral.child_id else None,
            channel=referral.channel,
            sender=referral.sender,
            sender_phone=referral.sender_phone,
            reference=referral.reference,
            recorded_by=by.user,
            passed_from=referral,
        )
        _tell(EventType.REFERRAL_PASSED_ON, referral, by, {"organisation_id": to.pk})
        _tell(EventType.REFERRAL_RECEIVED, passed, by, {"referral_id": referral.pk})
        _notify(passed, by)
    return passed


def _answer(referral: Referral, answer: Answer, by: Acting) -> None:
    Referral.objects.filter(pk=referral.pk).update(
        answer=answer, answered_at=Now(), answered_by=by.user
    )


def _waiting(key: UUID) -> Referral | None:
    rows = Referral.objects.open().select_related("organisation", "child")
    return rows.select_for_update(of=("self",)).filter(key=key).first()


def _require_own(referral: Referral, by: Acting) -> None:
    require(
        can_answer_referral(by, referral),
        permission=Permission.RECEIVE_REFERRAL,
        target_type="referral",
        target_id=referral.pk,
    )


def _notify(referral: Referral, by: Acting) -> None:
    """Tells the management team there; without one, everybody who may receive it."""
    grants = RoleGrant.objects.in_standing().filter(content_object=referral.organisation)
    team = grants.filter(permission__codename=Role.MANAGEMENT_TEAM)
    people = {grant.user for grant in (team or grants).select_related("user__employer__parent")}
    for user in sorted(people, key=lambda one: one.pk):
        queue_message(
            kind=MessageKind.REFERRAL_PASSED_ON,
            to=user,
            about_type="referral",
            about_id=referral.pk,
            by=by,
        )


def _tell(
    event: EventType, referral: Referral, by: Acting, detail: dict[str, object] | None = None
) -> None:
    child = referral.child
    about = {"child_id": child.pk} if child else {}
    about |= {"team_id": referral.team_id} if referral.team_id else {}
    append(
        event,
        actor=by.actor,
        target_type="referral",
        target_id=referral.pk,
        child_authority=child.authority_id if child else None,
        detail={**about, **(detail or {})},
    )
