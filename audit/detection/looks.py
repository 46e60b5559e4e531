"""What a person did with the index, as the rules see it: looks at children, searches, days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from accounts.clocks import LONDON, SATURDAY


class Band(IntEnum):
    """When in the week something was done; the night of a weekend is a night."""

    DAY = 0
    EVENING = 1
    NIGHT = 2
    WEEKEND = 3


class Kind(IntEnum):
    """What was done with a child's record."""

    VIEWED = 0
    PRINTED = 1
    OVERRIDDEN = 2
    UNSHIELDED = 3


def day_of(moment: datetime) -> date:
    """The day in England."""
    return moment.astimezone(LONDON).date()


def band_of(moment: datetime) -> Band:
    """The band of the week, by the clock in England: night is from 22:30 to 6:00."""
    local = moment.astimezone(LONDON)
    minute = local.hour * 60 + local.minute
    if minute < 6 * 60 or minute >= 22 * 60 + 30:
        return Band.NIGHT
    if local.weekday() >= SATURDAY:
        return Band.WEEKEND
    return Band.DAY if 7 * 60 <= minute < 18 * 60 + 30 else Band.EVENING


@dataclass(frozen=True, slots=True)
class Seen:
    """One act upon one child's record. `facts` are those of the event (details.FACT_KEYS).

    `level` says how much explains it: 0 nothing, 1 a duty, 2 a recorded link. `is_settled`: judged
    again after three days. `is_far`: the child's authority is none that people like this look in.
    `left_team`: nothing but a team that the person has left links them. `on_shift`: at work then,
    by the rota.
    """

    event_id: int
    person: int
    child: int
    at: datetime
    kind: Kind = Kind.VIEWED
    role: str = ""
    employer: int | None = None
    authority: str = ""
    network: int | None = None
    session: bytes | None = None
    on_behalf_of: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    level: int = 0
    code: str = ""
    is_settled: bool = False
    is_far: bool = False
    left_team: bool = False
    on_shift: bool = False
    surname_share: float | None = None

    def says(self, fact: str) -> bool:
        """Whether the event says so; what is not known says nothing."""
        return self.facts.get(fact) is True

    @property
    def day(self) -> date:
        return day_of(self.at)


@dataclass(frozen=True, slots=True)
class Searched:
    """One search. `said` are the boxes with the hashes of what they said; `thin` the same of a
    search by a name or a postcode alone, empty for a search by more. `follows` tells whether it
    came next in a list.
    """

    event_id: int
    person: int
    at: datetime
    session: bytes | None
    thin: str = ""
    follows: bool = False
    hits: int = 0
    said: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Day:
    """One person's day in the index, in numbers."""

    on: date
    looks: int = 0
    explained: int = 0
    children: int = 0  # distinct ones that nothing explained, at the end of the day
    prints: int = 0
    thin: int = 0  # most searches by one box alone within an hour
    unrequested: int = 0  # looks for somebody else without their request
    bands: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a network of an office is, in degrees."""

    latitude: float
    longitude: float


@dataclass(slots=True)
class Dossier:
    """What is known of one person's use of the index, up to the newest thing they did.

    `looks` are those of the last 63 days that nothing explains or that say something all the same,
    `day_looks` all of the last two days, `searches` those of the last two hours, `days` the 63 days
    before today, oldest first. `crowds` are, by child, the others who looked without a recorded
    reason within a week: (person, is_far).
    """

    person: int
    role: str
    employer: int | None
    at: datetime
    is_home_held: bool = False
    looks: Sequence[Seen] = ()
    recent: Sequence[Seen] = ()
    searches: Sequence[Searched] = ()
    days: Sequence[Day] = ()
    crowds: Mapping[int, Sequence[tuple[int, bool]]] = field(default_factory=dict)
    places: Mapping[int, Place] = field(default_factory=dict)
    last_used: date | None = None  # before `days`

    def unexplained(self, within: timedelta) -> list[Seen]:
        """Looks that nothing explains, of so long before the newest act."""
        return [each for each in self.looks if each.level == 0 and each.at > self.at - within]

    def within(self, span: timedelta) -> list[Seen]:
        """All looks held of so long before the newest act."""
        return [each for each in self.looks if each.at > self.at - span]

    @property
    def today(self) -> date:
        return day_of(self.at)
