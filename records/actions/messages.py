"""Writing to a service that works with a child, reading it there, answering it.

The notice by mail never says what about. A service that is not named can be written to as well: it
is told, and it decides what it says of itself.
"""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.encryption import decrypt, encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.policies import Decision, require
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.access.facts import payload_text
from records.models import ChildRecord, Involvement, MessageText, Service, ServiceMessage
from records.policies.services import can_answer_message, can_read_message, can_write_to


def send_message(*, child: ChildRecord, service: Service, text: str, by: Acting) -> ServiceMessage:
    """Writes to a service that works with the child. Raises `Refused`."""
    require(
        can_write_to(by, child, service),
        permission=Permission.SEND_MESSAGE,
        target_type="child_record",
        target_id=child.pk,
    )
    assert by.user is not None and by.organisation is not None  # noqa: S101, PT018  policy
    with transaction.atomic():
        message = ServiceMessage.objects.create(
            child=child, service=service, sender=by.user, organisation=by.organisation
        )
        MessageText.objects.create(message=message, body=encrypt(text))
        _tell(EventType.MESSAGE_SENT, message, by, text)
        for to in _addresses(message):
            _notify(MessageKind.SERVICE_MESSAGE, message, to, by)
    return message


def read_message(*, message: ServiceMessage, by: Acting) -> tuple[str, str]:
    """The message and its answer, empty if there is none or it was erased; reading is an event.

    Raises `Refused`.
    """
    _require(can_read_message(by, message), message)
    with transaction.atomic():
        unread = ServiceMessage.objects.filter(pk=message.pk)
        if message.sender != by.user:
            unread.filter(read_at__isnull=True).update(read_at=Now())
        elif message.answered_at:
            unread.filter(answer_read_at__isnull=True).update(answer_read_at=Now())
        _tell(EventType.MESSAGE_READ, message, by)
        texts = {text.is_answer: decrypt(text.body) for text in message.texts.all()}
    return texts.get(False, ""), texts.get(True, "")


def answer_message(*, key: UUID, text: str, by: Acting) -> bool:
    """The service answers, once; who asked is told. False if it was answered. Raises `Refused`."""
    with transaction.atomic():
        rows = ServiceMessage.objects.select_related("service", "sender", "child")
        message = rows.select_for_update(of=("self",)).get(key=key)
        _require(can_answer_message(by, message), message)
        if message.answered_at is not None:
            return False
        ServiceMessage.objects.filter(pk=message.pk).update(answered_at=Now(), answered_by=by.user)
        MessageText.objects.create(message=message, is_answer=True, body=encrypt(text))
        _tell(EventType.MESSAGE_ANSWERED, message, by, text)
        _notify(MessageKind.SERVICE_ANSWER, message, message.sender, by)
    return True


def _addresses(message: ServiceMessage) -> list[User | str]:
    """Who of the service is told: its own address, and its people who work with the child."""
    involved = Involvement.objects.filter(
        child=message.child,
        service=message.service,
        ended_on__isnull=True,
        practitioner__isnull=False,
    ).exclude(practitioner=message.sender)
    people = involved.select_related("practitioner__employer__parent").order_by("pk")
    own = [message.service.email] if message.service.email else []
    return [*own, *dict.fromkeys(each.practitioner for each in people if each.practitioner)]


def _notify(kind: MessageKind, message: ServiceMessage, to: User | str, by: Acting) -> None:
    queue_message(kind=kind, to=to, about_type="service_message", about_id=message.pk, by=by)


def _require(decision: Decision, message: ServiceMessage) -> None:
    require(
        decision,
        permission=Permission.SEND_MESSAGE,
        target_type="service_message",
        target_id=message.pk,
    )


def _tell(event: EventType, message: ServiceMessage, by: Acting, text: str | None = None) -> None:
    append(
        event,
        actor=by.actor,
        target_type="service_message",
        target_id=message.pk,
        child_authority=message.child.authority_id,
        detail={"child_id": message.child_id, "service_id": message.service_id},
        payload=payload_text(text=text) if text is not None else None,
    )
