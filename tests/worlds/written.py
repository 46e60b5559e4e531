"""One world from first to last, and its folder: tables, log, manifest, labels beside them."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.worlds.diary import DAY, Diary
from tests.worlds.honest import Honest
from tests.worlds.misuse import Episode, Misuse
from tests.worlds.parameters import World
from tests.worlds.places import Area, Names, make_areas
from tests.worlds.staff import Person, make_staff

COLUMNS = {
    "users": "user_id forename surname organisation local_authority role team manager_id site_ids"
    " shift home_postcode home_house previous_postcode previous_house start_date end_date"
    " last_activity_at",
    "children": "child_id surname forename date_of_birth local_authority postcode house school_id"
    " gp_id shielded is_training",
    "involvements": "user_id child_id team started_at ended_at recorded_at kind",
    "referrals": "child_id team local_authority received_at recorded_at",
    "mediated_requests": "request_id requester_id operator_id child_id requested_at recorded_at",
    "shield_requests": "child_id organisation requested_at kind",
    "team_changes": "user_id from_team to_team from_la to_la effective_at recorded_at",
    "child_moves": "child_id from_la to_la moved_at recorded_at",
    "rota": "user_id starts_at ends_at",
    "calendar": "date term_day weekend",
    "networks": "network kind local_authority lat lon",
    "local_authorities": "local_authority region neighbours",
}
MOMENTS = {"occurred_at", "recorded_at", "started_at", "received_at", "requested_at"} | {
    "effective_at", "moved_at", "starts_at", "ends_at", "last_activity_at",
}  # fmt: skip


def write(world: World, folder: Path) -> list[Episode]:
    """Makes the world and writes it. Gives its episodes of misuse, which `labels.jsonl` holds too;
    `users.json` there has who belongs where, for figures by role.
    """
    random = Random(f"{world.seed}")  # noqa: S311  an invented world, the same for a seed
    names = Names(world, random)
    areas = make_areas(world, names, random)
    staff = make_staff(world, areas, names, random)
    diary = Diary(world, random)
    _move_teams(world, staff, diary, random)
    episodes = _live(world, areas, staff, diary, random)
    _tables(world, areas, staff, diary)
    folder.mkdir(parents=True, exist_ok=True)
    _write_tables(world, diary, folder)
    _write_log(world, diary, folder, random)
    with (folder / "labels.jsonl").open("w") as file:
        file.writelines(json.dumps(each.label()) + "\n" for each in episodes)
    (folder / "manifest.json").write_text(json.dumps(_manifest(world, diary), indent=1))
    return episodes


def _live(
    world: World, areas: list[Area], staff: list[Person], diary: Diary, random: Random
) -> list[Episode]:
    honest = Honest(world, areas, staff, diary, random)
    misuse = Misuse(world, areas, staff, diary, random)
    for person in staff:
        for case in person.cases:
            if case.recorded_at is not None:
                honest.involve(person, case.child, case.recorded_at, case.recorded_at)
    episodes: list[Episode] = []
    for day in range(world.days):
        weekday = (world.starts_on + timedelta(day)).weekday()
        if day >= world.learning_days:
            episodes += misuse.day(day)
        for person in staff:
            honest.work(person, day, weekday)
    return episodes


def _move_teams(world: World, staff: list[Person], diary: Diary, random: Random) -> None:
    """One in twelve changes to a like team elsewhere."""
    teams: dict[str, list[Person]] = {}
    for person in staff:
        teams.setdefault(person.role.name, []).append(person)
    for person in staff:
        if random.random() > 1 / 12 or person.dormant_until is not None:
            continue
        other = random.choice(teams[person.role.name])
        if other.team == person.team or other.moved_on is not None:
            continue
        day = random.randint(2, world.days // 2)
        diary.row(
            "team_changes",
            user_id=person.id,
            from_team=other.team,
            to_team=person.team,
            from_la=other.area.id,
            to_la=person.area.id,
            effective_at=(day - 10) * DAY,
            recorded_at=(day - 10) * DAY,
        )
        person.old_team, person.moved_on = other.team, day - 10


def _tables(world: World, areas: list[Area], staff: list[Person], diary: Diary) -> None:
    for person in staff:
        _user(person, world, diary)
    for area in areas:
        for child in area.children:
            diary.row(
                "children",
                child_id=child.id,
                surname=child.surname,
                forename=child.forename,
                date_of_birth=child.born,
                local_authority=area.id,
                postcode=child.home.postcode,
                house=child.home.house,
                school_id=child.school,
                gp_id=child.practice,
                shielded=int(child.is_shielded),
                is_training=int(child.is_training),
            )
        _area(area, areas, world, diary)
    for network, kind in (("vpn", "vpn"), ("mobile", "mobile"), ("home", "home")):
        diary.row("networks", network=network, kind=kind)
    for day in range(world.days):
        date = world.starts_on + timedelta(day)
        away = date.month == 8 or (date.month == 4 and date.day < 14)
        diary.row(
            "calendar",
            date=date.isoformat(),
            term_day=int(date.weekday() < 5 and not away),
            weekend=int(date.weekday() >= 5),
        )


def _user(person: Person, world: World, diary: Diary) -> None:
    home, before = person.home, person.previous
    slept = person.dormant_until is not None or not any(
        event["actor_id"] == person.id for event in diary.events[:20_000]
    )
    diary.row(
        "users",
        user_id=person.id,
        forename=person.forename,
        surname=person.surname,
        organisation=person.organisation,
        local_authority="" if person.is_national else person.area.id,
        role=person.role.name,
        team=person.team,
        manager_id=person.manager,
        site_ids=";".join(person.sites),
        shift=person.role.shift,
        home_postcode=home.postcode if person.is_home_held else "",
        home_house=home.house if person.is_home_held else "",
        previous_postcode=before.postcode if before and person.is_home_held else "",
        previous_house=before.house if before and person.is_home_held else "",
        start_date=(world.starts_on - timedelta(400)).isoformat(),
        last_activity_at=-90 * DAY if slept else -DAY,
    )


def _area(area: Area, areas: list[Area], world: World, diary: Diary) -> None:
    near = [other.id for other in areas if other.adjoins(area)]
    diary.row(
        "local_authorities",
        local_authority=area.id,
        region=f"R{area.row}",
        neighbours=";".join(near),
    )
    latitude, longitude = area.place
    if diary.random.random() < world.networks_known:
        diary.row(
            "networks",
            network=f"{area.id}-office",
            kind="office",
            local_authority=area.id,
            lat=f"{latitude:.4f}",
            lon=f"{longitude:.4f}",
        )


def _at(world: World, seconds: int) -> str:
    midnight = datetime(world.starts_on.year, world.starts_on.month, world.starts_on.day)  # noqa: DTZ001
    return (midnight + timedelta(seconds=seconds)).isoformat()


def _said(world: World, row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _at(world, value) if name in MOMENTS and isinstance(value, int) else value
        for name, value in row.items()
    }


def _write_tables(world: World, diary: Diary, folder: Path) -> None:
    (folder / "tables").mkdir(exist_ok=True)
    for table, columns in COLUMNS.items():
        with (folder / "tables" / f"{table}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, columns.split(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(_said(world, row) for row in diary.tables[table])


def _write_log(world: World, diary: Diary, folder: Path, random: Random) -> None:
    """In the order of arrival; some lines arrive twice."""
    lines = sorted(diary.events, key=lambda event: (event["recorded_at"], event["event_id"]))
    again = [event for event in lines if world.twice and random.random() < world.twice]
    lines = sorted([*lines, *again], key=lambda event: (event["recorded_at"], event["event_id"]))
    with (folder / "events.jsonl").open("w") as file:
        file.writelines(json.dumps(_said(world, event)) + "\n" for event in lines)


def _manifest(world: World, diary: Diary) -> dict[str, Any]:
    return {
        "scored_from": _at(world, world.learning_days * DAY),
        "scored_to": _at(world, world.days * DAY),
        "invented": {**asdict(world), "starts_on": world.starts_on.isoformat()},
        "share_traced": round(diary.traced / max(1, diary.looks), 3),
    }
