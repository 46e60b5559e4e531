"""What needs somebody today, counted: one statement a room, whatever the number of lists.

Accounts count their own lists here; other rooms answer ports. A list appears only
when something waits in it, and only to a role that may see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Value
from django.urls import reverse

from accounts import ports
from accounts.acting import Acting
from accounts.models import (
    AccreditationApplication,
    OutboxMessage,
    RoleRequest,
    SignInChange,
    StaffProposal,
)
from accounts.models.messages import MessageState
from accounts.policies import can
from accounts.ports import WaitingWork
from accounts.roles import Permission


@dataclass(frozen=True, slots=True)
class WaitingList:
    """A list somebody may have to look at: what waits, where it is, and its words for one and for
    several (with `{n}`).
    """

    name: str
    rows: QuerySet  # type: ignore[type-arg]  # rows of any model
    one: str
    several: str
    url_name: str


def work_today(by: Acting) -> list[WaitingWork]:
    """Everything that waits for this person in the role they act in."""
    return [*ports.cases_waiting(by), *ports.work_waiting(by), *waiting_in(_lists(by))]


def waiting_in(lists: Iterable[WaitingList]) -> list[WaitingWork]:
    """How much waits in each, in one statement; those where nothing does are left out."""
    asked = list(lists)
    if not asked:
        return []
    first, *others = (_counted(each) for each in asked)
    counted = dict(first.union(*others, all=True) if others else first)
    return [
        WaitingWork(
            words=each.one
            if counted[each.name] == 1
            else each.several.format(n=counted[each.name]),
            url=reverse(each.url_name),
        )
        for each in asked
        if counted.get(each.name)
    ]


def _counted(each: WaitingList) -> QuerySet:  # type: ignore[type-arg]
    named = each.rows.order_by().annotate(waiting_list=Value(each.name))
    counted = named.values("waiting_list").annotate(n=Count("pk"))
    return counted.values_list("waiting_list", "n")  # type: ignore[no-any-return]  # any model


def _lists(by: Acting) -> list[WaitingList]:
    """What the desks of accounts list already."""
    lists = _of_team(by) if can(by, Permission.MANAGE_ACCOUNTS).allowed else []
    if can(by, Permission.ACCREDIT).allowed:
        lists.append(
            WaitingList(
                "applications",
                AccreditationApplication.objects.filter(status__in=["submitted", "under_review"]),
                "1 application for accreditation waits for a decision",
                "{n} applications for accreditation wait for a decision",
                "accounts:applications",
            )
        )
    return lists


def _of_team(by: Acting) -> list[WaitingList]:
    """For a management team, its own user base; for the central team, all."""
    everywhere = by.has(Permission.READ_WHOLE_TRAIL)
    base_id = by.base.pk if by.base else 0
    asked = RoleRequest.objects.open()
    changes = SignInChange.objects.waiting()
    proposals = StaffProposal.objects.open()
    if not everywhere:
        asked, changes = asked.in_user_base(base_id), changes.of_base(base_id)
        proposals = proposals.managed_by(base_id)
    failed = OutboxMessage.objects.visible_to(by).filter(state=MessageState.FAILED)
    return [
        WaitingList(
            "role-requests",
            asked.exclude(requested_by=by.user).exclude(user=by.user),
            "1 request for a role waits for an answer",
            "{n} requests for roles wait for an answer",
            "accounts:role-requests",
        ),
        WaitingList(
            "sign-in-changes",
            changes.exclude(user=by.user).exclude(made_by=by.user),
            "1 change of how somebody signs in can be confirmed",
            "{n} changes of how people sign in can be confirmed",
            "accounts:signin-help",
        ),
        WaitingList(
            "staff-proposals",
            proposals,
            "1 joiner or mover of a staff feed waits for an answer",
            "{n} joiners and movers of staff feeds wait for an answer",
            "accounts:staff-proposals",
        ),
        WaitingList(
            "failed-messages",
            failed,
            "1 e-mail could not be delivered",
            "{n} e-mails could not be delivered",
            "accounts:messages",
        ),
    ]
