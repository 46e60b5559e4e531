"""The people of a user base: who they are, what they hold, whether it counts today. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.models import RoleGrant, RoleRequest, User
from accounts.models.users import AccountStatus
from accounts.policies import Decision, Refused, can, deny, require
from accounts.querysets import UserQuerySet
from accounts.roles import Permission, Role
from accounts.team.standing import hindrances

PAGE_SIZE = 50
MOST_FOUND = 50
MOST_WORDS = 5
ENDING_WITHIN = timedelta(days=30)

NO_SUCH_PERSON = deny(
    "person-not-in-user-base",
    "There is no such account in your user base.",
    "Go back to your people and choose a person from the list.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilters:
    """What a team asks for: a status, a role, only roles that end soon, only who cannot work."""

    status: AccountStatus | None = None
    role: Role | None = None
    ending: bool = False
    hindered: bool = False

    @property
    def names(self) -> list[str]:
        """The filters in use, as the event of an export keeps them."""
        return [name for name in ("status", "role", "ending", "hindered") if getattr(self, name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """One person as a list shows them. `hindered_by` is empty when the account counts today."""

    user: User
    grants: list[RoleGrant]
    hindered_by: list[str]

    @property
    def ends_next(self) -> datetime | None:
        """When the first of their roles ends."""
        return min((grant.until for grant in self.grants if grant.until), default=None)


def require_team(by: Acting) -> int | None:
    """The base this person looks after, None for everybody's; raises `Refused`."""
    require(_manages(by), permission=Permission.MANAGE_ACCOUNTS.value)
    if by.has(Permission.READ_WHOLE_TRAIL) or by.base is None:
        return None
    return by.base.pk


def _manages(by: Acting) -> Decision:
    return can(by, Permission.MANAGE_ACCOUNTS)


def people_page(*, filters: PeopleFilters, number: str | None, by: Acting) -> Page[PersonRow]:
    """One page of the people of one's own user base, by family name. Raises `Refused`."""
    page = Paginator(people_in(filters, require_team(by)), PAGE_SIZE).get_page(number)
    page.object_list = [row_of(user) for user in page.object_list]
    return page


def find_people(*, words: str, by: Acting) -> list[PersonRow]:
    """At most 50 people whose names or e-mail address hold every word. Raises `Refused`."""
    wanted = reduce(Q.__and__, map(_holds, words.split()[:MOST_WORDS]), Q())
    found = people_in(PeopleFilters(), require_team(by)).filter(wanted)
    return [row_of(user) for user in found[:MOST_FOUND]]


def person_managed(*, key: UUID, by: Acting) -> User:
    """The person of this key, if they belong to one's own user base.

    Raises `Refused`, with the same answer for a person of another base and for nobody at all.
    """
    person: User | None = people_in(PeopleFilters(), require_team(by)).filter(key=key).first()
    if person is None:
        raise Refused(NO_SUCH_PERSON, permission=Permission.MANAGE_ACCOUNTS.value)
    return person


def grant_of(person: User, grant_id: int) -> RoleGrant:
    """One live grant of this person. Raises `Refused` when there is none (any more)."""
    for grant in grants_of(person):
        if grant.pk == grant_id:
            return grant
    raise Refused(NO_SUCH_GRANT, target_type="user", target_id=person.pk)


NO_SUCH_GRANT = deny(
    "grant-over",
    "This person does not hold that role any more.",
    "Look at their roles again.",
)


def grants_of(person: User) -> list[RoleGrant]:
    """The live grants of a person who came from `people_in`, as they were fetched with them."""
    return list(person.live_grants)  # type: ignore[attr-defined]  # prefetched


def open_requests(by: Acting) -> list[RoleRequest]:
    """Requests for powerful roles that wait for an answer in one's own user base."""
    base_id = require_team(by)
    requests = RoleRequest.objects.open().select_related(
        "user__employer__parent", "organisation__parent", "requested_by"
    )
    return list(requests if base_id is None else requests.in_user_base(base_id))


def count_ending(by: Acting) -> int:
    """How many roles of one's own user base end within 30 days."""
    people = people_in(PeopleFilters(), require_team(by))
    return RoleGrant.objects.filter(_ending(), user__in=people.order_by().values("pk")).count()


def people_in(filters: PeopleFilters, base_id: int | None) -> UserQuerySet:
    """The people of a base (None: all), filtered, with what a row needs, in three statements."""
    people = User.objects.get_queryset()
    if base_id is not None:
        people = people.in_user_base(base_id)
    grants = RoleGrant.objects.live().filter(user=OuterRef("pk"))
    conditions = Q()
    if filters.status:
        conditions &= Q(status=filters.status)
    if filters.role:
        conditions &= Q(Exists(grants.filter(permission__codename=filters.role)))
    if filters.ending:
        conditions &= Q(Exists(grants.filter(_ending())))
    if filters.hindered:
        conditions &= ~Q(Exists(RoleGrant.objects.in_standing().filter(user=OuterRef("pk"))))
        conditions &= ~Q(status=AccountStatus.CLOSED)
    live = RoleGrant.objects.live().order_by("pk")
    live = live.select_related("permission", "content_object__parent")
    chosen: UserQuerySet = (
        people.filter(conditions)
        .with_conditions()
        .prefetch_related(Prefetch("rolegrant_set", live, to_attr="live_grants"))
        .order_by("family_name", "given_name", "pk")
    )
    return chosen


def row_of(user: User) -> PersonRow:
    return PersonRow(user=user, grants=grants_of(user), hindered_by=hindrances(user))


def _ending() -> Q:
    return Q(until__gt=Now(), until__lte=Now() + ENDING_WITHIN)


def _holds(word: str) -> Q:
    return Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(email__icontains=word)
