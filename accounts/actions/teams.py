"""Teams, who is in them, where people work and when: kept by the local team, row by row.

Conditional updates: who comes second changes nothing and leaves no event. Whole files come through
`accounts.feeds`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone
from psycopg2.errors import UniqueViolation

from accounts.acting import Acting
from accounts.models import (
    Duty,
    DutyKind,
    Organisation,
    ShiftPattern,
    Site,
    SiteKind,
    SitePosting,
    Team,
    TeamMembership,
    User,
)
from accounts.policies import Decision, require
from accounts.policies.teams import can_change_team, can_keep_teams, can_place
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append


class NameTaken(Exception):
    """The organisation has an open team of that name."""


class AlreadyThere(Exception):
    """The same is recorded and has not ended."""


@contextmanager
def doubles_are(problem: type[Exception]) -> Iterator[None]:
    """What the database refuses as a double is raised as `problem`; anything else as it is."""
    try:
        yield
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise problem from None
        raise


def create_team(*, organisation: Organisation, name: str, by: Acting) -> Team:
    """A team of `organisation`, without members yet. Raises `Refused` and `NameTaken`."""
    _require(can_keep_teams(by, organisation), "organisation", organisation.pk)
    with doubles_are(NameTaken), transaction.atomic():
        team = Team.objects.create(organisation=organisation, name=name.strip())
        _tell(EventType.TEAM_CREATED, team, by, organisation_id=organisation.pk)
    return team


def rename_team(*, team: Team, name: str, by: Acting) -> bool:
    """Its new name; False when that is its name. Raises `Refused` and `NameTaken`."""
    _require(can_change_team(by, team), "team", team.pk)
    with doubles_are(NameTaken), transaction.atomic():
        changed = Team.objects.open().filter(pk=team.pk).exclude(name=name.strip())
        if not changed.update(name=name.strip()):
            return False
        _tell(EventType.TEAM_AMENDED, team, by, fields=["name"])
    return True


def close_team(*, team: Team, by: Acting) -> bool:
    """Ends the team and every membership in it today. False when it was closed."""
    _require(can_change_team(by, team), "team", team.pk)
    today = timezone.localdate()
    with transaction.atomic():
        if not Team.objects.open().filter(pk=team.pk).update(closed_at=Now()):
            return False
        for membership in team.memberships.open().select_for_update():
            _end(membership, today, by)
        Duty.objects.standing().filter(team=team, starts_at__gt=Now()).update(withdrawn_at=Now())
        _tell(EventType.TEAM_CLOSED, team, by)
    return True


def add_member(
    *,
    team: Team,
    user: User,
    started_on: date,
    pattern: ShiftPattern = ShiftPattern.DAY,
    by: Acting,
) -> TeamMembership:
    """`user` is in the team from that day on. Raises `Refused` and `AlreadyThere`."""
    _require(can_change_team(by, team), "team", team.pk)
    _require(can_place(by, user, team.organisation.base.pk), "user", user.pk)
    with doubles_are(AlreadyThere), transaction.atomic():
        membership = TeamMembership.objects.create(
            team=team, user=user, started_on=started_on, pattern=pattern, recorded_by=by.user
        )
        _tell(
            EventType.TEAM_MEMBER_ADDED,
            team,
            by,
            user_id=user.pk,
            valid_from=started_on.isoformat(),
        )
    return membership


def remove_member(*, membership: TeamMembership, ended_on: date, by: Acting) -> bool:
    """The last day in the team. False when it had ended. Raises `Refused`, and ValueError for a
    day before the first.
    """
    team = membership.team
    _require(can_change_team(by, team), "team", team.pk)
    if ended_on < membership.started_on:
        raise ValueError("a membership ends on or after its first day")
    with transaction.atomic():
        return _end(membership, ended_on, by)


def _end(membership: TeamMembership, ended_on: date, by: Acting) -> bool:
    last_day = max(ended_on, membership.started_on)
    live = TeamMembership.objects.open().filter(pk=membership.pk)
    if not live.update(ended_on=last_day, end_recorded_at=Now()):
        return False
    _tell(
        EventType.TEAM_MEMBER_REMOVED,
        membership.team,
        by,
        user_id=membership.user_id,
        valid_until=last_day.isoformat(),
    )
    return True


def post_to_site(
    *, user: User, kind: SiteKind, code: str, name: str = "", started_on: date, by: Acting
) -> SitePosting:
    """`user` works at that school, practice or hospital from that day on; a site first met here is
    made. Raises `Refused` and `AlreadyThere`.
    """
    _require(can_place(by, user, user.employer.base.pk), "user", user.pk)
    with doubles_are(AlreadyThere), transaction.atomic():
        site, is_new = Site.objects.get_or_create(
            kind=kind, code=code, defaults={"name": name.strip()}
        )
        if name.strip() and not is_new and not site.name:
            Site.objects.filter(pk=site.pk, name="").update(name=name.strip())
        posting = SitePosting.objects.create(
            site=site, user=user, started_on=started_on, recorded_by=by.user
        )
        _tell_posting(posting, by, valid_from=started_on.isoformat())
    return posting


def end_posting(*, posting: SitePosting, ended_on: date, by: Acting) -> bool:
    """The last day at the site. False when it had ended. Raises `Refused`, and ValueError for a day
    before the first.
    """
    _require(can_place(by, posting.user, posting.user.employer.base.pk), "user", posting.user_id)
    if ended_on < posting.started_on:
        raise ValueError("a posting ends on or after its first day")
    with transaction.atomic():
        live = SitePosting.objects.open().filter(pk=posting.pk)
        if not live.update(ended_on=ended_on, end_recorded_at=Now()):
            return False
        _tell_posting(posting, by, valid_until=ended_on.isoformat())
    return True


def add_duty(
    *, team: Team, user: User, kind: DutyKind, starts_at: datetime, ends_at: datetime, by: Acting
) -> Duty:
    """One entry of the team's calendar. Raises `Refused`, `AlreadyThere`, and ValueError unless it
    ends within 31 days after it began.
    """
    _require(can_change_team(by, team), "team", team.pk)
    _require(can_place(by, user, team.organisation.base.pk), "user", user.pk)
    if not 0 < (ends_at - starts_at).total_seconds() <= 31 * 86_400:
        raise ValueError("a duty ends after it began, within 31 days")
    with doubles_are(AlreadyThere), transaction.atomic():
        duty = Duty.objects.create(
            team=team,
            user=user,
            kind=kind,
            starts_at=starts_at,
            ends_at=ends_at,
            recorded_by=by.user,
        )
        _tell(EventType.ROTA_AMENDED, team, by, user_id=user.pk, duty_id=duty.pk, to=kind.value)
    return duty


def withdraw_duty(*, duty: Duty, by: Acting) -> bool:
    """Takes an entry out of the calendar; it stays in its history. False when it was out."""
    _require(can_change_team(by, duty.team), "team", duty.team_id)
    with transaction.atomic():
        if not Duty.objects.standing().filter(pk=duty.pk).update(withdrawn_at=Now()):
            return False
        _tell(
            EventType.ROTA_AMENDED,
            duty.team,
            by,
            user_id=duty.user_id,
            duty_id=duty.pk,
            to="withdrawn",
        )
    return True


def _require(decision: Decision, target_type: str, target_id: int) -> None:
    require(
        decision,
        permission=Permission.KEEP_TEAMS.value,
        target_type=target_type,
        target_id=target_id,
    )


def _tell(event: EventType, team: Team, by: Acting, **detail: Any) -> None:
    append(event, actor=by.actor, target_type="team", target_id=team.pk, detail=detail)


def _tell_posting(posting: SitePosting, by: Acting, **days: str) -> None:
    append(
        EventType.ACCOUNT_AMENDED,
        actor=by.actor,
        target_type="user",
        target_id=posting.user_id,
        detail={"fields": ["sites"], "site_id": posting.site_id, **days},
    )
