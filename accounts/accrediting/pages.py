"""Organisations and applications as their pages show them. A guess at a key gets the same answer as
one that exists and is not one's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Subquery
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import (
    Accreditation,
    AccreditationApplication,
    EvidenceItem,
    EvidenceKind,
    Organisation,
    Sanction,
)
from accounts.policies import (
    Decision,
    Refused,
    can_accredit,
    can_apply,
    can_decide,
    can_see_accreditation,
    can_see_application,
    deny,
    require,
    require_permission,
)
from accounts.querysets import LondonToday, OrganisationQuerySet
from accounts.roles import Permission
from accounts.states import State

A_PAGE = 25
Row = TypeVar("Row", Organisation, AccreditationApplication)

NO_SUCH_ORGANISATION = deny(
    "no-such-organisation",
    "There is no such organisation, or it is not yours to see.",
    "Check the list of organisations, or ask the team that manages it.",
)
NO_SUCH_APPLICATION = deny(
    "no-such-application",
    "There is no such application, or it is not yours to see.",
    "Check the list of applications, or ask the team that started it.",
)


@dataclass(frozen=True)
class Task:
    """One item of the applicant's list: what is shown, and whether it is in date today."""

    kind: EvidenceKind
    item: EvidenceItem | None
    is_current: bool

    @property
    def slug(self) -> str:
        """As addresses spell the kind."""
        return self.kind.value.replace("_", "-")

    @property
    def state(self) -> str:
        """In words."""
        if self.item is None:
            return "Missing"
        return "Done" if self.is_current else "Out of date"

    @property
    def colour(self) -> str:
        return {"Missing": "blue", "Done": "green"}.get(self.state, "red")


def kind_of(slug: str) -> EvidenceKind:
    """The kind an address names. Raises ValueError for none."""
    return EvidenceKind(slug.replace("-", "_"))


def organisation_shown(*, key: UUID, by: Acting) -> Organisation:
    """The organisation, for those who may see where it stands. Raises `Refused`."""
    rows = Organisation.objects.select_related("parent", "authority").filter(key=key)
    found: Organisation | None = with_state(rows).first()
    decision = can_see_accreditation(by, found) if found else NO_SUCH_ORGANISATION
    return _found(found, decision, NO_SUCH_ORGANISATION)


def application_shown(*, key: UUID, by: Acting) -> AccreditationApplication:
    """The application, for its applicant, its deputy or an officer. Raises `Refused`."""
    found = _application(key)
    decision = can_see_application(by, found) if found else NO_SUCH_APPLICATION
    return _found(found, decision, NO_SUCH_APPLICATION)


def application_managed(*, key: UUID, by: Acting) -> AccreditationApplication:
    """The application, for those who name its people. Raises `Refused`."""
    found = _application(key)
    decision = can_see_accreditation(by, found.organisation) if found else NO_SUCH_APPLICATION
    return _found(found, decision, NO_SUCH_APPLICATION)


def application_of_ones_own(*, key: UUID, by: Acting) -> AccreditationApplication:
    """The application, for its applicant or deputy alone. Raises `Refused`."""
    found = _application(key)
    decision = can_apply(by, found) if found else NO_SUCH_APPLICATION
    return _found(found, decision, NO_SUCH_APPLICATION)


# Of a row that exists and is another's, nothing more is said than of one that does not.
_ANOTHERS = frozenset({"other-user-base", "not-your-application"})


def _found(found: Row | None, decision: Decision, nothing: Decision) -> Row:
    if found is None or decision.code in _ANOTHERS:
        raise Refused(nothing)
    require(decision)
    return found


def _application(key: UUID) -> AccreditationApplication | None:
    found: AccreditationApplication | None = (
        AccreditationApplication.objects.select_related(
            "organisation__parent", "applicant", "deputy", "reviewer", "renews", "submitted_by"
        )
        .filter(key=key)
        .first()
    )
    return found


def tasks_of(application: AccreditationApplication) -> list[Task]:
    """The six items, each with what is shown for it today."""
    items = EvidenceItem.objects.filter(application=application, removed_at=None)
    today = timezone.localdate()
    shown = {item.kind: item for item in items.select_related("added_by")}
    return [
        Task(kind, item, item is not None and item.expires_on >= today)
        for kind in EvidenceKind
        for item in [shown.get(kind.value)]
    ]


def queue(*, number: str | None, by: Acting) -> Page[AccreditationApplication]:
    """What waits for an officer, the soonest due first; what lies with its applicant comes last.

    Raises `Refused`.
    """
    require_permission(by, Permission.ACCREDIT)
    rows = AccreditationApplication.objects.waiting().select_related(
        "organisation__parent", "reviewer"
    )
    return Paginator(rows, A_PAGE).get_page(number)


def overdue(page: Page[AccreditationApplication]) -> set[int]:
    """The ids of those on the page whose time is up and that lie with the officers."""
    today = timezone.localdate()
    return {
        row.pk
        for row in page.object_list
        if row.status != State.RETURNED and row.due_on and row.due_on < today
    }


def own_organisation(by: Acting) -> Organisation:
    """Where an applicant applies. Raises `Refused`."""
    require_permission(by, Permission.APPLY_FOR_ACCREDITATION)
    assert by.organisation is not None  # noqa: S101  a role is held somewhere
    return by.organisation


def state_of(organisation: Any) -> State | None:
    """Where an organisation that came `with_state` stands today, in one word of the table; None
    before it ever applied.
    """
    if organisation.in_force:
        return State.SANCTIONED if organisation.is_sanctioned else State.ACCREDITED
    if organisation.last_status is not None:
        withdrawn = organisation.last_status == State.WITHDRAWN
        return State.WITHDRAWN if withdrawn else State.LAPSED
    applied = organisation.application_status
    return State(applied) if applied else None


def with_state(rows: OrganisationQuerySet) -> OrganisationQuerySet:
    """Annotates what `state_of` reads, in the one statement that fetches the organisations."""
    own = {"organisation": OuterRef("pk")}
    begun = Accreditation.objects.filter(**own, valid_from__lte=LondonToday())
    applications = AccreditationApplication.objects.filter(**own)
    annotated: OrganisationQuerySet = rows.annotate(
        in_force=Exists(Accreditation.objects.in_force().filter(**own)),
        is_sanctioned=Exists(Sanction.objects.live().filter(**own)),
        last_status=Subquery(begun.values("status")[:1]),
        application_status=Subquery(applications.values("status")[:1]),
    )
    return annotated


def may_decide_on(organisation: Organisation, by: Acting) -> bool:
    """Whether an officer's links about the organisation make sense; every action asks again."""
    return can_accredit(by, organisation).allowed


def may_decide(application: AccreditationApplication, by: Acting) -> bool:
    """The same for the buttons under an application."""
    return can_decide(by, application).allowed
