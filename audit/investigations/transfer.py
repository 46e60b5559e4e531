"""A case goes to another team, which accepts it first: one owner at every moment.

For a person who moved, or where nobody of the own team is far enough from them to judge.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting
from accounts.clocks import add_working_days
from accounts.messages import MessageKind
from accounts.models import Organisation, RoleGrant
from accounts.models.users import AccountStatus
from accounts.policies import require
from accounts.roles import MANAGING, Permission, Role
from accounts.signin.changes import members_of
from audit.investigations.actions import TO_FIND
from audit.investigations.entries import tell, write_to_all
from audit.investigations.models import Investigation, Status
from audit.investigations.policies import can_accept, can_transfer
from audit.ledger.events import EventType


def teams_to_offer(case: Investigation) -> list[Organisation]:
    """Other teams that could take it, the ones with the fewest open cases first: the first of the
    same kind is the proposal.
    """
    able = RoleGrant.objects.live().filter(
        permission__codename=Role.MANAGEMENT_TEAM, user__status=AccountStatus.ACTIVE
    )
    busy = dict(
        Investigation.objects.live().values_list("base").annotate(cases=Count("pk")).order_by()
    )
    bodies = Organisation.objects.filter(
        kind__in=MANAGING, pk__in=able.values("content_object")
    ).exclude(pk=case.base_id)
    return sorted(
        bodies, key=lambda body: (body.kind != case.base.kind, busy.get(body.pk, 0), body.name)
    )


def offer(*, case: Investigation, to: Organisation, said: str, by: Acting) -> None:
    """Asks another team to take the case over; until it accepts, nothing changes. Raises
    `Refused`.
    """
    with transaction.atomic():
        locked = _locked(case)
        require(can_transfer(by, locked), **_about(locked))
        Investigation.objects.filter(pk=locked.pk).update(offered_to=to, offered_at=Now())
        tell(EventType.INVESTIGATION_TRANSFERRED, locked, by, said, organisation_id=to.pk)
        write_to_all(MessageKind.CASE_OFFERED, members_of(to, but=locked.person), locked, by)


def accept(*, case: Investigation, by: Acting) -> None:
    """The team takes the case over, and whoever accepts becomes its reviewer; the team that had it
    is told. Raises `Refused`.
    """
    with transaction.atomic():
        locked = _locked(case)
        require(can_accept(by, locked), **_about(locked))
        before = members_of(locked.base, but=locked.person)
        changes = {"status": Status.REVIEWED, "due_at": _due()} if not locked.finding else {}
        Investigation.objects.filter(pk=locked.pk).update(
            base=locked.offered_to,
            reviewer=by.user,
            offered_to=None,
            offered_at=None,
            escalated_at=None,
            **changes,
        )
        tell(
            EventType.INVESTIGATION_TRANSFER_ACCEPTED,
            locked,
            by,
            organisation_id=locked.offered_to_id,
        )
        write_to_all(MessageKind.OFFER_ANSWERED, before, locked, by)


def decline(*, case: Investigation, said: str, by: Acting) -> None:
    """The team does not take it; it stays where it was, and that team is told. Raises `Refused`."""
    with transaction.atomic():
        locked = _locked(case)
        require(can_accept(by, locked), **_about(locked))
        Investigation.objects.filter(pk=locked.pk).update(offered_to=None, offered_at=None)
        words = f"Not taken over: {said}"
        tell(EventType.INVESTIGATION_ANSWERED, locked, by, words, kind="transfer-refused")
        write_to_all(
            MessageKind.OFFER_ANSWERED, members_of(locked.base, but=locked.person), locked, by
        )


def offered_to_team(by: Acting) -> Q:
    """Cases that the team acted for is asked to take."""
    return Q(offered_to=by.base) & ~Q(status=Status.CLOSED) if by.base else Q(pk__in=[])


def _locked(case: Investigation) -> Investigation:
    rows = Investigation.objects.select_for_update(of=("self",))
    return rows.select_related("person__employer__parent", "base", "offered_to").get(pk=case.pk)


def _about(case: Investigation) -> dict[str, Any]:
    return {
        "permission": Permission.INVESTIGATE,
        "target_type": "investigation",
        "target_id": case.pk,
    }


def _due() -> datetime:
    return add_working_days(timezone.now(), TO_FIND)
