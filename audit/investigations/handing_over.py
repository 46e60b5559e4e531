"""The work of a suspended person goes to others: shown on one screen, handed over in one act."""

from __future__ import annotations

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require
from accounts.roles import Permission
from audit.investigations.entries import enter
from audit.investigations.models import Investigation
from audit.investigations.policies import can_hand_over
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.actions.handing_over import Plan, hand_over_work
from records.open_work import OpenWork, open_work_of


def read_open_work(*, case: Investigation, by: Acting) -> OpenWork:
    """What the person has open, with the references of their own cases: an event. Raises
    `Refused`.
    """
    _require(case, by)
    with transaction.atomic():
        append(
            EventType.INVESTIGATION_READ,
            actor=by.actor,
            target_type="investigation",
            target_id=case.pk,
            detail={"user_id": case.person_id, "kind": "open-work"},
        )
    return open_work_of(case.person)


def hand_over(*, case: Investigation, plan: Plan, by: Acting) -> bool:
    """Gives all of it to others, or nothing. False when something was opened meanwhile that the
    plan does not know. Raises `Refused`.
    """
    _require(case, by)
    with transaction.atomic():
        locked = Investigation.objects.select_for_update().get(pk=case.pk)
        _require(locked, by)
        if not hand_over_work(person=locked.person, plan=plan, by=by):
            return False
        enter(EventType.INVOLVEMENT_HANDED_OVER, locked, by, _said(plan))
    return True


def _said(plan: Plan) -> str:
    """How much of what went where, in words."""
    works, enquiries = plan.involvements.values(), plan.enquiries.values()
    counted = (
        (sum(each is not None for each in works), "work with a child, to a colleague"),
        (sum(each is None for each in works), "work with a child, to the team"),
        (sum(each is not None for each in enquiries), "enquiries, to a colleague"),
        (sum(each is None for each in enquiries), "enquiries, closed"),
    )
    return "; ".join(f"{words}: {number}" for number, words in counted if number)


def _require(case: Investigation, by: Acting) -> None:
    require(
        can_hand_over(by, case),
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=case.pk,
    )
