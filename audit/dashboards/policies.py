"""Who may see which figures: the country's, or one user base's."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation
from accounts.policies import Decision, can, deny, require
from accounts.roles import Permission

NO_USER_BASE = deny(
    "no-user-base",
    "A local dashboard is read by a person on behalf of a user base.",
    "Sign in to ContactPoint and read it there.",
)


def require_national(by: Acting) -> None:
    """The country's figures, every authority beside the other. Raises `Refused`."""
    permission = Permission.READ_NATIONAL_FIGURES
    require(can(by, permission), permission=permission.value)


def can_read_local(by: Acting) -> Decision:
    """May this person read the figures of their own user base?"""
    decision = can(by, Permission.READ_LOCAL_FIGURES)
    return NO_USER_BASE if decision.allowed and by.base is None else decision


def require_local(by: Acting) -> Organisation:
    """The base whose figures are read. Raises `Refused`."""
    require(can_read_local(by), permission=Permission.READ_LOCAL_FIGURES.value)
    if by.base is None:  # for the type checker: the policy has refused
        raise AssertionError
    return by.base
