"""Rules about the outbox: who has a message that was given up sent once more."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import MessageKind, OutboxMessage
from accounts.models.messages import MessageState
from accounts.policies.decisions import Decision, deny, deny_if, first_no
from accounts.policies.people import can_manage

# Their one-time link was forgotten when they were given up, so the same mail cannot be sent again.
_WITH_LINK = frozenset(
    {MessageKind.INVITATION, MessageKind.RECOVERY_LINK, MessageKind.PASSWORD_RESET}
)

LINK_GONE = deny(
    "message-link-gone",
    "The one-time link of this message is gone.",
    "Invite the person once more, or reset their second factors again: that makes a new link.",
)


def can_send_again(acting: Acting, message: OutboxMessage) -> Decision:
    """May this person have the message sent once more? The team that sees its delivery may."""
    link_is_gone = message.state == MessageState.FAILED and message.kind in _WITH_LINK
    return first_no(
        can_manage(acting, message.base_id or 0),
        deny_if(link_is_gone, LINK_GONE.code, LINK_GONE.message, LINK_GONE.remedy),
    )
