"""Sending what the outbox holds: claimed by conditional update, tried again with growing pauses,
given up visibly.

Nothing is locked while a mail server thinks. If a worker dies in between, the claim runs out and
the message is sent again: twice is better than never.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string

from accounts import encryption
from accounts.acting import job
from accounts.models import MessageKind, OutboxMessage
from accounts.models.messages import MessageState, OutboxQuerySet
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append

log = structlog.get_logger(__name__)

CLAIM = timedelta(minutes=10)  # longer than any mail server is waited for
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
ATTEMPTS = len(PAUSES) + 1
SWEEP = 200  # messages in one sweep; the next comes in a minute
JOB = "accounts.deliver_messages"


def deliver(message_id: int) -> bool:
    """Sends one message if it is due and nobody else is sending it. True when it was sent now."""
    message = _claim(message_id)
    if message is None:
        return False
    try:
        _send(message)
    except Exception as problem:  # noqa: BLE001  whatever a back end raises, the row must say so
        _put_off(message, problem)
        return False
    return _mark_sent(message)


def deliver_due() -> int:
    """Sends everything that is due, oldest first. Returns how many were sent."""
    due = OutboxMessage.objects.due().order_by("next_attempt_at", "pk")
    return sum(deliver(pk) for pk in list(due.values_list("pk", flat=True)[:SWEEP]))


def text_of(kind: MessageKind, link: str = "") -> tuple[str, str]:
    """Subject and body: they follow from the kind, and the one-time link if there is one."""
    context = {
        "service_name": settings.SERVICE_NAME,
        "site_url": settings.SITE_URL,
        "link": f"{settings.SITE_URL}{link}" if link else "",
        "duty_phone": settings.NATIONAL_DUTY_PHONE,
    }
    subject, _, body = render_to_string(f"emails/{kind}.txt", context).partition("\n")
    return subject.strip(), body.strip() + "\n"


def _claim(message_id: int) -> OutboxMessage | None:
    claimed = (
        OutboxMessage.objects.due()
        .filter(pk=message_id)
        .update(attempts=F("attempts") + 1, next_attempt_at=Now() + CLAIM)
    )
    return OutboxMessage.objects.select_related("user").get(pk=message_id) if claimed else None


def _send(message: OutboxMessage) -> None:
    link = encryption.decrypt(message.link) if message.link else ""
    subject, body = text_of(MessageKind(message.kind), link)
    mail = EmailMessage(subject, body, to=[message.send_to])
    mail.extra_headers["X-Message-Reference"] = f"outbox-{message.pk}"
    mail.send()


def _put_off(message: OutboxMessage, problem: Exception) -> None:
    """Notes the class of the error, never its words: they may quote the address."""
    error = type(problem).__name__[:100]
    log.warning("message_not_sent", id=message.pk, attempts=message.attempts, error=error)
    if message.attempts >= ATTEMPTS:
        _give_up(message, error)
    else:
        pause = PAUSES[message.attempts - 1]
        _held(message).update(last_error=error, next_attempt_at=Now() + pause)


def _give_up(message: OutboxMessage, error: str) -> None:
    with transaction.atomic():
        given_up = _held(message).update(state=MessageState.FAILED, last_error=error, link="")
        if given_up:
            _tell(message, Outcome.FAILURE, "gave-up")


def _mark_sent(message: OutboxMessage) -> bool:
    with transaction.atomic():
        sent = _held(message).update(state=MessageState.SENT, sent_at=Now(), last_error="", link="")
        if sent:
            _tell(message, Outcome.SUCCESS, None)
    return bool(sent)


def _held(message: OutboxMessage) -> OutboxQuerySet:
    """The row while our claim on it stands."""
    return OutboxMessage.objects.filter(
        pk=message.pk, state=MessageState.QUEUED, attempts=message.attempts
    )


def _tell(message: OutboxMessage, outcome: Outcome, reason: str | None) -> None:
    append(
        EventType.PERSON_NOTIFIED,
        actor=job(JOB).actor,
        outcome=outcome,
        reason=reason,
        target_type="user" if message.user_id else None,
        target_id=message.user_id,
        detail={"message_id": message.pk, "kind": message.kind, "attempts": message.attempts},
    )
