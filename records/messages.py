"""Reading lists of messages: what our services were asked, what one asked oneself.

A list names no child; reading one message is an action with its event (`records.actions.messages`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.acting import Acting
from records.models import ServiceMessage
from records.policies.services import contacts_hidden
from records.visibility import SENSITIVE

MOST = 100


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message in a list, or at the head of its page."""

    key: UUID
    id: int
    service: str
    sender: str
    sent_at: datetime
    read_at: datetime | None
    answered_at: datetime | None
    answered_by: str
    is_mine: bool
    is_new: bool


def inbox(by: Acting) -> list[MessageLine]:
    """To services of the organisation acted for; the unanswered first, the oldest of them first."""
    to_us = _whole(Q(service__organisation=by.organisation)).exclude(sender=by.user)
    waiting = list(to_us.filter(answered_at__isnull=True).order_by("sent_at")[:MOST])
    return _lines([*waiting, *to_us.filter(answered_at__isnull=False)[:20]], by)


def outbox(by: Acting) -> list[MessageLine]:
    """What this person asked, newest first."""
    return _lines(list(_whole(Q(sender=by.user))[:MOST]), by)


def message_with(key: UUID) -> ServiceMessage | None:
    """The message of that key; whether one may read it is asked by the action."""
    return _whole(Q(key=key)).first()


def line(message: ServiceMessage, by: Acting) -> MessageLine:
    """As this person sees it: who asked a service that is not named, or whose name a shield hides
    now, learns no name.
    """
    return _lines([message], by)[0]


def _lines(messages: list[ServiceMessage], by: Acting) -> list[MessageLine]:
    hidden = contacts_hidden({message.child_id for message in messages}) if messages else set()
    return [_line(each, by, is_brokered=each.child_id in hidden) for each in messages]


def _line(message: ServiceMessage, by: Acting, *, is_brokered: bool) -> MessageLine:
    mine = message.sender == by.user
    hidden = mine and (message.service.is_sensitive or is_brokered)
    answerer = message.answered_by
    unread = message.answered_at and not message.answer_read_at if mine else not message.read_at
    return MessageLine(
        key=message.key,
        id=message.pk,
        service=_unnamed(message) if hidden else message.service.name,
        sender=f"{message.sender.full_name}, {message.organisation}",
        sent_at=message.sent_at,
        read_at=message.read_at,
        answered_at=message.answered_at,
        answered_by="" if hidden or not answerer else answerer.full_name,
        is_mine=mine,
        is_new=bool(unread),
    )


def _unnamed(message: ServiceMessage) -> str:
    """What stands in the place of a name: for a shielded record the kind of service, as there."""
    return SENSITIVE if message.service.is_sensitive else message.service.get_kind_display()


def _whole(condition: Q) -> QuerySet[ServiceMessage]:
    return ServiceMessage.objects.filter(condition).select_related(
        "service", "sender", "organisation", "answered_by", "child"
    )
