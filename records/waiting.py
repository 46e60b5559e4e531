"""What the work around children asks of somebody today: answers the ports of the home page."""

from __future__ import annotations

from django.db.models import Q

from accounts.acting import Acting
from accounts.policies import can
from accounts.ports import UnconfirmedWork, WaitingWork
from accounts.roles import Permission
from accounts.waiting import WaitingList, waiting_in
from records.models import Enquiry, HouseMove, MediatedRequest, Referral, ServiceMessage
from records.own_work import unconfirmed_involvements


def work_waiting(by: Acting) -> list[WaitingWork]:
    """Referrals, house moves, requests, messages, and enquiries left open; one statement."""
    return waiting_in(_lists(by))


def unconfirmed_work(by: Acting) -> list[UnconfirmedWork]:
    """Children of whom "still involved?" is asked, named: reading it leaves its event."""
    if not can(by, Permission.RECORD_INVOLVEMENT).allowed:
        return []
    return [
        UnconfirmedWork(
            child_key=each.child_key,
            involvement_id=each.id,
            child=each.child,
            born=each.born,
            service=each.service,
            confirmed_on=each.confirmed_on,
        )
        for each in unconfirmed_involvements(by)
    ]


def _lists(by: Acting) -> list[WaitingList]:
    lists = []
    if can(by, Permission.RECEIVE_REFERRAL).allowed:
        lists.append(
            WaitingList(
                "referrals",
                Referral.objects.open().filter(organisation=by.organisation),
                "1 referral waits for your answer",
                "{n} referrals wait for your answer",
                "records:referrals",
            )
        )
    if can(by, Permission.ANSWER_MOVE).allowed:
        lists.append(
            WaitingList(
                "moves",
                HouseMove.objects.open().filter(awaits=by.base.authority if by.base else None),
                "1 house move waits for your authority\u2019s answer",
                "{n} house moves wait for your authority\u2019s answer",
                "records:moves",
            )
        )
    if can(by, Permission.MEDIATE).allowed:
        lists.append(
            WaitingList(
                "requests",
                MediatedRequest.objects.open().filter(
                    operator=by.user, organisation=by.organisation
                ),
                "1 request from a colleague is open",
                "{n} requests from colleagues are open",
                "records:mediation",
            )
        )
    if can(by, Permission.SEND_MESSAGE).allowed:
        lists.append(
            WaitingList(
                "messages",
                ServiceMessage.objects.filter(_to_read(by)),
                "1 message waits for you",
                "{n} messages wait for you",
                "records:service-messages",
            )
        )
    if can(by, Permission.SEARCH).allowed:
        lists.append(
            WaitingList(
                "enquiries",
                Enquiry.objects.open().filter(holder=by.user, organisation=by.organisation),
                "1 enquiry of yours is open",
                "{n} enquiries of yours are open",
                "records:my-enquiries",
            )
        )
    return lists


def _to_read(by: Acting) -> Q:
    """To our services and not answered, or answered to us and not read."""
    to_us = Q(service__organisation=by.organisation, answered_at__isnull=True) & ~Q(sender=by.user)
    return to_us | Q(sender=by.user, answered_at__isnull=False, answer_read_at__isnull=True)
