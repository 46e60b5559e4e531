"""Loads who works where: organisations, accounts, teams, places of work, rotas, homes."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from accounts.households import Home, home_hashes, keys_of, postcode_hash
from accounts.models import (
    Authority,
    Duty,
    Network,
    Organisation,
    Site,
    SitePosting,
    StaffHousehold,
    Team,
    TeamMembership,
    User,
)
from accounts.models.networks import NetworkKind
from accounts.models.teams import DutyKind, ShiftPattern, SiteKind
from accounts.models.users import AccountStatus
from accounts.roles import OrganisationKind
from audit.detection.looks import day_of
from audit.detection.models import PersonDay
from audit.detection.replay.folder import Folder, moment, number

USING = "owner"
BATCH = 2_000
UNUSABLE = "!"
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_ODD = re.compile(r"[^A-Za-z0-9_.: -]")


@dataclass
class People:
    """What the rest of the loading looks up: rows by the names of the files."""

    authorities: dict[str, Authority] = field(default_factory=dict)
    bases: dict[str, Organisation] = field(default_factory=dict)
    organisations: dict[tuple[str, str], Organisation] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    sites: dict[tuple[str, str], str] = field(default_factory=dict)
    homes: dict[int, StaffHousehold] = field(default_factory=dict)


def code_of(kind: str, n: int) -> str:
    """A code in the shape of its kind for the n-th school or practice."""
    return f"{n:06d}" if kind == SiteKind.SCHOOL else f"P{n:06d}"


def role_name(text: str) -> str:
    """A role's name as the ledger takes it."""
    return _ODD.sub("-", text)[:100] or "unknown"


def load_people(folder: Folder) -> People:
    """Everything about people, in the order of what refers to what."""
    people = People()
    users = list({row["user_id"]: row for row in folder.table("users")}.values())
    _authorities(people, folder, users)
    _organisations(people, folder, users)
    _users(people, users)
    _teams(people, folder, users)
    _sites(people, folder, users)
    _rota(people, folder)
    _networks(people, folder)
    _homes(people, users)
    return people


def _authorities(people: People, folder: Folder, users: list[dict[str, str]]) -> None:
    names = {row.get("local_authority", ""): row for row in folder.table("local_authorities")}
    for row in [*users, *folder.table("children")]:
        names.setdefault(row.get("local_authority", ""), {})
    for table in ("child_moves", "team_changes"):
        for row in folder.table(table):
            names.setdefault(row.get("from_la", ""), {})
            names.setdefault(row.get("to_la", ""), {})
    names.pop("", None)
    for n, (name, row) in enumerate(sorted(names.items()), start=1):
        people.authorities[name] = Authority(
            gss_code=f"W{n:08d}",
            name=f"World {name}"[:100],
            kind="world",
            region_code="W00000000",
            region=row.get("region", "")[:40] or "World",
        )
    Authority.objects.using(USING).bulk_create(people.authorities.values(), BATCH)
    people.bases = {
        name: Organisation(
            kind=OrganisationKind.LOCAL_AUTHORITY,
            name=f"World {name}"[:160],
            authority=authority,
            is_invented=True,
        )
        for name, authority in people.authorities.items()
    }
    Organisation.objects.using(USING).bulk_create(people.bases.values(), BATCH)


def _organisations(people: People, folder: Folder, users: list[dict[str, str]]) -> None:
    wanted = {(row.get("organisation", ""), row.get("local_authority", "")) for row in users}
    for name, where in sorted(wanted):
        base = people.bases.get(where)
        people.organisations[name, where] = Organisation(
            kind=OrganisationKind.EMPLOYER if base else OrganisationKind.NATIONAL_PARTNER,
            name=(name or "Unknown")[:160],
            parent=base,
            is_invented=True,
        )
    rows = people.organisations.values()
    Organisation.objects.using(USING).bulk_create(rows, BATCH)


