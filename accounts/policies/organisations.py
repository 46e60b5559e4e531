"""Rules about organisations: are they accredited, and who may decide that?"""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Accreditation, Organisation
from accounts.policies.decisions import ALLOWED, Decision, deny
from accounts.policies.standing import can
from accounts.roles import Permission


def is_accredited(organisation: Organisation) -> bool:
    """Are the organisation and the one above it both accredited today, by the database's clock?"""
    needed = {organisation.pk, organisation.base.pk}
    found = Accreditation.objects.in_force().filter(organisation__in=needed)
    return set(found.values_list("organisation_id", flat=True)) == needed


def accredited_today(organisation: Organisation) -> Decision:
    """No account is made, and no role granted, at an organisation that is not accredited today."""
    if is_accredited(organisation):
        return ALLOWED
    return deny(
        "organisation-not-accredited",
        "That organisation is not accredited today.",
        "Its accreditation has to be renewed first.",
    )


def can_accredit(acting: Acting, organisation: Organisation) -> Decision:
    """May this person decide on the accreditation of `organisation`?

    Never of one they belong to themselves.
    """
    decision = can(acting, Permission.ACCREDIT)
    if not decision.allowed or acting.user is None:
        return decision
    own = {acting.user.employer_id, acting.user.employer.base.pk}
    if acting.organisation is not None:
        own |= {acting.organisation.pk, acting.organisation.base.pk}
    if organisation.pk not in own:
        return ALLOWED
    return deny(
        "own-organisation",
        "You belong to this organisation, so you cannot decide on its accreditation.",
        "Ask an accreditation officer who does not belong to it.",
    )
