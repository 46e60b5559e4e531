"""A day of honest work: why each child is opened, and whether that why is on record in time."""

from __future__ import annotations

from math import exp
from random import Random

from tests.worlds.diary import DAY, HOUR, MINUTE, Diary, Sitting
from tests.worlds.parameters import World
from tests.worlds.places import Area, Child
from tests.worlds.staff import Case, Person

TEXTS = ("", "", "home visit", "strategy discussion", "telephone call from carer", "attendance")
CODES = {"case": "CASE", "team": "CASE", "sibling": "CASE", "referral": "REFERRAL"} | {
    "school": "SCHOOL", "practice": "GP_REG", "mediated": "MEDIATED", "move": "ENQUIRY",
    "quality": "DQ", "shield": "SHIELD", "override": "REFERRAL",
}  # fmt: skip


class Honest:
    """Works through the days of a world."""

    def __init__(
        self, world: World, areas: list[Area], staff: list[Person], diary: Diary, random: Random
    ) -> None:
        self.world, self.areas, self.diary, self.random = world, areas, diary, random
        self.by_team: dict[str, list[Person]] = {}
        for person in staff:
            self.by_team.setdefault(person.team, []).append(person)
        self.requests = 0

    def work(self, person: Person, day: int, weekday: int) -> None:
        """The person's shift of the day, if there is one."""
        if person.dormant_until is not None and day < person.dormant_until:
            return
        shift = self._shift(person, day, weekday)
        if shift is None:
            return
        starts, hours = shift
        network, away = person.network, self.random.random()
        if away < 0.12:
            network = "vpn" if away < 0.07 else "mobile"
        at = self.diary.sit_down(person, starts + self.random.randint(0, 90 * MINUTE), network)
        busy = self.world.busier if day >= self.world.learning_days else 1.0
        tasks = sorted(
            self.random.randint(0, int(hours * HOUR * 0.8))
            for _ in range(self._poisson(person.role.tasks * busy))
        )
        for after in tasks:
            at.clock = max(at.clock + MINUTE, starts + after)
            self._task(at, day)
        self.diary.leave(at)

    def _shift(self, person: Person, day: int, weekday: int) -> tuple[int, int] | None:
        """When today's shift begins, in seconds, and for how many hours; None for a day off."""
        shifts = {"night": self._at_night, "rota": self._by_rota}
        found = shifts.get(person.role.shift, self._by_day)(person, day, weekday)
        return (found[0] + day * DAY, found[1]) if found else None

    def _at_night(self, person: Person, day: int, weekday: int) -> tuple[int, int] | None:
        return (20 * HOUR, 11) if self.random.random() < 0.5 else None

    def _by_rota(self, person: Person, day: int, weekday: int) -> tuple[int, int] | None:
        if self.random.random() > 0.6:
            return None
        hour = self.random.choice((6, 14, 22)) * HOUR
        starts = day * DAY + hour
        self.diary.row("rota", user_id=person.id, starts_at=starts, ends_at=starts + 8 * HOUR)
        return hour, 8

    def _by_day(self, person: Person, day: int, weekday: int) -> tuple[int, int] | None:
        chance = self.random.random()
        if weekday >= 5:
            return (10 * HOUR, 4) if chance < 0.015 else None
        if chance < 0.72:
            return 8 * HOUR, 8
        return (18 * HOUR, 4) if person.works_evenings and chance < 0.85 else None

    def _task(self, at: Sitting, day: int) -> None:
        ways = at.person.role.ways
        way = self.random.choices(list(ways), list(ways.values()))[0]
        if self.random.random() < 0.02:
            way = "move"
        at.code, at.text, at.on_behalf_of = CODES[way], self.random.choice(TEXTS), None
        child, is_traced = getattr(self, f"_{way}")(at)
        if child is None:
            return
        if self.random.random() < 0.0002:
            at.text = "testing new printer, ignore"
        self._look(at, child, is_traced, way)

    def _look(self, at: Sitting, child: Child, is_traced: bool, way: str) -> None:
        """Search, perhaps the wrong one first, the record, perhaps again, perhaps on paper."""
        if self.random.random() < 0.85:
            thin = self.random.random() < 0.04
            self.diary.search(at, child, "surname" if thin else "surname forename dob")
            if self.random.random() < 0.03:
                self.diary.search_for(
                    at, {"surname": child.surname, "dob": child.born}, self.random.randint(2, 6)
                )
                self.diary.see(at, self.random.choice(at.person.area.children))
        self.diary.looks += 1
        self.diary.traced += is_traced
        self.diary.see(at, child, "shield_override" if way == "override" else "view")
        for _ in range(self.random.choices((0, 1, 2), (70, 22, 8))[0]):
            at.clock += self.random.randint(1, 20) * MINUTE
            self.diary.see(at, child)
        if self.random.random() < at.person.role.prints:
            for _ in range(self.random.choices((1, 2, 5), (85, 12, 3))[0]):
                self.diary.see(at, child, "print")
        if way == "quality" and child.home.children:
            at.clock += MINUTE

    def _is_recorded(self) -> bool:
        return self.random.random() < self.world.explained

    def _later(self, at: Sitting) -> int | None:
        """When what is not on record gets there, if ever."""
        if self.random.random() < self.world.recorded_later:
            return at.clock + self.random.randint(HOUR, 3 * DAY)
        return None

    def involve(self, person: Person, child: Child, started: int, recorded: int) -> None:
        self.diary.row(
            "involvements",
            user_id=person.id,
            child_id=child.id,
            team=person.team,
            started_at=started,
            ended_at="",
            recorded_at=recorded,
            kind="case",
        )

    def _case(self, at: Sitting) -> tuple[Child | None, bool]:
        """One of the person's own; now and then a new one, or an end."""
        person = at.person
        if self.random.random() < 0.06 or not person.cases:
            child = self.random.choice(person.area.children)
            case = Case(child, at.clock if self._is_recorded() else self._later(at))
            person.cases.append(case)
            if case.recorded_at is not None:
                self.involve(person, child, at.clock - HOUR, max(case.recorded_at, at.clock))
            # recorded in time means: before the record is opened
            return child, case.recorded_at == at.clock
        case = self.random.choice(person.cases)
        return case.child, case.recorded_at is not None and case.recorded_at <= at.clock

    def _team(self, at: Sitting) -> tuple[Child | None, bool]:
        """A colleague's case."""
        colleague = self.random.choice(self.by_team[at.person.team])
        if not colleague.cases:
            return self._referral(at)
        case = self.random.choice(colleague.cases)
        return case.child, case.recorded_at is not None and case.recorded_at <= at.clock

    def _sibling(self, at: Sitting) -> tuple[Child | None, bool]:
        case = self.random.choice(at.person.cases)
        return (
            self.random.choice(case.child.home.children),
            case.recorded_at is not None and case.recorded_at <= at.clock,
        )

    def _referral(self, at: Sitting) -> tuple[Child | None, bool]:
        """A child referred to the team; the referral may never be entered, or late."""
        person = at.person
        area = person.area
        if person.is_national or self.random.random() < 0.03:
            area = self.random.choice(self.areas)
        child = self.random.choice(area.children)
        is_recorded = self._is_recorded()
        recorded = at.clock - self.random.randint(MINUTE, 5 * HOUR)
        if not is_recorded:
            later = self._later(at)
            if later is None:
                return child, False
            recorded = later
        self.diary.row(
            "referrals",
            child_id=child.id,
            team=person.team,
            local_authority=person.area.id,
            received_at=min(recorded, at.clock) - self.random.randint(0, HOUR),
            recorded_at=recorded,
        )
        return child, is_recorded

    def _school(self, at: Sitting) -> tuple[Child | None, bool]:
        there = at.person.area.at_school.get(at.person.sites[0], [])
        child = self.random.choice(there) if there else None
        return child, child is not None and child.school in at.person.sites

    def _practice(self, at: Sitting) -> tuple[Child | None, bool]:
        there = at.person.area.at_practice.get(self.random.choice(at.person.sites), [])
        child = self.random.choice(there) if there else None
        return child, child is not None and child.practice in at.person.sites

    def _mediated(self, at: Sitting) -> tuple[Child | None, bool]:
        """For a colleague on the telephone."""
        callers = self.by_team[at.person.team]
        caller = self.random.choice([each for each in callers if each is not at.person] or callers)
        child = self.random.choice(at.person.area.children)
        at.on_behalf_of = caller.id
        is_recorded = self.random.random() < min(0.97, self.world.explained + 0.06)
        if is_recorded:
            self._request(at, caller, child)
        return child, is_recorded

    def _request(self, at: Sitting, caller: Person, child: Child) -> None:
        self.requests += 1
        self.diary.row(
            "mediated_requests",
            request_id=f"m{self.requests:06d}",
            requester_id=caller.id,
            operator_id=at.person.id,
            child_id=child.id,
            requested_at=at.clock - 5 * MINUTE,
            recorded_at=at.clock - 4 * MINUTE,
        )

    def _move(self, at: Sitting) -> tuple[Child | None, bool]:
        """A child who moves between authorities."""
        other = self.random.choice(self.areas)
        child = self.random.choice(other.children)
        is_recorded = self._is_recorded()
        if is_recorded:
            self.diary.row(
                "child_moves",
                child_id=child.id,
                from_la=other.id,
                to_la=at.person.area.id,
                moved_at=at.clock - self.random.randint(HOUR, 20 * DAY),
                recorded_at=at.clock - 30 * MINUTE,
            )
        return child, is_recorded

    def _quality(self, at: Sitting) -> tuple[Child | None, bool]:
        """Two records that may be one child; the clerk's authority is the reason."""
        return self.random.choice(at.person.area.children), True

    def _shield(self, at: Sitting) -> tuple[Child | None, bool]:
        child = self.random.choice(at.person.area.children)
        is_recorded = self._is_recorded()
        if is_recorded:
            self.diary.row(
                "shield_requests",
                child_id=child.id,
                organisation=at.person.organisation,
                requested_at=at.clock - self.random.randint(HOUR, 5 * DAY),
                kind="apply",
            )
        self.diary.see(at, child, "shield_apply")
        return child, is_recorded

    def _override(self, at: Sitting) -> tuple[Child | None, bool]:
        hidden = [child for child in at.person.area.children if child.is_shielded]
        if not hidden:
            return None, False
        child, (_, is_traced) = self.random.choice(hidden), self._referral(at)
        if is_traced:
            self.diary.tables["referrals"][-1]["child_id"] = child.id
        return child, is_traced

    def _poisson(self, mean: float) -> int:
        limit, product, n = exp(-mean), self.random.random(), 0
        while product > limit:
            product *= self.random.random()
            n += 1
        return n
