"""May this person search and open, for the reason they state? Answers with why not.

Which fields they then see stands in `visibility.py`.
"""

from accounts.acting import Acting
from accounts.policies import ALLOWED, Decision, can, deny
from accounts.roles import Permission
from records.purposes import Reason, purposes_for

NO_REASON = deny(
    "no-reason",
    "You have not said why you need this.",
    "State your reason for access and a case reference.",
)
PURPOSE_NOT_YOURS = deny(
    "purpose-not-for-role",
    "The reason you stated cannot be used in the role you are acting in.",
    "Choose another reason, or the role that your reason belongs to.",
)


def can_search(acting: Acting, reason: Reason | None) -> Decision:
    """Standing and role, then a stated reason that this role may state."""
    return _with_reason(can(acting, Permission.SEARCH), acting, reason)


def can_open(acting: Acting, reason: Reason | None) -> Decision:
    """Likewise, for one record."""
    return _with_reason(can(acting, Permission.OPEN_RECORD), acting, reason)


def _with_reason(decision: Decision, acting: Acting, reason: Reason | None) -> Decision:
    if not decision.allowed:
        return decision
    if reason is None or not reason.case_reference.strip():
        return NO_REASON
    return ALLOWED if reason.purpose in purposes_for(acting.role) else PURPOSE_NOT_YOURS
