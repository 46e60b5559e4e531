"""Which invented service works with which invented child, so that there is somebody to ring.

Copied straight into the table as part of one seeding; real involvements go through actions.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from django.db import connection

from contactpoint.invented import codes
from contactpoint.invented.names import family_names, given_names, origins
from contactpoint.invented.services import KINDS, Team, email_of
from records.feeds import ImportRow
from records.models import ServiceKind

INVOLVED = 0.3  # share of the children with at least one service
# Days since an entry was last confirmed: fresh, ageing, stale.
CONFIRMED = ((0, 80), (100, 350), (380, 900))
ENDED = 0.12


class Entry(NamedTuple):
    """One row of `records_involvement`."""

    child_id: int
    service_id: int
    practitioner_id: int | None
    contact_name: str
    contact_phone: str
    started_on: date
    last_confirmed_on: date
    ended_on: date | None


COPY = (
    f"COPY records_involvement ({', '.join(Entry._fields)}) FROM STDIN"
    " WITH (FORMAT csv, FORCE_NOT_NULL (contact_name, contact_phone))"
)


def involve(
    children: Mapping[int, ImportRow],
    services: Mapping[str, int],
    teams: Sequence[Team],
    today: date,
) -> int:
    """Writes the involvements of `children`, given by record id. Returns how many there were.

    `services` are ids by e-mail address. The same children get the same involvements.
    """
    made = [
        entry
        for child_id, row in children.items()
        for entry in _Involved(child_id, row, today).entries(services, teams)
    ]
    text = io.StringIO()
    csv.writer(text).writerows(made)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(COPY, text)
    return len(made)


class _Involved:
    """One child's involvements in the making."""

    def __init__(self, child_id: int, row: ImportRow, today: date) -> None:
        self.child_id = child_id
        self.row = row
        self.today = today
        self.born = row.born_on or date(row.born_year or today.year, 1, 1)
        self.age = (today - self.born).days // 365
        self.chance = Random(f"involved/{row.source_ref}")  # noqa: S311  # it must repeat

    def entries(self, services: Mapping[str, int], teams: Sequence[Team]) -> Iterator[Entry]:
        for team in teams:
            if self._is_known_to(team):
                yield self._with_person(team)
        luck = self.chance.random() / INVOLVED
        if luck < 1:
            for kind in self._kinds(1 + (luck < 0.3) + (luck < 0.08)):
                yield self._with_contact(services[email_of(kind, self.row.authority)])

    def _is_known_to(self, team: Team) -> bool:
        reaches = (
            team.ages[0] <= self.age < team.ages[1]
            and team.school in ("", self.row.school)
            and team.authority in ("", self.row.authority)
        )
        return reaches and self.chance.random() < team.share

    def _kinds(self, many: int) -> Iterable[ServiceKind]:
        fitting = [kind for kind, (first, last) in KINDS.items() if first <= self.age < last]
        return self.chance.sample(fitting, min(many, len(fitting)))

    def _with_person(self, team: Team) -> Entry:
        started, confirmed = self._dates()
        return Entry(
            child_id=self.child_id,
            service_id=team.service_id,
            practitioner_id=team.practitioner_id,
            contact_name="",
            contact_phone="",
            started_on=started,
            last_confirmed_on=confirmed,
            ended_on=None,
        )

    def _with_contact(self, service_id: int) -> Entry:
        started, confirmed = self._dates()
        origin = origins().pick(self.chance)
        given = given_names(origin, "N").pick(self.chance)
        return Entry(
            child_id=self.child_id,
            service_id=service_id,
            practitioner_id=None,
            contact_name=f"{given} {family_names(origin).pick(self.chance)}",
            contact_phone=codes.landline(self.chance.randrange(1000)),
            started_on=started,
            last_confirmed_on=confirmed,
            ended_on=self._between(confirmed) if self.chance.random() < ENDED else None,
        )

    def _dates(self) -> tuple[date, date]:
        """When it began, and when it was last confirmed: within the child's life, in this order."""
        first, last = self.chance.choice(CONFIRMED)
        days = self.chance.randint(first, last)
        confirmed = max(self.born, self.today - timedelta(days=days))
        started = max(self.born, confirmed - timedelta(days=self.chance.randint(0, 700)))
        return started, confirmed

    def _between(self, first: date) -> date:
        return first + (self.today - first) * self.chance.random()
