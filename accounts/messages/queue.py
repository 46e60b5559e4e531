"""Putting a message into the outbox, in the transaction of the act it is about."""

from __future__ import annotations

import structlog
from django.db import transaction
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from accounts import encryption
from accounts.acting import Acting
from accounts.models import MessageKind, OutboxMessage, User

log = structlog.get_logger(__name__)


def queue_message(
    *,
    kind: MessageKind,
    to: User | str,
    about_type: str,
    about_id: int,
    link: str = "",
    by: Acting,
) -> OutboxMessage:
    """Writes one message for `to`, an account or an address that has none (a line manager).

    `link` is the path of a one-time link, kept encrypted and forgotten once the message is sent or
    given up. Sent after the commit; if the broker is down, by the next sweep. Raises
    TransactionManagementError outside a transaction, ValueError for a link that is no path.
    """
    connection = transaction.get_connection()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("queue a message in the act's transaction")
    if link and not link.startswith("/"):
        raise ValueError("a link is a path of this site")
    user, address = (to, "") if isinstance(to, User) else (None, to.strip().lower())
    message = OutboxMessage.objects.create(
        kind=kind,
        user=user,
        address=address,
        base=user.employer.base if user else by.base,
        about_type=about_type,
        about_id=about_id,
        link=encryption.encrypt(link) if link else "",
        next_attempt_at=Now(),
    )
    transaction.on_commit(lambda: send_soon(message.pk), robust=True)
    return message


def send_soon(message_id: int) -> None:
    """Asks a worker to send it now. A dead broker costs minutes, not the message."""
    from accounts.tasks import deliver_message

    try:
        deliver_message.apply_async((message_id,), retry=False)
    except OperationalError as problem:
        log.warning("message_waits_for_sweep", id=message_id, error=type(problem).__name__)
