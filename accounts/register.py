"""Reading the register of organisations: which ones somebody sees, found how, and one whole page.

Who may is asked of `policies/reshaping.py`; what changes an organisation stands in `actions`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from accounts.accrediting.pages import with_state
from accounts.acting import Acting
from accounts.models import Accreditation, Organisation, OrganisationIdentifier
from accounts.models.users import AccountStatus
from accounts.policies import Refused, can_read_register, deny, reads_whole_register, require
from accounts.querysets import OrganisationQuerySet
from accounts.roles import OrganisationKind

NOT_SEEN = deny(
    "not-in-your-register",
    "There is no such organisation in your user base.",
    "Look for it in the register, or ask the central team.",
)
PAGE_SIZE = 50
MOST_FOUND = 50


@dataclass(frozen=True)
class RegisterFilters:
    """What to show: of one kind, in one state ("open", "closed", "not-accredited")."""

    kind: OrganisationKind | None = None
    state: str = ""


def visible_organisations(by: Acting) -> OrganisationQuerySet:
    """A local team's own managing body and its employers; to those who oversee, all."""
    organisations: Any = Organisation.objects.all()
    if not reads_whole_register(by):
        own = organisations.managed_by(by.base.pk) if by.base else organisations.none()
        return cast(OrganisationQuerySet, own)
    return cast(OrganisationQuerySet, organisations)


def register_page(
    *, filters: RegisterFilters, number: str | None, by: Acting
) -> Page[Organisation]:
    """One page of the register, by name. Raises `Refused`."""
    require(can_read_register(by))
    rows = with_state(_with_counts(_filtered(visible_organisations(by), filters)))
    return Paginator(rows, PAGE_SIZE).get_page(number)


def find_organisations(*, words: str, by: Acting) -> list[Organisation]:
    """Those whose name holds the words, or who hold or held them as an identifier; at most fifty.

    Raises `Refused`.
    """
    require(can_read_register(by))
    value = words.replace(" ", "").upper()
    holders = OrganisationIdentifier.objects.filter(value=value).values("organisation")
    found = visible_organisations(by).filter(Q(name__icontains=words.strip()) | Q(pk__in=holders))
    return list(with_state(_with_counts(found))[:MOST_FOUND])


def organisation_seen(*, key: UUID, by: Acting) -> Organisation:
    """One organisation, if it is one of those somebody sees. Raises `Refused`; whether a key exists
    elsewhere is not said.
    """
    require(can_read_register(by))
    rows = with_state(_with_counts(visible_organisations(by)))
    seen: Organisation | None = (
        rows.select_related("parent", "authority", "successor").filter(key=key).first()
    )
    if seen is None:
        raise Refused(NOT_SEEN, target_type="organisation")
    return seen


def _filtered(rows: OrganisationQuerySet, filters: RegisterFilters) -> OrganisationQuerySet:
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.state == "closed":
        return rows.filter(closed_at__isnull=False)
    if filters.state == "not-accredited":
        return rows.open().exclude(_accredited_today())
    return rows.open() if filters.state == "open" else rows


def _accredited_today() -> Q:
    """Condition: the organisation of the row and the one above it are both accredited today."""
    in_force = Accreditation.objects.in_force().values("organisation")
    return Q(pk__in=in_force) & (Q(parent__isnull=True) | Q(parent__in=in_force))


def _with_counts(rows: OrganisationQuerySet) -> OrganisationQuerySet:
    """How many open accounts each has, and how many employers it manages."""
    open_account = ~Q(staff__status=AccountStatus.CLOSED)
    open_employer = Q(employers__closed_at__isnull=True)
    counted: OrganisationQuerySet = rows.select_related("parent").annotate(
        people=Count("staff", filter=open_account, distinct=True),
        employers_managed=Count("employers", filter=open_employer, distinct=True),
    )
    by_name: OrganisationQuerySet = counted.order_by("name", "pk")
    return by_name