def _users(people: People, rows: list[dict[str, str]]) -> None:
    for n, row in enumerate(rows, start=1):
        employer = people.organisations[row.get("organisation", ""), row.get("local_authority", "")]
        people.users[row["user_id"]] = User(
            email=f"u{n}@world.invalid",
            password=UNUSABLE,
            given_name=row.get("forename", "")[:80],
            family_name=row.get("surname", "")[:80],
            job_title=row.get("role", "")[:120],
            work_phone="0",
            line_manager_name="Manager",
            line_manager_email=f"m{n}@world.invalid",
            employer=employer,
            employer_since=moment(row.get("start_date", "")) or LONG_AGO,
            status=AccountStatus.ACTIVE,
            is_invented=True,
        )
    User.objects.using(USING).bulk_create(people.users.values(), BATCH)
    PersonDay.objects.using(USING).bulk_create(
        PersonDay(
            person=people.users[row["user_id"]].pk,
            on=day_of(last),
            role=role_name(row.get("role", "")),
            bands=[0, 0, 0, 0],
        )
        for row in rows
        if (last := moment(row.get("last_activity_at", "")))
    )


def _teams(people: People, folder: Folder, rows: list[dict[str, str]]) -> None:
    changes: dict[str, list[dict[str, str]]] = defaultdict(list)
    homes: dict[str, Organisation] = {}
    for row in rows:
        employer = people.users[row["user_id"]].employer
        if row.get("team"):
            homes.setdefault(row["team"], employer)
    for row in folder.table("team_changes"):
        changes[row["user_id"]].append(row)
        for which, where in (("from_team", "from_la"), ("to_team", "to_la")):
            base = people.bases.get(row.get(where, ""))
            if row.get(which) and base:
                homes.setdefault(row[which], base)
    for row in folder.table("referrals"):
        base = people.bases.get(row.get("local_authority", ""))
        if row.get("team") and base:
            homes.setdefault(row["team"], base)
    people.teams = {
        name: Team(organisation=organisation, name=name[:120], recorded_at=LONG_AGO)
        for name, organisation in sorted(homes.items())
    }
    Team.objects.using(USING).bulk_create(people.teams.values(), BATCH)
    spells = [spell for row in rows for spell in _spells(people, row, changes[row["user_id"]])]
    TeamMembership.objects.using(USING).bulk_create(spells, BATCH)


def _spells(
    people: People, row: dict[str, str], changes: list[dict[str, str]]
) -> list[TeamMembership]:
    """From team to team: each until the day before the next."""
    user = people.users[row["user_id"]]
    changes = sorted(changes, key=lambda change: change.get("effective_at", ""))
    names = [change.get("from_team", "") for change in changes]
    names.append(changes[-1].get("to_team", "") if changes else row.get("team", ""))
    starts = [LONG_AGO, *(moment(change["effective_at"]) or LONG_AGO for change in changes)]
    told = [moment(change.get("recorded_at", "")) for change in changes]
    known: list[datetime] = [LONG_AGO] + [
        at or start for at, start in zip(told, starts[1:], strict=True)
    ]
    found = []
    for n, name in enumerate(names):
        team = people.teams.get(name)
        if team is None:
            continue
        last = n == len(names) - 1
        ended = None if last else max(starts[n], starts[n + 1] - timedelta(days=1)).date()
        found.append(
            TeamMembership(
                team=team,
                user=user,
                pattern=_pattern(row.get("shift", "")),
                started_on=starts[n].date(),
                ended_on=ended,
                recorded_at=known[n],
                end_recorded_at=None if last else known[n + 1],
            )
        )
    return found


def _pattern(text: str) -> str:
    return text if text in ShiftPattern.values else ShiftPattern.DAY


