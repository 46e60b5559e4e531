"""Who has an account: role, team, sites, shift, home, relatives, and the children of their work."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.worlds.parameters import World
from tests.worlds.places import Area, Child, Household, Names, new_child, new_household

TEAM = 10


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of work: how many tasks a day, how they come about, and when."""

    name: str
    share: float
    tasks: float
    ways: dict[str, float]
    shift: str = "day"
    prints: float = 0.02
    organisation: str = "council"
    cases: int = 0


ROLES = (
    Role("social_worker", 0.26, 2.2, {"case": 6, "referral": 2, "sibling": 1, "team": 1}, cases=12),
    Role(
        "health_visitor",
        0.16,
        2.6,
        {"practice": 6, "case": 3, "referral": 1},
        "day",
        0.02,
        "nhs",
        15,
    ),
    Role("school_staff", 0.18, 1.4, {"school": 9, "case": 1}, "day", 0.03, "schools", 3),
    Role("gp_staff", 0.12, 1.8, {"practice": 10}, "day", 0.01, "nhs"),
    Role("duty_desk", 0.08, 4.5, {"referral": 6, "team": 1, "mediated": 2, "move": 1}),
    Role("night_team", 0.04, 3.0, {"referral": 8, "team": 2}, "night"),
    Role(
        "police", 0.06, 1.5, {"referral": 7, "case": 2, "override": 0.3}, "rota", 0.01, "police", 4
    ),
    Role("data_clerk", 0.04, 6.0, {"quality": 10}, "day", 0.0),
    Role("helpline", 0.03, 3.0, {"mediated": 6, "referral": 4}, "rota", 0.0, "partner"),
    Role("shield_administrator", 0.03, 1.2, {"shield": 5, "move": 3, "referral": 2}, "day", 0.02),
)
REFERRED_TO = {role.name for role in ROLES if "referral" in role.ways}


@dataclass(slots=True)
class Case:
    """A child somebody works with; `recorded_at` in seconds of the world, None for never."""

    child: Child
    recorded_at: int | None


@dataclass(slots=True)
class Person:
    """An account and the person behind it."""

    id: str
    forename: str
    surname: str
    role: Role
    area: Area
    team: str
    home: Household
    is_home_held: bool
    network: str
    manager: str = ""
    is_national: bool = False
    previous: Household | None = None
    sites: list[str] = field(default_factory=list)
    dormant_until: int | None = None  # a day of the world; None for an account in use
    cases: list[Case] = field(default_factory=list)
    own: list[Child] = field(default_factory=list)
    relatives: list[Child] = field(default_factory=list)
    moved_on: int | None = None  # the day they left `old_team`
    old_team: str = ""
    works_evenings: bool = False

    @property
    def organisation(self) -> str:
        kind = self.role.organisation
        return "partner-1" if self.is_national else f"{self.area.id}-{kind}"


def make_staff(world: World, areas: list[Area], names: Names, random: Random) -> list[Person]:
    """The accounts of the world, spread over its authorities."""
    staff: list[Person] = []
    roles = random.choices(ROLES, [role.share for role in ROLES], k=world.accounts)
    seats: dict[tuple[str, str], int] = {}
    for n, role in enumerate(roles):
        area = areas[n % len(areas)]
        seat = seats[area.id, role.name] = seats.get((area.id, role.name), -1) + 1
        staff.append(_person(n, seat, role, area, world, areas, names, random))
    _managers(staff)
    return staff


def _person(
    n: int,
    seat: int,
    role: Role,
    area: Area,
    world: World,
    areas: list[Area],
    names: Names,
    random: Random,
) -> Person:
    surname = names.one()
    lives_in = area if random.random() < 0.75 else random.choice(areas)
    home = new_household(lives_in, surname, random)
    person = Person(
        id=f"u{n:05d}",
        forename=names.forename(),
        surname=surname,
        role=role,
        area=area,
        team=f"{area.id}-{role.name}-{seat // TEAM}",
        home=home,
        is_home_held=random.random() < world.homes_held,
        network=f"{area.id}-office",
        is_national=role.organisation == "partner",
    )
    if random.random() < 0.25:
        person.previous = random.choice(lives_in.households)
    if "school" in role.ways:
        person.sites = [random.choice(area.schools)]
    if "practice" in role.ways:
        person.sites = random.sample(area.practices, 2 if role.cases else 1)
    if random.random() < 0.02:
        person.dormant_until = random.randint(world.learning_days, world.days - 3)
    person.works_evenings = random.random() < 0.08
    _family(person, lives_in, world, areas, names, random)
    _caseload(person, world, random)
    return person


def _family(
    person: Person, area: Area, world: World, areas: list[Area], names: Names, random: Random
) -> None:
    if random.random() < 0.4:
        for _ in range(random.choice((1, 1, 2))):
            surname = person.surname if random.random() < 0.8 else names.one()
            person.own.append(new_child(area, person.home, surname, world, names, random))
    for _ in range(random.choice((0, 1, 2))):
        near = area if random.random() < 0.6 else random.choice(areas)
        surname = person.surname if random.random() < 0.65 else names.one()
        home = new_household(near, surname, random)
        person.relatives.append(new_child(near, home, surname, world, names, random))


def _caseload(person: Person, world: World, random: Random) -> None:
    """Children of the person's area; as many as the world leaves unexplained are not on record."""
    wanted = min(person.role.cases, len(person.area.children))
    for child in random.sample(person.area.children, wanted):
        person.cases.append(Case(child, -86_400 if random.random() < world.explained else None))


def _managers(staff: list[Person]) -> None:
    first: dict[str, str] = {}
    for person in staff:
        first.setdefault(person.team, person.id)
        person.manager = first[person.team] if first[person.team] != person.id else ""
