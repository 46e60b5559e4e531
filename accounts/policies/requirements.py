"""Rules about versions of the course and of the user agreement: who publishes, who accepts."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models.users import AccountStatus
from accounts.policies.decisions import ALLOWED, Decision, deny
from accounts.policies.standing import can
from accounts.roles import Permission
from audit.ledger.actor import ActorKind


def can_publish(acting: Acting) -> Decision:
    """May this person publish a version that binds everybody?"""
    return can(acting, Permission.PUBLISH_REQUIREMENTS)


def can_accept(acting: Acting) -> Decision:
    """May the agreement be accepted here? By the person themselves, in a session of their own."""
    if acting.user is None or acting.actor.kind is not ActorKind.PERSON:
        return deny(
            "agreement-is-personal",
            "Only the person themselves can accept the user agreement.",
            "Sign in with your own account and accept it there.",
        )
    if acting.user.status != AccountStatus.ACTIVE:
        return deny(
            f"account-{acting.user.status}",
            "Your account cannot be used at the moment.",
            "Speak to your line manager or your management team.",
        )
    return ALLOWED
