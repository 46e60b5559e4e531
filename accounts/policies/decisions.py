"""The answer of every policy: yes, or no with a reason and what to do next."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """An answer with its reason: `code` for the event, `message` and `remedy` for the person."""

    allowed: bool
    code: str = ""
    message: str = ""
    remedy: str = ""


ALLOWED = Decision(allowed=True)


def deny(code: str, message: str, remedy: str) -> Decision:
    """A "no" that says why and what to do next."""
    return Decision(allowed=False, code=code, message=message, remedy=remedy)


def deny_if(wrong: object, code: str, message: str, remedy: str) -> Decision:
    """`deny(…)` where `wrong` holds, else a "yes"."""
    return deny(code, message, remedy) if wrong else ALLOWED


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
    """The first line of every action and audited read.

    Raises `Refused` unless the decision allows.
    """
    if not decision.allowed:
        raise Refused(decision, permission=permission, target_type=target_type, target_id=target_id)


def first_no(*decisions: Decision) -> Decision:
    return next((decision for decision in decisions if not decision.allowed), ALLOWED)
