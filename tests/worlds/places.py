"""Authorities on a grid, their offices, schools and practices, and the families who live there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random

from tests.worlds.parameters import World

ACROSS = 6
SYLLABLES = [a + b for a in "bcdfghklmnprst" for b in "aeiou"]


@dataclass(slots=True)
class Household:
    """Who lives at one address."""

    authority: str
    postcode: str
    house: str
    surname: str
    children: list[Child] = field(default_factory=list)


@dataclass(slots=True)
class Child:
    """A child, and what the index holds of it; `goes_to` may not have reached the index yet."""

    id: str
    surname: str
    forename: str
    born: str
    home: Household
    school: str
    practice: str
    goes_to: str
    goes_to_doctor: str
    is_shielded: bool = False
    is_training: bool = False


@dataclass(slots=True)
class Area:
    """One authority."""

    id: str
    column: int
    row: int
    schools: list[str]
    practices: list[str]
    households: list[Household] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    at_school: dict[str, list[Child]] = field(default_factory=dict)
    at_practice: dict[str, list[Child]] = field(default_factory=dict)

    @property
    def place(self) -> tuple[float, float]:
        """Latitude and longitude in degrees; neighbours are some 25 km apart."""
        return 51 + self.row * 0.22, -2 + self.column * 0.35

    def adjoins(self, other: Area) -> bool:
        return max(abs(self.column - other.column), abs(self.row - other.row)) == 1


class Names:
    """Family names as skewed as real ones: the n-th is 1/n^0.8 as frequent as the first."""

    def __init__(self, world: World, random: Random) -> None:
        made: dict[str, None] = {}
        while len(made) < world.surnames:
            made["".join(random.choices(SYLLABLES, k=random.choice((2, 3)))).title()] = None
        self._names = list(made)
        self._weights = list(accumulate(1 / (n + 1) ** 0.8 for n in range(world.surnames)))
        self._random = random

    def one(self) -> str:
        return self._random.choices(self._names, cum_weights=self._weights)[0]

    def forename(self) -> str:
        return "".join(self._random.choices(SYLLABLES, k=2)).title()


def make_areas(world: World, names: Names, random: Random) -> list[Area]:
    """The authorities with everybody who lives there."""
    areas = []
    for n in range(world.authorities):
        name = f"L{n:02d}"
        schools = [f"{name}-S{k:02d}" for k in range(max(3, world.children_each // 60))]
        practices = [f"{name}-G{k:02d}" for k in range(max(5, world.children_each // 100))]
        areas.append(Area(name, n % ACROSS, n // ACROSS, schools, practices))
    for area in areas:
        _settle(area, world, names, random)
    return areas


def _settle(area: Area, world: World, names: Names, random: Random) -> None:
    """Families move in until the authority has its children."""
    while len(area.children) < world.children_each:
        home = new_household(area, names.one(), random)
        for _ in range(random.choices((1, 2, 3, 4), (40, 38, 16, 6))[0]):
            surname = home.surname if random.random() < 0.85 else names.one()
            new_child(area, home, surname, world, names, random)


def new_household(area: Area, surname: str, random: Random) -> Household:
    """An address of the authority; about twelve addresses share a postcode."""
    number = len(area.households)
    postcode = f"{area.id} {number // 12:03d}"
    home = Household(area.id, postcode, str(1 + number % 12 * 2), surname)
    area.households.append(home)
    return home


def new_child(
    area: Area, home: Household, surname: str, world: World, names: Names, random: Random
) -> Child:
    """A child of the household, at a school and with a doctor of the authority. What the index says
    of the two is behind for as many as the world's unexplained share.
    """
    true = random.choice(area.schools), random.choice(area.practices)
    held = tuple(
        one if random.random() < world.explained + 0.02 else random.choice(all_of_them)
        for one, all_of_them in zip(true, (area.schools, area.practices), strict=True)
    )
    child = Child(
        id=f"{area.id}-C{len(area.children):05d}",
        surname=surname,
        forename=names.forename(),
        born=(date(2008, 1, 1) + timedelta(random.randrange(18 * 365))).isoformat(),
        home=home,
        school=held[0],
        practice=held[1],
        goes_to=true[0],
        goes_to_doctor=true[1],
        is_shielded=random.random() < 0.006,
        is_training=random.random() < 0.002,
    )
    home.children.append(child)
    area.children.append(child)
    area.at_school.setdefault(child.goes_to, []).append(child)
    area.at_practice.setdefault(child.goes_to_doctor, []).append(child)
    return child
