"""Rules about the register of organisations: who may read it, and who may close, merge and move."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Organisation
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.organisations import can_accredit
from accounts.policies.standing import can
from accounts.roles import Permission

_READERS = (Permission.ACCREDIT, Permission.READ_WHOLE_TRAIL, Permission.MANAGE_ACCOUNTS)


def can_read_register(acting: Acting) -> Decision:
    """May this person look at organisations? Officers, central team and auditors at all of them,
    a local team at its own user base (`reads_whole_register`).
    """
    answers = [can(acting, permission) for permission in _READERS]
    return next((answer for answer in answers if answer.allowed), answers[-1])


def reads_whole_register(acting: Acting) -> bool:
    """Whether this person's role concerns every organisation, not only their own user base."""
    return acting.has(Permission.ACCREDIT) or acting.has(Permission.READ_WHOLE_TRAIL)


def is_open(organisation: Organisation) -> Decision:
    """Nothing changes about an organisation that was closed."""
    if organisation.is_open:
        return ALLOWED
    return deny(
        "organisation-closed",
        "That organisation was closed, so nothing can be changed about it.",
        "Look for its successor on its page.",
    )


def can_reshape(acting: Acting, *organisations: Organisation) -> Decision:
    """May this person close, merge or move these organisations, or change their identifiers?

    Accreditation officers may, of open organisations they do not belong to themselves.
    """
    return first_no(
        *(can_accredit(acting, organisation) for organisation in organisations),
        *(is_open(organisation) for organisation in organisations),
    )
