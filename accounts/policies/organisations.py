"""Rules about organisations: are they accredited, do they take new people, who may add them?"""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import Accreditation, Organisation, RoleGrant, Sanction, User
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.standing import can
from accounts.roles import BEFORE_ACCREDITATION, OrganisationKind, Permission


def is_accredited(organisation: Organisation) -> bool:
    """Is the organisation open, and are it and the one above it accredited today, by the database's
    clock?
    """
    needed = {organisation.pk, organisation.base.pk}
    found = Accreditation.objects.in_force().filter(organisation__in=needed)
    return organisation.is_open and set(found.values_list("organisation_id", flat=True)) == needed


def accredited_today(organisation: Organisation) -> Decision:
    """No account is made, and no role granted, at an organisation that is not accredited today."""
    if is_accredited(organisation):
        return ALLOWED
    return deny(
        "organisation-not-accredited",
        "That organisation is not accredited today.",
        "Its accreditation has to be renewed first.",
    )


def takes_new_users(organisation: Organisation) -> Decision:
    """Accredited today, and without a sanction of its own or of the body above it: even the mildest
    keeps new people and new roles out.
    """
    return first_no(accredited_today(organisation), _not_sanctioned(organisation))


def _not_sanctioned(organisation: Organisation) -> Decision:
    bodies = [organisation.pk, organisation.base.pk]
    if not Sanction.objects.live().filter(organisation__in=bodies).exists():
        return ALLOWED
    return deny(
        "organisation-takes-no-users",
        "That organisation is under a sanction, so it gets no new people and no new roles.",
        "Ask the accreditation officers what has to be put right.",
    )


def can_join(user: User) -> Decision:
    """May this invited person become active now? Not while their organisation takes nobody new,
    though it did when they were invited; whoever comes to apply for it may.
    """
    held = RoleGrant.objects.live().filter(user=user)
    applies = held.filter(permission__codename__in=BEFORE_ACCREDITATION)
    if _not_sanctioned(user.employer).allowed or applies.exists():
        return ALLOWED
    return deny(
        "organisation-takes-no-users",
        "Your organisation takes no new people at the moment.",
        "Ask the person who invited you. Your invitation works again once it does, if that is"
        " within three days; later you need a new one.",
    )


def is_open(organisation: Organisation) -> Decision:
    """Nothing changes about an organisation that was closed."""
    if organisation.is_open:
        return ALLOWED
    return deny(
        "organisation-closed",
        "That organisation was closed, so nothing can be changed about it.",
        "Look for its successor on its page.",
    )


def can_accredit(acting: Acting, organisation: Organisation) -> Decision:
    """May this person decide on the accreditation of `organisation`?

    Never of one they belong to themselves, in whatever role they act, nor of one that was closed.
    """
    decision = can(acting, Permission.ACCREDIT)
    if not decision.allowed or acting.user is None:
        return decision
    if not _belongs_to(acting, organisation):
        return is_open(organisation)
    return deny(
        "own-organisation",
        "You belong to this organisation, so you cannot decide on its accreditation.",
        "Ask an accreditation officer who does not belong to it.",
    )


def _belongs_to(acting: Acting, organisation: Organisation) -> bool:
    """By employment or by any role they hold, at the organisation or at the body it is beneath."""
    assert acting.user is not None  # noqa: S101  tells mypy
    own = {acting.user.employer_id, acting.user.employer.base.pk}
    held = RoleGrant.objects.filter(user=acting.user).select_related("content_object__parent")
    for grant in held:
        own |= {grant.content_object_id, grant.organisation.base.pk}
    return organisation.pk in own


def can_register(acting: Acting, kind: OrganisationKind, parent: Organisation | None) -> Decision:
    """May this person add an organisation? A management team only employers beneath its own body;
    the central body any.
    """
    decision = can(acting, Permission.REGISTER_ORGANISATION)
    if not decision.allowed or acting.base is None:
        return decision
    if acting.base.kind == OrganisationKind.CENTRAL_BODY:
        return ALLOWED
    if kind == OrganisationKind.EMPLOYER and parent is not None and parent.pk == acting.base.pk:
        return ALLOWED
    return deny(
        "other-user-base",
        "You can only add organisations that your own body manages.",
        "Ask the central body to add it.",
    )
