"""House moves between two authorities: recorded by either, answered by the other, never unowned.

The child's authority changes in one place alone: `accept_move`, in one transaction with the answer.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.clocks import add_working_days
from accounts.messages import MessageKind, queue_message
from accounts.models import Authority, RoleGrant
from accounts.policies import Decision, require
from accounts.roles import Permission, Role
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord, HouseMove, MoveRefusal, MoveState
from records.policies import can_answer_move, can_record_move, can_withdraw_move
from records.search import index_children

DAYS_TO_ANSWER = 5  # working days
JOB = "records.remind_of_moves"


def record_move(
    *, child: ChildRecord, to: Authority, moved_on: date, by: Acting
) -> HouseMove | None:
    """Says that a child moved to another authority and asks the other side to agree: the new
    authority when the responsible one offers, the responsible one when the new one asks.

    None, and no event, when an answer is awaited already. Raises `Refused`.
    """
    require(
        can_record_move(by, child, to),
        permission=Permission.AMEND_RECORD,
        target_type="child_record",
        target_id=child.pk,
    )
    assert child.authority is not None and by.base is not None  # noqa: S101, PT018  policy
    offers = by.base.authority_id == child.authority_id
    with transaction.atomic():
        _lock(child.pk)
        if HouseMove.objects.open().filter(child=child).exists():
            return None
        move = HouseMove.objects.create(
            child=child,
            from_authority=child.authority,
            to_authority=to,
            awaits=to if offers else child.authority,
            moved_on=moved_on,
            recorded_by=by.user,
            due_at=add_working_days(timezone.now(), DAYS_TO_ANSWER),
        )
        due = move.due_at.date().isoformat()
        _tell(EventType.RECORD_TRANSFER_OFFERED, move, by, {"due_at": due})
        _notify(MessageKind.MOVE_OFFERED, move, [move.awaits_id], by)
    return move


def accept_move(*, key: UUID, by: Acting) -> bool:
    """Says yes: from this moment on the new authority is responsible.

    False if it was answered meanwhile, or another authority is responsible already; then the move
    is closed as overtaken. Raises `Refused`.
    """
    with transaction.atomic():
        move = _to_answer(key, by)
        if move is None:
            return False
        child = _lock(move.child_id)
        if child.authority_id != move.from_authority_id:
            _close(move, MoveState.OVERTAKEN, by)
            return False
        ChildRecord.objects.filter(pk=child.pk).update(
            authority=move.to_authority_id, amended_at=Now()
        )
        index_children([child.pk])
        _close(move, MoveState.ACCEPTED, by)
        _tell(EventType.RECORD_TRANSFERRED, move, by)
        _notify(MessageKind.MOVE_ANSWERED, move, [_other_side(move)], by)
    return True


def refuse_move(*, key: UUID, why: MoveRefusal, by: Acting) -> bool:
    """Says no, and why: responsibility stays where it was. False if it was answered meanwhile.

    Raises `Refused`.
    """
    with transaction.atomic():
        move = _to_answer(key, by)
        if move is None:
            return False
        _close(move, MoveState.REFUSED, by, why)
        _tell(EventType.RECORD_TRANSFER_REFUSED, move, by, {"kind": why.value})
        _notify(MessageKind.MOVE_ANSWERED, move, [_other_side(move)], by)
    return True


def withdraw_move(*, key: UUID, by: Acting) -> bool:
    """Takes back what one's own authority asked, before it is answered: nothing changes.

    False if it was answered meanwhile. Raises `Refused`.
    """
    with transaction.atomic():
        move = _open(key)
        if move is None:
            return False
        _require(can_withdraw_move(by, move), Permission.AMEND_RECORD, move)
        _close(move, MoveState.WITHDRAWN, by)
        _tell(EventType.RECORD_TRANSFER_WITHDRAWN, move, by)
    return True


def remind_of_moves() -> int:
    """Reminds both authorities, once, of every answer that is overdue. Responsibility stays."""
    reminded = 0
    for move_id in list(HouseMove.objects.overdue().values_list("pk", flat=True)):
        with transaction.atomic():
            waiting = HouseMove.objects.overdue().filter(pk=move_id, reminded_at__isnull=True)
            move = waiting.select_related("child").select_for_update(of=("self",)).first()
            if move is None:
                continue
            HouseMove.objects.filter(pk=move.pk).update(reminded_at=Now())
            by = job(JOB)
            _tell(EventType.RECORD_TRANSFER_OVERDUE, move, by)
            both = [move.from_authority_id, move.to_authority_id]
            _notify(MessageKind.MOVE_OVERDUE, move, both, by)
            reminded += 1
    return reminded


def _to_answer(key: UUID, by: Acting) -> HouseMove | None:
    move = _open(key)
    if move is not None:
        _require(can_answer_move(by, move), Permission.ANSWER_MOVE, move)
    return move


def _open(key: UUID) -> HouseMove | None:
    rows = HouseMove.objects.open().select_related("child")
    return rows.select_for_update(of=("self",)).filter(key=key).first()


def _require(decision: Decision, permission: Permission, move: HouseMove) -> None:
    require(decision, permission=permission, target_type="child_record", target_id=move.child_id)


def _lock(child_id: int) -> ChildRecord:
    return ChildRecord.objects.select_for_update().get(pk=child_id)


def _close(move: HouseMove, state: MoveState, by: Acting, why: str = "") -> None:
    HouseMove.objects.filter(pk=move.pk).update(
        state=state, refusal=why, answered_at=Now(), answered_by=by.user
    )


def _other_side(move: HouseMove) -> str:
    both = {move.from_authority_id, move.to_authority_id}
    return (both - {move.awaits_id}).pop()


def _notify(kind: MessageKind, move: HouseMove, codes: list[str], by: Acting) -> None:
    """Tells the management teams of these authorities."""
    team = RoleGrant.objects.in_standing().filter(
        content_object__authority__in=codes, permission__codename=Role.MANAGEMENT_TEAM
    )
    people = {grant.user for grant in team.select_related("user__employer__parent")}
    for user in sorted(people, key=lambda one: one.pk):
        queue_message(kind=kind, to=user, about_type="house_move", about_id=move.pk, by=by)


def _tell(
    event: EventType, move: HouseMove, by: Acting, detail: dict[str, object] | None = None
) -> None:
    append(
        event,
        actor=by.actor,
        target_type="child_record",
        target_id=move.child_id,
        child_authority=move.from_authority_id,
        detail={
            "move_id": move.pk,
            "from": move.from_authority_id,
            "to": move.to_authority_id,
            **(detail or {}),
        },
    )
