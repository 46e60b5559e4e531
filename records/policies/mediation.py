"""Whose request may be taken, and which look follows from it."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import RoleGrant, User
from accounts.policies import ALLOWED, Decision, can, deny, first_no
from accounts.roles import Permission
from records.models import MediatedRequest
from records.purposes import Purpose, Reason, purposes_for

NOT_REQUESTED = deny(
    "not-requested",
    "Nobody asked you to look this up.",
    "Record who asks, and why, before you look. It takes a minute.",
)
NOT_IN_STANDING = deny(
    "requester-not-in-standing",
    "That person may not be told anything today: their account is stopped or lacks something, or"
    " their role does not allow the reason they gave.",
    "Tell them to speak to their management team. If a child is in danger now, they ring 999.",
)
ONESELF = deny(
    "requester-is-oneself",
    "You cannot look something up for yourself in this way.",
    "Choose a role of your own in which you may look.",
)
NOT_YOURS = deny(
    "request-not-yours",
    "There is no such request of yours.",
    "Choose one of the requests that you recorded.",
)


def can_mediate_for(acting: Acting, requester: User | None, purpose: Purpose) -> Decision:
    """May this operator take that person's request? Somebody with an account must be one who could
    look themselves, for that purpose, if only they had access now.
    """
    return first_no(can(acting, Permission.MEDIATE), _may_ask(acting, requester, purpose))


def _may_ask(acting: Acting, requester: User | None, purpose: Purpose) -> Decision:
    if requester is None:
        return ALLOWED
    if requester == acting.user:
        return ONESELF
    grants = RoleGrant.objects.in_standing().filter(user=requester).select_related("permission")
    return ALLOWED if any(purpose in purposes_for(g.role) for g in grants) else NOT_IN_STANDING


def can_use_request(acting: Acting, request: MediatedRequest) -> Decision:
    """Only who recorded it, for the organisation it was recorded at."""
    own = request.operator == acting.user and request.organisation == acting.organisation
    return first_no(can(acting, Permission.MEDIATE), ALLOWED if own else NOT_YOURS)


def can_look_for_another(acting: Acting, reason: Reason | None) -> Decision:
    """A look for somebody without access follows their request: verified, less than a day old, and
    recorded by whoever looks. Every other purpose needs none.
    """
    if reason is None or reason.purpose is not Purpose.MEDIATED:
        return ALLOWED
    asked = MediatedRequest.objects.usable().filter(enquiry=reason.enquiry_id, operator=acting.user)
    return ALLOWED if reason.enquiry_id and asked.exists() else NOT_REQUESTED
