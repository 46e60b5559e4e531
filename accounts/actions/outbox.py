"""What a team does about the delivery of messages."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.messages.queue import send_soon
from accounts.models import OutboxMessage
from accounts.models.messages import MessageState
from accounts.policies import require
from accounts.policies.messages import can_send_again
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append


def send_again(*, message: OutboxMessage, by: Acting) -> bool:
    """Tries a message that was given up anew, from the first attempt on.

    False when it was not given up (any more). Raises `Refused`.
    """
    about: dict[str, Any] = {"target_type": "outbox_message", "target_id": message.pk}
    require(can_send_again(by, message), permission=Permission.MANAGE_ACCOUNTS, **about)
    with transaction.atomic():
        given_up = OutboxMessage.objects.filter(pk=message.pk, state=MessageState.FAILED)
        queued = given_up.update(
            state=MessageState.QUEUED, attempts=0, next_attempt_at=Now(), last_error=""
        )
        if queued:
            append(
                EventType.ACCOUNT_MESSAGE_RESENT,
                actor=by.actor,
                detail={"kind": message.kind, "user_id": message.user_id},
                **about,
            )
            transaction.on_commit(lambda: send_soon(message.pk), robust=True)
    return bool(queued)
