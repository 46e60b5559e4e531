"""Organisations of the demonstration that are on their way: a draft, one in the queue, one under
review, one returned with a question, and an accredited one under a sanction.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.actions import (
    Seen,
    ask_question,
    create_organisation,
    sanction_organisation,
    submit_application,
    take_application,
)
from accounts.impact import impact_of
from accounts.models import AccreditationApplication, EvidenceKind, Organisation
from accounts.roles import OrganisationKind, Role
from accounts.states import SanctionLevel, State
from contactpoint.invented.accredit import accredit, acting_as, begin, officer, show
from contactpoint.invented.people import PEOPLE, Person

QUESTION = "Who receives a referral while the HR contact is away?"
LACKING = frozenset({EvidenceKind.TRAINING, EvidenceKind.INVESTIGATION})


@dataclass(frozen=True, kw_only=True)
class Applying:
    """One of them; `state` is where it stops. An applicant named in `people.csv` is shown."""

    key: str
    name: str
    state: State
    applicant: str
    phone: int

    @property
    def person(self) -> Person:
        """The applicant."""
        shown = (p for p in PEOPLE if p.role is Role.APPLICANT and p.at == self.key)
        given_name, family_name = self.applicant.split(" ", 1)
        return next(shown, None) or Person(
            role=Role.APPLICANT,
            at=self.key,
            given_name=given_name,
            family_name=family_name,
            job_title="Head of service",
            line_manager="Tobias Renshaw",
            phone=self.phone,
        )


APPLYING = (
    Applying(key="harbour", name="Harbour Youth Trust", state=State.DRAFT,
             applicant="Nadia Rosen", phone=951),
    Applying(key="moorgate", name="Moorgate Young Carers", state=State.SUBMITTED,
             applicant="Oscar Whitfield", phone=952),
    Applying(key="kestrel", name="Kestrel Advocacy", state=State.UNDER_REVIEW,
             applicant="Priya Sandhu", phone=953),
    Applying(key="westbrook", name="Westbrook Family Help", state=State.RETURNED,
             applicant="Quentin Marsh", phone=954),
    Applying(key="orchard", name="Orchard Children's Aid", state=State.SANCTIONED,
             applicant="Ruth Okonjo", phone=955),
)  # fmt: skip


def apply_all(by: Acting) -> None:
    """Brings them into being, each once. `by` is the demo operator."""
    known = set(Organisation.objects.values_list("name", flat=True))
    for one in APPLYING:
        if one.name not in known:
            _bring(one, by)


@transaction.atomic
def _bring(one: Applying, by: Acting) -> None:
    body = create_organisation(
        kind=OrganisationKind.NATIONAL_PARTNER, name=one.name, is_invented=True, by=by
    )
    if one.state is State.SANCTIONED:
        accredit(body, one.person, timezone.localdate())
        _sanction(body)
        return
    application = begin(body, one.person)
    lacking = LACKING if one.state is State.DRAFT else frozenset()
    show(application, one.person, set(EvidenceKind) - lacking)
    _advance(application, one)


def _advance(application: AccreditationApplication, one: Applying) -> None:
    if one.state is State.DRAFT:
        return
    submit_application(application=application, by=acting_as(one.person))
    if one.state is State.SUBMITTED:
        return
    take_application(application=application, by=officer())
    if one.state is State.RETURNED:
        ask_question(application=application, seen=application.round, text=QUESTION, by=officer())


def _sanction(body: Organisation) -> None:
    sanction_organisation(
        organisation=body,
        level=SanctionLevel.READ_ONLY,
        reason="The yearly report on training has not been sent.",
        seen=Seen(None, impact_of(body).users),
        by=officer(),
    )
