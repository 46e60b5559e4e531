"""May this person search and open, for the reason they state? Answers with why not.

Which fields they then see stands in `visibility.py`.
"""

from accounts.acting import Acting
from accounts.models import RoleGrant, User
from accounts.policies import ALLOWED, Decision, can, can_manage, deny, first_no, not_oneself
from accounts.roles import Permission
from records.models import Enquiry, Involvement
from records.open_work import may_take_involvements, place_of
from records.purposes import BY_ADDRESS, Purpose, Reason, purposes_for

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
ROLE_NEEDS_A_NAME = deny(
    "role-may-not",
    "Your role cannot search by an address alone.",
    "Search by the child's name and date of birth, even if you are not sure of them. If you have"
    " only an address, ring the duty desk: it can look for you.",
)
PURPOSE_NEEDS_A_NAME = deny(
    "purpose-needs-a-name",
    "The reason you stated does not allow a search by an address alone.",
    "Search by the child's name and date of birth, or state the reason for which an address is all"
    " that you have.",
)
NOT_AN_ADDRESS_SEARCH = deny(
    "not-by-address",
    "This search was not made by an address alone.",
    "Start again from the page for searching by address.",
)
RANGE_FIRST = deny(
    "range-not-shown",
    "The children at an address are shown only after you have seen about how many there are.",
    "Start again from the page for searching by address.",
)
ENQUIRY_OVER = deny(
    "enquiry-over",
    "The enquiry under which you were working is closed, or somebody else's now.",
    "State your reason for access again: that opens an enquiry of your own.",
)
CANNOT_TAKE_IT = deny(
    "colleague-cannot-take-it",
    "That colleague cannot take over this enquiry.",
    "Choose somebody whose role at the same organisation allows this reason for access.",
)
CANNOT_WORK_THERE = deny(
    "colleague-cannot-work-there",
    "That colleague cannot take over this work with a child.",
    "Choose somebody who holds a role at the same organisation, or the team.",
)
NOT_CONFIRMED = deny(
    "children-not-asked-for",
    "You have not asked to be shown the children at this address.",
    "Go back to the page that says about how many there are, and choose to show them.",
)


def can_search(acting: Acting, reason: Reason | None) -> Decision:
    """Standing and role, then a stated reason that this role may state."""
    return _with_reason(can(acting, Permission.SEARCH), acting, reason)


def can_open(acting: Acting, reason: Reason | None) -> Decision:
    """Likewise, for one record."""
    return _with_reason(can(acting, Permission.OPEN_RECORD), acting, reason)


def can_search_by_address(acting: Acting, reason: Reason | None) -> Decision:
    """Searching with nothing but a postcode: for fewer roles and fewer reasons."""
    decision = _with_reason(can_start_by_address(acting), acting, reason)
    if not decision.allowed or reason is None or reason.purpose in BY_ADDRESS:
        return decision
    return PURPOSE_NEEDS_A_NAME


def can_start_by_address(acting: Acting) -> Decision:
    """The same before a reason was stated: may this person see the form at all?"""
    decision = can(acting, Permission.SEARCH_BY_ADDRESS)
    return ROLE_NEEDS_A_NAME if decision.code == ROLE_NEEDS_A_NAME.code else decision


def enquiry_is_open(acting: Acting, reason: Reason | None) -> Decision:
    """Is the enquiry under which this reason was stated open, and this person's?"""
    if reason is not None and reason.enquiry_id is not None:
        held = Enquiry.objects.open().filter(pk=reason.enquiry_id, holder=acting.user)
        if held.exists():
            return ALLOWED
    return ENQUIRY_OVER


def can_hand_over_enquiry(acting: Acting, enquiry: Enquiry, to: User) -> Decision:
    """May this enquiry go to that colleague? One for somebody without access never: who looks up
    for them has heard their voice.

    From its holder, or from the management team that covers for them; to somebody whose own role
    at the same organisation may state its purpose.
    """
    if enquiry.holder_id != getattr(acting.user, "pk", None):
        covers = can_manage(acting, enquiry.holder.employer.base.pk)
        if not covers.allowed:
            return covers
    if enquiry.purpose == Purpose.MEDIATED:
        return CANNOT_TAKE_IT
    if to.pk == enquiry.holder_id or Purpose(enquiry.purpose) not in _purposes_of(to, enquiry):
        return CANNOT_TAKE_IT
    return ALLOWED


def can_hand_over_work(acting: Acting, person: User) -> Decision:
    """May this person give away all that somebody has open? The team that looks after them."""
    return first_no(can_manage(acting, person.employer.base.pk), not_oneself(acting, person))


def can_take_involvement(to: User, involvement: Involvement) -> Decision:
    """May this colleague work with the child instead? Whoever holds a role there in which
    involvements are kept.
    """
    there = RoleGrant.objects.in_standing().filter(user=to, content_object=place_of(involvement))
    grants = there.select_related("permission")
    able = any(may_take_involvements(grant.role) for grant in grants)
    return ALLOWED if able and to.pk != involvement.practitioner_id else CANNOT_WORK_THERE


def _purposes_of(user: User, enquiry: Enquiry) -> set[Purpose]:
    """What somebody may state today in their roles at the organisation of the enquiry."""
    grants = RoleGrant.objects.in_standing().filter(
        user=user, content_object=enquiry.organisation_id
    )
    roles = {grant.role for grant in grants.select_related("permission")}
    return {purpose for role in roles for purpose in purposes_for(role)}


def _with_reason(decision: Decision, acting: Acting, reason: Reason | None) -> Decision:
    if not decision.allowed:
        return decision
    if reason is None or not reason.case_reference.strip():
        return NO_REASON
    return ALLOWED if reason.purpose in purposes_for(acting.role) else PURPOSE_NOT_YOURS
