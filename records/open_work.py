"""What a person has open: enquiries, involvements, referrals. And who could take it over.

What a team hands over when an account is stopped (`records.actions.handing_over`). No child is
named here: an involvement says the number of the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case, Count, IntegerField, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from accounts.encryption import decrypt
from accounts.models import RoleGrant, TeamMembership, User
from accounts.roles import PERMISSIONS, Permission
from records.models import Enquiry, Involvement, Referral
from records.purposes import Purpose, purposes_for
from records.visibility import SENSITIVE

MOST_COLLEAGUES = 200  # of one choice; those of the person's own teams stand first
MOST_GRANTS = 1_000
_INVOLVED = [role for role, may in PERMISSIONS.items() if Permission.RECORD_INVOLVEMENT in may]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One piece of work, in words, and the colleagues who may take it over."""

    id: int
    words: str
    since: date | datetime
    takers: list[User] = field(default_factory=list)
    team: str = ""  # to whom it goes if no colleague takes it; an enquiry has none


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Everything that would be without an owner. Referrals have one: the organisation that received
    them; they are shown so that somebody looks after them.
    """

    enquiries: list[OpenItem]
    involvements: list[OpenItem]
    referrals: list[OpenItem]


@dataclass(frozen=True, slots=True)
class OpenCounts:
    """How much of each."""

    enquiries: int
    involvements: int
    referrals: int

    @property
    def to_hand_over(self) -> int:
        """What somebody else has to take."""
        return self.enquiries + self.involvements


def count_open_work(person: User) -> OpenCounts:
    """How much a person has open. One statement."""
    counted = User.objects.filter(pk=person.pk).values_list(
        _count(Enquiry.objects.open().filter(holder=person)),
        _count(live_involvements(person)),
        _count(Referral.objects.open().filter(recorded_by=person)),
    )
    return OpenCounts(*counted.get())


def _count(rows: QuerySet[Any]) -> Coalesce:
    one = rows.order_by().annotate(one=Value(1)).values("one")
    return Coalesce(Subquery(one.annotate(n=Count("pk")).values("n")), 0)


def open_work_of(person: User) -> OpenWork:
    """What a person has open, oldest first, with who could take it."""
    enquiries = Enquiry.objects.open().filter(holder=person).order_by("opened_at", "pk")
    involvements = live_involvements(person).select_related("service", "team", "practitioner")
    referrals = Referral.objects.open().filter(recorded_by=person)
    held, works = list(enquiries), list(involvements.order_by("started_on", "pk"))
    places = {each.organisation_id for each in held} | {place_of(each) for each in works}
    colleagues = _colleagues(person, places)
    return OpenWork(
        [_enquiry(each, colleagues) for each in held],
        [_involvement(each, colleagues) for each in works],
        [_referral(each) for each in referrals.select_related("team", "organisation")],
    )


def live_involvements(person: User) -> QuerySet[Involvement]:
    """What a person works on with a child now."""
    return Involvement.objects.filter(practitioner=person, ended_on__isnull=True)


def place_of(involvement: Involvement) -> int:
    """The organisation whose people can take over an involvement: the service's, else its
    practitioner's employer.
    """
    practitioner = involvement.practitioner
    if involvement.service.organisation_id is not None or practitioner is None:
        return involvement.service.organisation_id or 0
    return practitioner.employer_id


def may_take_involvements(role: str) -> bool:
    """Whether somebody in this role keeps involvements."""
    return role in _INVOLVED


def _colleagues(person: User, places: Iterable[int]) -> dict[int, list[RoleGrant]]:
    """By organisation, who holds a role there today; the person's team-mates first."""
    teams = TeamMembership.objects.current().filter(user=person).values("team")
    mates = TeamMembership.objects.current().filter(team__in=teams).values("user")
    grants = (
        RoleGrant.objects.in_standing()
        .filter(content_object__in=list(places))
        .exclude(user=person)
        .annotate(
            far=Case(
                When(user__in=mates, then=Value(0)), default=Value(1), output_field=IntegerField()
            )
        )
        .select_related("user", "permission")
        .order_by("far", "user__family_name", "user__given_name", "pk")
    )
    found: dict[int, list[RoleGrant]] = {}
    for grant in grants[:MOST_GRANTS]:
        found.setdefault(grant.content_object_id, []).append(grant)
    return found


def _enquiry(enquiry: Enquiry, colleagues: dict[int, list[RoleGrant]]) -> OpenItem:
    purpose = Purpose(enquiry.purpose)
    takers = [
        grant.user
        for grant in colleagues.get(enquiry.organisation_id, [])
        if purpose is not Purpose.MEDIATED and purpose in purposes_for(grant.role)
    ]
    words = f"{decrypt(enquiry.case_reference)}: {purpose.label}"
    return OpenItem(enquiry.pk, words, enquiry.opened_at, _first(takers))


def _involvement(involvement: Involvement, colleagues: dict[int, list[RoleGrant]]) -> OpenItem:
    takers = [
        grant.user
        for grant in colleagues.get(place_of(involvement), [])
        if may_take_involvements(grant.role)
    ]
    service = SENSITIVE if involvement.service.is_sensitive else involvement.service.name
    lead = ", leads the work" if involvement.is_lead else ""
    words = f"Record number {involvement.child_id}: {service}{lead}"
    team = involvement.team.name if involvement.team else service
    return OpenItem(involvement.pk, words, involvement.started_on, _first(takers), team)


def _referral(referral: Referral) -> OpenItem:
    where = referral.team.name if referral.team else referral.organisation.name
    child = f"record number {referral.child_id}" if referral.child_id else "child not named yet"
    return OpenItem(
        referral.pk, f"{child.capitalize()}, from {referral.sender}", referral.came_at, team=where
    )


def _first(takers: list[User]) -> list[User]:
    """Each once, however many roles they hold."""
    return list({user.pk: user for user in takers}.values())[:MOST_COLLEAGUES]
