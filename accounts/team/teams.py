"""The teams, places of work and networks of a user base, as its management team sees them. Reads
only; nobody's base but one's own.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.models import Duty, Network, Organisation, Team, TeamMembership, User
from accounts.policies import Refused, deny, require_permission
from accounts.querysets import OrganisationQuerySet, UserQuerySet
from accounts.roles import Permission

AHEAD = timedelta(days=28)  # of a calendar, beside what is under way
MOST_PAST = 100

NO_SUCH = deny(
    "not-in-user-base",
    "There is no such entry in your user base.",
    "Go back to your list and choose from it.",
)


def base_of(by: Acting) -> int:
    """The base whose teams this person keeps. Raises `Refused`."""
    require_permission(by, Permission.KEEP_TEAMS)
    if by.base is None:
        raise Refused(NO_SUCH, permission=Permission.KEEP_TEAMS.value)
    return by.base.pk


def organisations_of(by: Acting) -> OrganisationQuerySet:
    """The organisations that can have teams here."""
    return Organisation.objects.open().managed_by(base_of(by)).order_by("name")


def people_of(by: Acting) -> UserQuerySet:
    """The people who can be placed."""
    return User.objects.get_queryset().in_user_base(base_of(by))


def teams_of(by: Acting) -> list[Team]:
    """Every team of one's own base with `members` counted today; open ones first."""
    today = TeamMembership.objects.current().values("pk")
    teams = Team.objects.managed_by(base_of(by)).select_related("organisation")
    counted = teams.annotate(members=Count("memberships", filter=Q(memberships__in=today)))
    return sorted(counted, key=lambda team: (team.closed_at is not None, team.name.casefold()))


def team_of(key: UUID, by: Acting) -> Team:
    """One team with its memberships, newest first, and its calendar of the next four weeks.

    Raises `Refused`, with the same answer for another base's team and for none at all.
    """
    soon = Duty.objects.standing().filter(ends_at__gt=Now(), starts_at__lt=Now() + AHEAD)
    found: Team | None = (
        Team.objects.managed_by(base_of(by))
        .filter(key=key)
        .select_related("organisation__parent")
        .prefetch_related(
            Prefetch("memberships", TeamMembership.objects.select_related("user")),
            Prefetch("duties", soon.select_related("user"), to_attr="calendar"),
        )
        .first()
    )
    if found is None:
        raise Refused(NO_SUCH, permission=Permission.KEEP_TEAMS.value)
    return found


def membership_of(team: Team, number: int) -> TeamMembership:
    """A membership of this team that has not ended. Raises `Refused`."""
    found: TeamMembership | None = team.memberships.open().filter(pk=number).first()
    if found is None:
        raise Refused(NO_SUCH, target_type="team", target_id=team.pk)
    return found


def networks_of(by: Acting) -> list[Network]:
    """The networks registered for one's own base, those in use first."""
    base = base_of(by)
    networks = Network.objects.filter(Q(organisation=base) | Q(organisation__parent=base))
    rows = networks.select_related("organisation__parent", "authority")
    return sorted(rows, key=lambda each: (each.ended_on is not None, each.name.casefold()))


def network_of(key: UUID, by: Acting) -> Network:
    """One of them. Raises `Refused`."""
    for network in networks_of(by):
        if network.key == key:
            return network
    raise Refused(NO_SUCH, permission=Permission.KEEP_TEAMS.value)
