"""Which invented service works with which invented child, so that there is somebody to ring.

Written straight to the table as part of one seeding; real involvements go through actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from random import Random

from contactpoint.invented import codes
from contactpoint.invented.names import family_names, given_names, origins
from contactpoint.invented.services import KINDS, Team, email_of
from records.feeds import ImportRow
from records.models import Involvement, ServiceKind

INVOLVED = 0.34  # share of the children with at least one service
# Days since an entry was last confirmed: fresh, ageing, stale.
CONFIRMED = ((0, 80), (100, 350), (380, 900))
ENDED = 0.12


def involve(
    children: Mapping[int, ImportRow],
    services: Mapping[str, int],
    teams: Sequence[Team],
    today: date,
) -> int:
    """Writes the involvements of `children`, given by record id. Returns how many there were.

    `services` are ids by e-mail address. The same children get the same involvements.
    """
    made = Involvement.objects.bulk_create(
        chain.from_iterable(
            _Involved(child_id, row, today).involvements(services, teams)
            for child_id, row in children.items()
        ),
        batch_size=2000,
    )
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

    def involvements(
        self, services: Mapping[str, int], teams: Sequence[Team]
    ) -> Iterator[Involvement]:
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

    def _with_person(self, team: Team) -> Involvement:
        started, confirmed = self._dates()
        return Involvement(
            child_id=self.child_id,
            service_id=team.service_id,
            practitioner_id=team.practitioner_id,
            started_on=started,
            last_confirmed_on=confirmed,
        )

    def _with_contact(self, service_id: int) -> Involvement:
        started, confirmed = self._dates()
        origin = origins().pick(self.chance)
        given = given_names(origin, "N").pick(self.chance)
        return Involvement(
            child_id=self.child_id,
            service_id=service_id,
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
