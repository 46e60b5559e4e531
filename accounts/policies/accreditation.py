"""Rules about accreditation: who applies, who decides, who sees the evidence."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import AccreditationApplication, Organisation
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.organisations import can_accredit
from accounts.policies.people import can_manage
from accounts.policies.standing import can
from accounts.roles import Permission
from accounts.states import WITH_APPLICANT, State

OVERTAKEN = deny(
    "application-moved-on",
    "Somebody else has acted on this application since you opened it.",
    "Go back to the application and look at where it stands now.",
)


def can_decide(acting: Acting, application: AccreditationApplication) -> Decision:
    """May this person review and decide on the application? Two people: whoever started or
    submitted it does not.
    """
    return first_no(
        can_accredit(acting, application.organisation), _another_person(acting, application)
    )


def _another_person(acting: Acting, application: AccreditationApplication) -> Decision:
    involved = {
        application.started_by_id,
        application.submitted_by_id,
        application.applicant_id,
        application.deputy_id,
    }
    if acting.user is None or acting.user.pk not in involved:
        return ALLOWED
    return deny(
        "own-application",
        "You took part in this application, so another person has to decide on it.",
        "Leave it in the queue for another accreditation officer.",
    )


def can_start_application(acting: Acting, organisation: Organisation) -> Decision:
    """The team that manages the organisation, the central team, or its own applicant."""
    own = can(acting, Permission.APPLY_FOR_ACCREDITATION)
    if (
        own.allowed
        and acting.organisation is not None
        and acting.organisation.pk == organisation.pk
    ):
        return ALLOWED
    return can_manage(acting, organisation.base.pk)


def _applies_for(acting: Acting, organisation: Organisation) -> bool:
    own = can(acting, Permission.APPLY_FOR_ACCREDITATION).allowed
    return own and acting.organisation is not None and acting.organisation.pk == organisation.pk


def can_name_applicant(acting: Acting, application: AccreditationApplication) -> Decision:
    """Who answers for the application is named by a management team, while it is open."""
    return first_no(
        can_manage(acting, application.organisation.base.pk),
        ALLOWED if application.status in WITH_APPLICANT else OVERTAKEN,
    )


def can_apply(acting: Acting, application: AccreditationApplication) -> Decision:
    """The applicant and the deputy, acting at the organisation the application is of."""
    decision = can(acting, Permission.APPLY_FOR_ACCREDITATION)
    if not decision.allowed:
        return decision
    people = {application.applicant_id, application.deputy_id}
    at_home = _applies_for(acting, application.organisation)
    if at_home and acting.user is not None and acting.user.pk in people:
        return ALLOWED
    return deny(
        "not-your-application",
        "This application belongs to other people.",
        "If you should work on it, ask the team that started it to name you as deputy.",
    )


def can_change_evidence(acting: Acting, application: AccreditationApplication) -> Decision:
    """Only while the application lies with the applicant."""
    return first_no(can_apply(acting, application), _with_applicant(application))


def _with_applicant(application: AccreditationApplication) -> Decision:
    if application.status in WITH_APPLICANT:
        return ALLOWED
    return deny(
        "application-submitted",
        "The application has been submitted, so its evidence cannot be changed.",
        "Wait for the decision, or ask for it to be returned to you.",
    )


def can_see_application(acting: Acting, application: AccreditationApplication) -> Decision:
    """Its applicant and deputy; an accreditation officer who may decide on that organisation, once
    it was submitted.
    """
    decision = can_apply(acting, application)
    if decision.allowed or acting.has(Permission.APPLY_FOR_ACCREDITATION):
        return decision
    return first_no(
        can_accredit(acting, application.organisation),
        _not_submitted() if application.status == State.DRAFT else ALLOWED,
    )


def _not_submitted() -> Decision:
    return deny(
        "application-not-submitted",
        "This application has not been submitted yet.",
        "Wait until its applicant submits it.",
    )


def can_see_accreditation(acting: Acting, organisation: Organisation) -> Decision:
    """Where an organisation stands and what was: the central body, the team that manages it, and
    its own applicants.
    """
    if can(acting, Permission.ACCREDIT).allowed:
        return ALLOWED
    own = can(acting, Permission.APPLY_FOR_ACCREDITATION)
    if (
        own.allowed
        and acting.organisation is not None
        and acting.organisation.pk == organisation.pk
    ):
        return ALLOWED
    return can_manage(acting, organisation.base.pk)
