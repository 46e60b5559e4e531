"""Applications for accreditation at any state, with their evidence and people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.acting import Acting
from accounts.models import AccreditationApplication, EvidenceItem, EvidenceKind, Organisation
from accounts.roles import Role
from accounts.states import State
from tests.factories.accounts import LocalAuthorityFactory, UserFactory, acting_under, grant

YEAR = timedelta(days=365)
ON_THE_WAY = {
    State.DRAFT: [],
    State.SUBMITTED: [State.SUBMITTED],
    State.UNDER_REVIEW: [State.SUBMITTED, State.UNDER_REVIEW],
    State.RETURNED: [State.SUBMITTED, State.UNDER_REVIEW, State.RETURNED],
    State.GIVEN_UP: [State.GIVEN_UP],
}


def applicant_of(organisation: Organisation) -> Acting:
    """Somebody employed there who may do nothing but apply."""
    return acting_under(grant(UserFactory(employer=organisation), Role.APPLICANT, organisation))


def evidence(
    application: AccreditationApplication, kind: EvidenceKind, **facts: Any
) -> EvidenceItem:
    """One item in date, by reference."""
    today = timezone.localdate()
    given = {
        "reference": "INVENTED-7",
        "version": "2.0",
        "dated_on": today - YEAR,
        "expires_on": today + YEAR,
        "contact_name": "Pat Example",
        "contact_email": "hr@authority.example",
        **facts,
    }
    return EvidenceItem.objects.create(application=application, kind=kind, **given)


def application(
    state: State = State.DRAFT,
    *,
    at: Organisation | None = None,
    lacking: frozenset[EvidenceKind] = frozenset(),
    **facts: Any,
) -> AccreditationApplication:
    """An application of an organisation that is not accredited, brought to `state` along the
    table, with all evidence but what it is `lacking`.
    """
    organisation = at or LocalAuthorityFactory(accredited=False)
    applicant = facts.pop("applicant", None) or applicant_of(organisation).user
    made = AccreditationApplication.objects.create(
        organisation=organisation, applicant=applicant, **facts
    )
    for kind in set(EvidenceKind) - lacking:
        evidence(made, kind)
    rows = AccreditationApplication.objects.filter(pk=made.pk)
    if ON_THE_WAY[state] and state != State.GIVEN_UP:
        rows.update(
            round=1,
            submitted_by=applicant,
            submitted_at=timezone.now(),
            due_on=timezone.localdate() + timedelta(days=14),
        )
    for step in ON_THE_WAY[state]:
        rows.update(status=step)
    arrived: AccreditationApplication = rows.select_related("organisation__parent").get()
    return arrived


def applying(made: AccreditationApplication) -> Acting:
    """The applicant of an application, ready to act on it."""
    grants = made.applicant.rolegrant_set.filter(permission__codename=Role.APPLICANT)
    return acting_under(grants.get())
