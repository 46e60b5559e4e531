"""Accredits the invented organisations as real ones are: an applicant, six items of evidence, an
officer who decides. What stays undecided for the demonstration is in `applying.py`.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting, nobody, operator
from accounts.actions import (
    Invited,
    NewEvidence,
    accept_invitation,
    add_evidence,
    approve_application,
    invite_applicant,
    name_applicant,
    start_application,
    submit_application,
    take_application,
)
from accounts.models import (
    AccreditationApplication,
    EvidenceItem,
    EvidenceKind,
    Organisation,
    RoleGrant,
    User,
)
from accounts.roles import Role
from contactpoint.invented.people import FOUNDERS, PEOPLE, Person, credentials_of

YEAR = timedelta(days=365)
COMMAND = "seed_demo"


def acting_as(person: Person) -> Acting:
    """One of the invented people, acting through the seeding command in the role shown."""
    grants = RoleGrant.objects.live().with_standing()
    grant = grants.get(user__email=person.email, permission__codename=person.role)
    user = User.objects.select_related("employer__parent").get(pk=grant.user_id)
    return operator(user, grant, COMMAND)


def starter() -> Acting:
    """The member of the central team who starts applications; never the one who decides."""
    return acting_as(FOUNDERS[0])


def officer() -> Acting:
    """The accreditation officer."""
    return acting_as(next(p for p in PEOPLE if p.role is Role.ACCREDITATION_OFFICER))


@transaction.atomic
def accredit(organisation: Organisation, applicant: Person, valid_from: date) -> None:
    """One organisation's way from a draft to its accreditation, for a year."""
    application = begin(organisation, applicant)
    show(application, applicant, EvidenceKind)
    submit_application(application=application, by=acting_as(applicant))
    take_application(application=application, by=officer())
    approve_application(
        application=application,
        seen=application.round,
        valid_from=valid_from,
        valid_until=valid_from + YEAR,
        by=officer(),
    )


def begin(organisation: Organisation, applicant: Person) -> AccreditationApplication:
    """A draft whose applicant has an account; what an earlier application showed is in it again."""
    by = starter()
    application = start_application(organisation=organisation, by=by)
    user = User.objects.filter(email=applicant.email).first()
    if user:
        name_applicant(application=application, user=user, by=by)
        return application
    invited = invite_applicant(
        application=application,
        email=applicant.email,
        given_name=applicant.given_name,
        family_name=applicant.family_name,
        work_phone=applicant.work_phone,
        line_manager_name=applicant.line_manager,
        line_manager_email=applicant.line_manager_email,
        job_title=applicant.job_title,
        by=by,
    )
    activate(applicant, invited)
    return application


def activate(person: Person, invited: Invited) -> User:
    """The invitation accepted, and an authenticator set up that the demo's screen can show."""
    credentials = credentials_of(person)
    user = accept_invitation(
        token=invited.token, code=invited.code, password=credentials.password, by=nobody()
    )
    TOTP.activate(user, credentials.totp_secret)
    return user


def show(
    application: AccreditationApplication, applicant: Person, kinds: Collection[EvidenceKind]
) -> None:
    """Evidence of these kinds by reference, in date for eighteen months, unless it is there."""
    shown = set(
        EvidenceItem.objects.filter(application=application, removed_at=None).values_list(
            "kind", flat=True
        )
    )
    today = timezone.localdate()
    for number, kind in enumerate(EvidenceKind, start=1):
        if kind not in kinds or kind.value in shown:
            continue
        add_evidence(
            application=application,
            new=NewEvidence(
                kind=kind,
                reference=f"Invented document {number}",
                dated_on=today - YEAR / 2,
                expires_on=today + YEAR * 3 / 2,
                version="3.1",
                contact_name=applicant.line_manager,
                contact_email=applicant.line_manager_email,
                contact_phone=applicant.work_phone,
            ),
            by=acting_as(applicant),
        )
