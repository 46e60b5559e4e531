"""Fetching child records: few statements, whole rows. No rules and no events here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import F, FilteredRelation, OuterRef, Prefetch, Q, Subquery

from accounts.models import TeamMembership
from records.models import (
    ChildName,
    ChildRecord,
    FieldDispute,
    Involvement,
    NameUse,
    PracticeRegistration,
    SchoolPlace,
    Shield,
)
from records.shielding import Part, hidden_by


@dataclass(frozen=True, slots=True)
class ResultRow:
    """The little that a list of results needs; `names` are all recorded ones, current first."""

    child_id: int
    key: UUID
    sex: str
    authority: str
    authority_code: str
    hidden: frozenset[Part]
    born_on: date | None
    born_year: int | None
    names: tuple[ChildName, ...]


def result_rows(child_ids: Sequence[int]) -> dict[int, ResultRow]:
    """The rows of these children by id, in two statements (none for no ids)."""
    if not child_ids:
        return {}
    names = _names_of(child_ids)
    children = (
        ChildRecord.objects.filter(pk__in=child_ids)
        .annotate(
            birth=FilteredRelation("birth_dates", condition=Q(birth_dates__is_current=True)),
            born_on=F("birth__born_on"),
            born_year=F("birth__born_year"),
            shield=Subquery(
                Shield.objects.live().filter(child=OuterRef("pk")).values("profile")[:1]
            ),
        )
        .select_related("authority")
    )
    return {
        child.pk: ResultRow(
            child_id=child.pk,
            key=child.key,
            sex=child.sex,
            authority=child.authority.name if child.authority else "",
            authority_code=child.authority_id or "",
            hidden=hidden_by(child.shield),
            born_on=child.born_on,
            born_year=child.born_year,
            names=tuple(names[child.pk]),
        )
        for child in children
    }


def _names_of(child_ids: Sequence[int]) -> dict[int, list[ChildName]]:
    names: dict[int, list[ChildName]] = defaultdict(list)
    for name in ChildName.objects.filter(child__in=child_ids).order_by("pk"):
        position = 0 if name.use == NameUse.CURRENT else len(names[name.child_id])
        names[name.child_id].insert(position, name)
    return names


def whole_record(key: UUID) -> ChildRecord:
    """One record with everything that is shown of it. Raises `ChildRecord.DoesNotExist`."""
    return (
        ChildRecord.objects.select_related("authority__organisation")
        .prefetch_related(  # type: ignore[no-redef]  # the model names the attribute, too
            "names",
            "birth_dates",
            "addresses",
            "carers",
            "identifiers",
            "source_links",
            Prefetch(
                "disputes",
                queryset=FieldDispute.objects.filter(resolved_at__isnull=True).order_by("pk"),
            ),
            Prefetch("school_places", queryset=SchoolPlace.objects.select_related("school")),
            Prefetch(
                "registrations", queryset=PracticeRegistration.objects.select_related("practice")
            ),
            Prefetch(
                "involvements",
                queryset=Involvement.objects.select_related(
                    "service__organisation", "practitioner", "team"
                ).order_by("-started_on", "pk"),
            ),
            Prefetch(
                "involvements__team__memberships",
                queryset=TeamMembership.objects.select_related("user"),
            ),
            # Last: a shield that is committed while the rest is read hides it.
            Prefetch("shields", queryset=Shield.objects.live(), to_attr="live_shields"),
        )
        .get(key=key)
    )
