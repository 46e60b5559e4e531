"""May this person do this, and if not, why not and what to do next. One place decides.

Roles and their permissions stand in `roles.py`; which rows a person sees in `querysets.py`; HTTP in `middleware.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

from accounts.acting import Acting
from accounts.models.users import AccountStatus
from accounts.roles import Permission
from audit.ledger.actor import ActorKind


@dataclass(frozen=True)
class Decision:
    """An answer with its reason: `code` for the event, `message` and `remedy` for the person."""

    allowed: bool
    code: str = ""
    message: str = ""
    remedy: str = ""


ALLOWED = Decision(allowed=True)


def deny(code: str, message: str, remedy: str) -> Decision:
    return Decision(allowed=False, code=code, message=message, remedy=remedy)


class Refused(Exception):
    """Raised by `require`; the middleware records it as `access.denied` and shows the 403 page."""

    def __init__(
        self,
        decision: Decision,
        *,
        permission: str = "",
        target_type: str | None = None,
        target_id: int | None = None,
    ) -> None:
        super().__init__(decision.code)
        self.decision = decision
        self.permission = permission
        self.target_type = target_type
        self.target_id = target_id


def require(
    decision: Decision,
    *,
    permission: str = "",
    target_type: str | None = None,
    target_id: int | None = None,
) -> None:
    """The first line of every action and audited read. Raises `Refused` unless the decision allows."""
    if not decision.allowed:
        raise Refused(
            decision, permission=permission, target_type=target_type, target_id=target_id
        )


def standing(acting: Acting) -> Decision:
    """Does this account count today: active, in a live role, its organisation, employer and their managers accredited?"""
    if acting.user is None:
        return deny("not-signed-in", "You are not signed in.", "Sign in and try again.")
    if acting.user.status != AccountStatus.ACTIVE:
        return deny(
            f"account-{acting.user.status}",
            "Your account cannot be used at the moment.",
            "Speak to your line manager or your management team.",
        )
    if acting.grant is None or not acting.grant.is_live:  # type: ignore[attr-defined]  # annotated
        return deny(
            "no-live-role",
            "You do not hold a role in ContactPoint at the moment.",
            "Ask your management team to grant you a role.",
        )
    if not (acting.grant.is_accredited and acting.grant.employer_is_accredited):  # type: ignore[attr-defined]
        return deny(
            "organisation-not-accredited",
            "Your organisation is not accredited today, so its accounts cannot be used.",
            "Speak to the person responsible for accreditation in your organisation.",
        )
    return ALLOWED


def can(acting: Acting, permission: Permission) -> Decision:
    """Standing, then the role table."""
    if acting.actor.kind is ActorKind.COMMAND and acting.user is None:
        return ALLOWED  # the demo operator: `commands.operator_for` lets it exist on synthetic databases only
    decision = standing(acting)
    if not decision.allowed:
        return decision
    if not acting.has(permission):
        return deny(
            "role-may-not",
            "Your role does not allow this.",
            "If your work needs it, ask your management team; you can choose another role if you hold one.",
        )
    return ALLOWED


def require_permission(
    acting: Acting,
    permission: Permission,
    *,
    target_type: str | None = None,
    target_id: int | None = None,
) -> None:
    """`require(can(…))` for the common case; raises `Refused`."""
    require(
        can(acting, permission),
        permission=permission.value,
        target_type=target_type,
        target_id=target_id,
    )


def can_manage(acting: Acting, base_id: int) -> Decision:
    """May this person manage accounts of the user base `base_id`? A local team its own, the central team everyone's."""
    decision = can(acting, Permission.MANAGE_ACCOUNTS)
    if not decision.allowed:
        return decision
    if acting.has(Permission.READ_WHOLE_TRAIL) or acting.base is None or acting.base.pk == base_id:
        return ALLOWED
    return deny(
        "other-user-base",
        "This account belongs to another management team.",
        "Ask that team, or the central team.",
    )