def _sites(people: People, folder: Folder, rows: list[dict[str, str]]) -> None:
    """The codes of schools and practices, and who works there. A place of work without a child is
    of no use and left out.
    """
    children = folder.table("children")
    kinds = ((SiteKind.SCHOOL, "school_id"), (SiteKind.PRACTICE, "gp_id"))
    for kind, column in kinds:
        names = sorted({row.get(column, "") for row in children} - {""})
        for n, name in enumerate(names, start=1):
            people.sites[kind, name] = code_of(kind, n)
    made = {
        (kind, name): Site(kind=kind, code=code, recorded_at=LONG_AGO)
        for (kind, name), code in people.sites.items()
    }
    Site.objects.using(USING).bulk_create(made.values(), BATCH)
    postings = [
        SitePosting(
            site=made[kind, name],
            user=people.users[row["user_id"]],
            started_on=LONG_AGO.date(),
            recorded_at=LONG_AGO,
        )
        for row in rows
        for name in sorted(set(row.get("site_ids", "").split(";")))
        for kind, _ in kinds
        if (kind, name) in made
    ]
    SitePosting.objects.using(USING).bulk_create(postings, BATCH)


def _rota(people: People, folder: Folder) -> None:
    """Who is on the rota is on call then: a duty that explains faintly, and working hours."""
    team_of = dict(
        TeamMembership.objects.using(USING)
        .filter(ended_on__isnull=True)
        .values_list("user_id", "team_id")
    )
    duties: dict[tuple[int, datetime], Duty] = {}
    for row in folder.table("rota"):
        user = people.users.get(row.get("user_id", ""))
        starts, ends = moment(row.get("starts_at", "")), moment(row.get("ends_at", ""))
        if user is None or starts is None or ends is None or user.pk not in team_of:
            continue
        if starts < ends <= starts + timedelta(days=31):
            duties[user.pk, starts] = Duty(
                team_id=team_of[user.pk],
                user=user,
                kind=DutyKind.ON_CALL,
                starts_at=starts,
                ends_at=ends,
                recorded_at=LONG_AGO,
            )
    Duty.objects.using(USING).bulk_create(duties.values(), BATCH)


def _networks(people: People, folder: Folder) -> None:
    owner = next(iter(people.bases.values()), None) or next(iter(people.organisations.values()))
    for n, row in enumerate(folder.table("networks"), start=1):
        kind = row.get("kind", "")
        latitude, longitude = number(row.get("lat", "")), number(row.get("lon", ""))
        is_placed = latitude is not None and longitude is not None
        people.networks[row["network"]] = Network(
            organisation=owner,
            name=row["network"][:80] or "?",
            kind=kind if kind in NetworkKind.values else NetworkKind.MOBILE,
            cidr=f"10.{n // 256}.{n % 256}.0/24",
            authority=people.authorities.get(row.get("local_authority", "")),
            latitude=round(latitude, 5) if is_placed and latitude is not None else None,
            longitude=round(longitude, 5) if is_placed and longitude is not None else None,
            started_on=LONG_AGO.date(),
            recorded_at=LONG_AGO,
        )
    Network.objects.using(USING).bulk_create(people.networks.values(), BATCH)


def _homes(people: People, rows: list[dict[str, str]]) -> None:
    """Keyed hashes, as the personnel system of each employer would send them."""
    for row in rows:
        user = people.users[row["user_id"]]
        home = Home(row.get("home_house", ""), "", row.get("home_postcode", ""))
        before = Home(row.get("previous_house", ""), "", row.get("previous_postcode", ""))
        if not (home.postcode or before.postcode):
            continue
        keys = keys_of(user.employer)
        people.homes[user.pk] = StaffHousehold(
            user=user,
            employer=user.employer,
            homes=[made for key in keys for made in home_hashes(home, key)],
            former_homes=[made for key in keys for made in home_hashes(before, key)],
            postcodes=[postcode_hash(home.postcode, key) for key in keys if home.postcode],
        )
    StaffHousehold.objects.using(USING).bulk_create(people.homes.values(), BATCH)
