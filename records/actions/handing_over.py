"""Handing over all that a person has open, in one act, when their account is stopped.

One thing alone is handed over by `records.actions.enquiries`, by its holder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.policies import require
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.actions.enquiries import close_of_another, give_enquiry
from records.models import ChildRecord, Enquiry, Involvement
from records.open_work import live_involvements
from records.policies import can_hand_over_work, can_take_involvement


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who takes over which enquiry and which involvement, by id. None: an involvement goes to its
    team, an enquiry is closed.
    """

    enquiries: Mapping[int, User | None]
    involvements: Mapping[int, User | None]


def hand_over_work(*, person: User, plan: Plan, by: Acting) -> bool:
    """Gives everything that `person` has open to somebody else; each colleague is told once.

    False, and nothing done, when the plan leaves something out that is open now. Raises `Refused`,
    also for a colleague who cannot take what the plan gives them.
    """
    require(
        can_hand_over_work(by, person),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=person.pk,
    )
    with transaction.atomic():
        enquiries = list(Enquiry.objects.open().select_for_update().filter(holder=person))
        works = list(
            live_involvements(person)
            .select_for_update(of=("self",))
            .select_related("child", "service", "team", "practitioner")
        )
        left = {each.pk for each in enquiries} - set(plan.enquiries)
        if left or {each.pk for each in works} - set(plan.involvements):
            return False
        for enquiry in enquiries:
            _enquiry(enquiry, plan.enquiries[enquiry.pk], by)
        for work in works:
            _involvement(work, plan.involvements[work.pk], by)
        _notify(person, plan, {each.pk for each in enquiries}, {each.pk for each in works}, by)
    return True


def _enquiry(enquiry: Enquiry, to: User | None, by: Acting) -> None:
    if to is None:
        close_of_another(enquiry, by)
    else:
        give_enquiry(enquiry, to, by)


def _involvement(work: Involvement, to: User | None, by: Acting) -> None:
    """The old one ends today and stays as history; the new one begins, for a person or the team."""
    if to is not None:
        require(
            can_take_involvement(to, work),
            permission=Permission.RECORD_INVOLVEMENT,
            target_type="child_record",
            target_id=work.child_id,
        )
    # Two hand-overs of one child at once would each want its lead.
    ChildRecord.objects.select_for_update().get(pk=work.child_id)
    today = timezone.localdate()
    Involvement.objects.filter(pk=work.pk).update(ended_on=today, end_recorded_at=Now())
    followed, _ = Involvement.objects.get_or_create(
        child=work.child,
        service=work.service,
        ended_on=None,
        **_whose(work, to),
        defaults={
            "team": work.team,
            "role": to.job_title if to else "",
            "contact_phone": "" if to else work.service.phone,
            "started_on": today,
            "last_confirmed_on": today,
            "recorded_by": by.user,
        },
    )
    if work.is_lead and to is not None:
        Involvement.objects.filter(pk=followed.pk).update(is_lead=True)
    append(
        EventType.INVOLVEMENT_HANDED_OVER,
        actor=by.actor,
        target_type="child_record",
        target_id=work.child_id,
        child_authority=work.child.authority_id,
        detail={
            "involvement_id": followed.pk,
            "service_id": work.service_id,
            **({"user_id": to.pk} if to else {}),
            **({"team_id": work.team_id} if work.team_id else {}),
        },
    )


def _whose(work: Involvement, to: User | None) -> dict[str, Any]:
    if to is not None:
        return {"practitioner": to}
    return {
        "practitioner": None,
        "contact_name": work.team.name if work.team else work.service.name,
    }


def _notify(person: User, plan: Plan, enquiries: set[int], works: set[int], by: Acting) -> None:
    """One message a colleague, however much they got."""
    given = [plan.enquiries[pk] for pk in enquiries] + [plan.involvements[pk] for pk in works]
    for user in sorted({each for each in given if each is not None}, key=lambda one: one.pk):
        queue_message(
            kind=MessageKind.ENQUIRY_HANDED_OVER,
            to=user,
            about_type="user",
            about_id=person.pk,
            by=by,
        )
