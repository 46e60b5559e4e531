"""Rules about powerful roles, which two people give, and about roles that are to last longer."""

from __future__ import annotations

from datetime import datetime

from accounts.acting import Acting
from accounts.models import Organisation, RoleGrant, RoleRequest, User
from accounts.policies.decisions import ALLOWED, Decision, deny, deny_if, first_no
from accounts.policies.people import can_manage, may_be_given, not_oneself
from accounts.policies.standing import fresh_factor
from accounts.roles import Role, needs_two_people

NOT_LONGER = deny(
    "not-a-later-end",
    "This role does not end before that.",
    "Choose a later day, or revoke the role if it should end sooner.",
)


def can_request(acting: Acting, user: User, organisation: Organisation, role: Role) -> Decision:
    """May this person ask that `user` be given this powerful `role` at `organisation`?"""
    return first_no(
        may_be_given(acting, user, organisation, role),
        deny_if(
            acting.user is None,
            "named-person-needed",
            "Only a named person asks for a role.",
            "Say who you are.",
        ),
        deny_if(
            not needs_two_people(role),
            "one-person-enough",
            "This role needs nobody else's agreement.",
            "Grant it.",
        ),
    )


def can_approve(acting: Acting, request: RoleRequest) -> Decision:
    """May this person agree to the request?

    All that is asked of who makes it is asked again, of another person, with a fresh factor.
    """
    return first_no(
        may_be_given(acting, request.user, request.organisation, Role(request.role)),
        _another_person(acting, request),
        fresh_factor(acting),
    )


def can_refuse(acting: Acting, request: RoleRequest) -> Decision:
    """May this person say no to the request? Whoever asked cannot answer, whatever the answer."""
    return first_no(
        can_manage(acting, request.organisation.base.pk),
        not_oneself(acting, request.user),
        _another_person(acting, request),
    )


def _another_person(acting: Acting, request: RoleRequest) -> Decision:
    return deny_if(
        acting.user is None or acting.user.pk == request.requested_by_id,
        "same-person",
        "You asked for this role yourself, so you cannot answer.",
        "Another member of a management team has to answer.",
    )


def can_extend(acting: Acting, grant: RoleGrant, until: datetime) -> Decision:
    """May this person alone let this grant last until `until`?"""
    return first_no(
        may_be_given(acting, grant.user, grant.organisation, grant.role),
        deny_if(
            needs_two_people(grant.role),
            "two-people-needed",
            "One person alone cannot extend this role.",
            "Ask for it to be extended: another member of a management team then agrees or"
            " refuses.",
        ),
        is_longer(grant, until),
    )


def is_longer(grant: RoleGrant, until: datetime | None) -> Decision:
    """An extension moves the end of a grant that has one to a later moment."""
    later = grant.until is not None and until is not None and until > grant.until
    return ALLOWED if later else NOT_LONGER
