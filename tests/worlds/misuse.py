"""Eighteen kinds of misuse, each from hardly visible to plain: what the labels of a world name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from tests.worlds.diary import DAY, HOUR, MINUTE, Diary, Sitting
from tests.worlds.honest import TEXTS
from tests.worlds.parameters import World
from tests.worlds.places import Area, Child
from tests.worlds.staff import Person

STRENGTHS = ("strong", "medium", "weak")
TESTING = ("test", "just testing the system", "demo", "to see how this works")


@dataclass(frozen=True, slots=True)
class Episode:
    """What one person, or a crowd on one child, did that they should not have done."""

    kind: str
    strength: str
    actors: list[str]
    event_ids: list[str]

    def label(self) -> dict[str, Any]:
        return asdict(self)


class Misuse:
    """Adds episodes to a diary."""

    def __init__(
        self, world: World, areas: list[Area], staff: list[Person], diary: Diary, random: Random
    ) -> None:
        self.world, self.areas, self.staff = world, areas, staff
        self.diary, self.random = diary, random
        self.asleep = [each for each in staff if each.dormant_until is not None]
        self.kinds: dict[str, Callable[[int, int], Episode | None]] = {
            name.removeprefix("_as_"): getattr(self, name)
            for name in dir(self)
            if name.startswith("_as_")
        }

    def day(self, day: int) -> list[Episode]:
        """The episodes that begin on a day: about `misuse` an account."""
        expected = self.world.misuse * len(self.staff)
        number = int(expected) + (self.random.random() < expected % 1)
        weights = dict(zip(range(3), self.world.strengths, strict=True))
        begun = []
        for _ in range(number):
            kind = self.random.choice(list(self.kinds))
            level = self.random.choices(list(weights), list(weights.values()))[0]
            episode = self.kinds[kind](day, level)
            if episode is not None:
                begun.append(episode)
        return begun

    # -- what the kinds share

    def _anyone(self, suits: Callable[[Person], bool] = lambda person: True) -> Person | None:
        suited = [each for each in self.staff if each.dormant_until is None and suits(each)]
        return self.random.choice(suited) if suited else None

    def _sit(self, person: Person, day: int, hour: float | None = None) -> Sitting:
        """At some moment of the working day, with a purpose like everybody's."""
        if hour is None:
            hour = 21.0 if person.role.shift == "night" else self.random.uniform(8.5, 16.5)
        at = self.diary.sit_down(person, int(day * DAY + hour * HOUR))
        at.text = self.random.choice(TEXTS)
        return at

    def _look(self, at: Sitting, child: Child, fields: str, times: int = 1) -> list[str]:
        done = [self.diary.search(at, child, fields)] if fields else []
        for n in range(times):
            at.clock += n * self.random.randint(1, 30) * MINUTE
            done.append(self.diary.see(at, child))
        return done

    def _stranger(self, person: Person) -> Child:
        """A child of the area whom nothing links to the person."""
        known = {case.child.id for case in person.cases}
        while True:
            area = person.area if self.random.random() < 0.97 else self.random.choice(self.areas)
            child = self.random.choice(area.children)
            if child.id not in known and not set(person.sites) & {child.school, child.practice}:
                return child

    def _episode(self, kind: str, level: int, person: Person, done: list[str]) -> Episode:
        return Episode(kind, STRENGTHS[level], [person.id], done)

    # -- relatives, neighbours, colleagues

    def _as_family(self, day: int, level: int) -> Episode | None:
        """Looks up a nephew or niece, "to test"."""
        person = self._anyone(lambda each: bool(each.relatives))
        if person is None:
            return None
        same = [child for child in person.relatives if child.surname == person.surname]
        child = self.random.choice((same if level < 2 else None) or person.relatives)
        at = self._sit(person, day)
        if level == 0:
            at.text = self.random.choice(TESTING)
        fields = ("surname", "surname forename", "surname forename dob")[level]
        return self._episode("family", level, person, self._look(at, child, fields, 3 - level))

    def _as_own_child(self, day: int, level: int) -> Episode | None:
        """Looks up her own child, before anybody shields it."""
        person = self._anyone(lambda each: bool(each.own) and (level == 2 or each.is_home_held))
        if person is None:
            return None
        at = self._sit(person, day)
        fields = ("postcode house", "surname forename dob", "surname forename dob")[level]
        child = self.random.choice(person.own)
        return self._episode("own_child", level, person, self._look(at, child, fields, 3 - level))

    def _as_neighbour(self, day: int, level: int) -> Episode | None:
        person = self._anyone(lambda each: bool(self._neighbours(each)))
        if person is None:
            return None
        near = self._neighbours(person)
        self.random.shuffle(near)
        at, done = self._sit(person, day, (20.5, None, None)[level]), []
        for child in near[: 3 - level]:
            done += self._look(at, child, "postcode" if level == 0 else "surname forename")
        return self._episode("neighbour", level, person, done)

    def _neighbours(self, person: Person) -> list[Child]:
        area = next(each for each in self.areas if each.id == person.home.authority)
        return [
            child
            for home in area.households
            if home.postcode == person.home.postcode and home is not person.home
            for child in home.children
        ]

    def _as_former_partner(self, day: int, level: int) -> Episode | None:
        """Traces a child who lives where the person once lived, or anywhere."""
        person = self._anyone(
            lambda each: each.previous is not None and bool(each.previous.children)
        )
        if person is None or person.previous is None:
            return None
        child = self.random.choice(
            person.previous.children if level < 2 else [self._stranger(person)]
        )
        done: list[str] = []
        for n in range(4 - level):
            done += self._look(
                self._sit(person, min(day + 2 * n, self.world.days - 1)),
                child,
                "surname forename dob",
            )
        return self._episode("former_partner", level, person, done)

    def _as_colleagues_child(self, day: int, level: int) -> Episode | None:
        person = self._anyone()
        if person is None:
            return None
        children = [
            child
            for each in self.staff
            if each.team == person.team and each is not person and (level == 2 or each.is_home_held)
            for child in each.own
        ]
        if not children:
            return None
        at = self._sit(person, day, (20.0, None, None)[level])
        return self._episode(
            "colleagues_child",
            level,
            person,
            self._look(at, self.random.choice(children), "surname forename", 3 - level),
        )

    # -- curiosity

    def _as_crowd(self, day: int, level: int) -> Episode | None:
        """A child in the news: many open the record, most from far away."""
        child = self.random.choice(self.random.choice(self.areas).children)
        actors, done = set(), []
        for _ in range((9, 6, 4)[level]):
            person = self._anyone()
            if person is not None:
                at = self._sit(person, min(day + self.random.randint(0, 3), self.world.days - 1))
                actors.add(person.id)
                done += self._look(at, child, "surname forename")
        return Episode("crowd", STRENGTHS[level], sorted(actors), done)

    def _as_far_curiosity(self, day: int, level: int) -> Episode | None:
        person = self._anyone(lambda each: not each.is_national)
        if person is None:
            return None
        far = [
            each for each in self.areas if each is not person.area and not each.adjoins(person.area)
        ]
        at, done = self._sit(person, day), []
        for _ in range((4, 2, 1)[level]):
            done += self._look(
                at, self.random.choice(self.random.choice(far).children), "surname forename dob"
            )
        return self._episode("far_curiosity", level, person, done)

    def _as_repeat(self, day: int, level: int) -> Episode | None:
        """One child, again and again."""
        person = self._anyone()
        if person is None:
            return None
        child, done = self._stranger(person), []
        for n in range((8, 6, 4)[level]):
            if day + 2 * n < self.world.days:
                done += self._look(self._sit(person, day + 2 * n), child, "surname forename dob")
        return self._episode("repeat", level, person, done)

    # -- volume

    def _as_trawl(self, day: int, level: int) -> Episode | None:
        """One family name, or one postcode, after another."""
        person = self._anyone()
        if person is None:
            return None
        at, done = self._sit(person, day), []
        field = self.random.choice(("surname", "postcode"))
        children = self.random.sample(person.area.children, (24, 14, 8)[level])
        if level < 2:
            children.sort(
                key=lambda child: child.surname if field == "surname" else child.home.postcode
            )
        for n, child in enumerate(children):
            done.append(self.diary.search(at, child, field))
            if n % (3, 5, 4)[level] == 0:
                done.append(self.diary.see(at, child))
        return self._episode("trawl", level, person, done)

    def _as_drip(self, day: int, level: int) -> Episode | None:
        """A stranger a day, for weeks."""
        person = self._anyone()
        if person is None:
            return None
        done: list[str] = []
        for n in range((18, 13, 9)[level]):
            if day + n < self.world.days:
                done += self._look(
                    self._sit(person, day + n), self._stranger(person), "surname forename dob"
                )
        return self._episode("drip", level, person, done)

    def _as_bulk_print(self, day: int, level: int) -> Episode | None:
        person = self._anyone()
        if person is None:
            return None
        at, done = self._sit(person, day), []
        for child in self.random.sample(person.area.children, (24, 12, 7)[level]):
            done += self._look(at, child, "")
            done.append(self.diary.see(at, child, "print"))
        return self._episode("bulk_print", level, person, done)

    # -- when and where

    def _as_night(self, day: int, level: int) -> Episode | None:
        person = self._anyone(lambda each: each.role.shift == "day")
        if person is None:
            return None
        at, done = self._sit(person, day, self.random.uniform(0.5, 4.5)), []
        at.network = "home"
        for _ in range((4, 2, 1)[level]):
            done += self._look(at, self._stranger(person), "surname forename")
        return self._episode("night", level, person, done)

    def _as_shared_account(self, day: int, level: int) -> Episode | None:
        """Somebody elsewhere uses the account."""
        person = self._anyone(lambda each: each.role.shift == "day")
        if person is None:
            return None
        here = self._sit(person, day, 11.0)
        self._look(
            here,
            self.random.choice(person.cases).child if person.cases else self._stranger(person),
            "surname forename dob",
        )
        near = [each for each in self.areas if each.adjoins(person.area)] or self.areas
        far = [each for each in self.areas if each is not person.area and each not in near] or near
        other = self.random.choice(far if level == 0 else near)
        if level == 2:
            other = person.area
        there = self.diary.sit_down(
            person, here.clock + self.random.randint(3, 9) * MINUTE, f"{other.id}-office"
        )
        done = []
        for _ in range((4, 2, 1)[level]):
            done += self._look(there, self.random.choice(other.children), "surname forename dob")
        return self._episode("shared_account", level, person, done)

    def _as_dormant(self, day: int, level: int) -> Episode | None:
        """An account that slept for months comes back to look around."""
        if not self.asleep:
            return None
        person = self.asleep.pop(self.random.randrange(len(self.asleep)))
        person.dormant_until = None if level == 2 else self.world.days
        at, done = self._sit(person, day), []
        for _ in range((6, 3, 2)[level]):
            done += self._look(at, self._stranger(person), "surname forename")
        return self._episode("dormant", level, person, done)

    # -- what the system offers

    def _as_shield(self, day: int, level: int) -> Episode | None:
        """Lifts or overrides a shield to read an address."""
        person = self._anyone(lambda each: bool({"override", "shield"} & set(each.role.ways)))
        if person is None:
            return None
        hidden = [child for child in person.area.children if child.is_shielded]
        child = self.random.choice(hidden) if hidden else self._stranger(person)
        at, done = self._sit(person, day), []
        for _ in range((2, 1, 1)[level]):
            done.append(self.diary.search(at, child))
            done.append(
                self.diary.see(at, child, "shield_lift" if level < 2 else "shield_override")
            )
            done.append(self.diary.see(at, child))
            if level == 0:
                done.append(self.diary.see(at, child, "shield_apply"))
        return self._episode("shield", level, person, done)

    def _as_mediated(self, day: int, level: int) -> Episode | None:
        """Looks up on behalf of a colleague who never asked."""
        person = self._anyone(lambda each: "mediated" in each.role.ways)
        if person is None:
            return None
        colleagues = [
            each for each in self.staff if each.team == person.team and each is not person
        ]
        if not colleagues:
            return None
        at, done = self._sit(person, day), []
        at.code, at.on_behalf_of = "MEDIATED", self.random.choice(colleagues).id
        for _ in range((7, 4, 2)[level]):
            done += self._look(at, self._stranger(person), "surname forename dob")
        return self._episode("mediated", level, person, done)

    def _as_test(self, day: int, level: int) -> Episode | None:
        """Tries the system out on real children, and says so."""
        person = self._anyone()
        if person is None:
            return None
        at, done = self._sit(person, day), []
        at.code, at.text = "OTHER", self.random.choice(TESTING)
        for _ in range((3, 2, 1)[level]):
            done += self._look(at, self._stranger(person), "surname forename")
        return self._episode("test", level, person, done)

    def _as_old_team(self, day: int, level: int) -> Episode | None:
        """Goes on opening the cases of a team left weeks ago."""
        person = self._anyone(lambda each: each.moved_on is not None and each.moved_on + 16 < day)
        if person is None:
            return None
        cases = [
            case.child
            for each in self.staff
            if each.team == person.old_team and each is not person
            for case in each.cases
            if case.recorded_at is not None and case.recorded_at < 0
        ]
        if not cases:
            return None
        at, done = self._sit(person, day), []
        for child in self.random.sample(cases, min(len(cases), (5, 3, 1)[level])):
            done += self._look(at, child, "surname forename dob")
        return self._episode("old_team", level, person, done)
