"""Teams, memberships, sites, duties and networks for tests; made directly, without events."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import (
    Duty,
    DutyKind,
    Network,
    Organisation,
    Site,
    SiteKind,
    SitePosting,
    Team,
    TeamMembership,
    User,
)


def team(organisation: Organisation, name: str = "", **facts: Any) -> Team:
    """An open team."""
    name = name or f"Team {Team.objects.count() + 1}"
    return Team.objects.create(organisation=organisation, name=name, **facts)


def member(
    of: Team,
    user: User,
    started_on: date | None = None,
    ended_on: date | None = None,
    **facts: Any,
) -> TeamMembership:
    """A membership, since a year ago if nothing is said; recorded when it began."""
    started = started_on or timezone.localdate() - timedelta(days=365)
    if ended_on is not None:
        facts.setdefault("end_recorded_at", noon(ended_on))
    facts.setdefault("recorded_at", noon(started))
    made: TeamMembership = TeamMembership.objects.create(
        team=of, user=user, started_on=started, ended_on=ended_on, **facts
    )
    return made


def posting(user: User, kind: SiteKind, code: str, **facts: Any) -> SitePosting:
    """Works at that site since a year ago; recorded when it began."""
    started = facts.pop("started_on", timezone.localdate() - timedelta(days=365))
    site, _ = Site.objects.get_or_create(kind=kind, code=code)
    if facts.get("ended_on"):
        facts.setdefault("end_recorded_at", noon(facts["ended_on"]))
    facts.setdefault("recorded_at", noon(started))
    made: SitePosting = SitePosting.objects.create(
        site=site, user=user, started_on=started, **facts
    )
    return made


def duty(of: Team, user: User, starts_at: datetime, hours: int = 12, **facts: Any) -> Duty:
    """An entry of the team's calendar."""
    facts.setdefault("kind", DutyKind.ON_CALL)
    ends_at = starts_at + timedelta(hours=hours)
    return Duty.objects.create(team=of, user=user, starts_at=starts_at, ends_at=ends_at, **facts)


def network(organisation: Organisation, cidr: str = "198.51.100.0/24", **facts: Any) -> Network:
    """A registered office network."""
    facts = {"name": "Town hall", "kind": "office", "place": "Testham", **facts}
    facts.setdefault("started_on", timezone.localdate())
    return Network.objects.create(organisation=organisation, cidr=cidr, **facts)


def noon(day: date) -> datetime:
    """Noon of that day in England."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time())) + timedelta(hours=12)
