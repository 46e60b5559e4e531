"""Rules about the register of organisations: who may read it, and who may close, merge and move."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from accounts.acting import Acting
from accounts.models import Organisation
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.organisations import can_accredit, takes_new_users
from accounts.policies.standing import can
from accounts.roles import MANAGING, OrganisationKind, Permission

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


def can_reshape(acting: Acting, *organisations: Organisation) -> Decision:
    """May this person close, merge or move these organisations, or change their identifiers?

    Accreditation officers may, of open organisations they do not belong to themselves.
    """
    return first_no(*(can_accredit(acting, organisation) for organisation in organisations))


def can_close(organisation: Organisation) -> Decision:
    """The central body is the one organisation that cannot go."""
    if organisation.kind != OrganisationKind.CENTRAL_BODY:
        return ALLOWED
    return deny(
        "central-body-stays",
        "The central body cannot be closed.",
        "Without it nobody could accredit, oversee or audit anybody.",
    )


def can_merge(organisation: Organisation, into: Organisation) -> Decision:
    """Like into like, and into an organisation whose accounts count today."""
    if organisation.pk == into.pk or organisation.kind != into.kind:
        return deny(
            "not-of-one-kind",
            "An organisation is merged into another one of its own kind.",
            "Choose another successor, or close the organisation instead.",
        )
    return first_no(can_close(organisation), takes_new_users(into))


def can_move(organisation: Organisation, to: Organisation, effective_on: date) -> Decision:
    """Employers move between authorities and national partners, from today or a later day."""
    if organisation.kind != OrganisationKind.EMPLOYER or to.kind not in MANAGING:
        return deny(
            "cannot-be-managed-there",
            "Only an employing organisation moves, and only to an authority or national partner.",
            "Choose another managing body.",
        )
    if organisation.parent_id == to.pk:
        return deny(
            "managed-there-already",
            "That body manages this organisation already.",
            "Choose another managing body.",
        )
    if effective_on < timezone.localdate():
        return deny("day-is-past", "That day is past.", "Choose today or a later day.")
    return takes_new_users(to)
