"""Invented children in invented families: the same seed and day give the same children, in order.

Yields the rows that `import_records` reads from files; loading them is `seed.py`'s business.
Children come in blocks, each with its own chance: any stretch can be made without the one before.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from contactpoint.invented import codes
from contactpoint.invented.names import (
    SECOND_PARTS,
    Weighted,
    family_names,
    given_names,
    origins,
)
from contactpoint.invented.places import Neighbourhood
from records.feeds.rows import ImportRow

BLOCK = 1000  # children made with one chance
POSTCODE_CHILDREN = 8
_CLUSTERS = BLOCK // 2  # room for the postcodes of one block
_DAYS = 18 * 365
_NEWBORN_DAYS = 42  # births are to be registered within 42 days
YEAR_ONLY = 0.005  # share of children whose year of birth alone is known

SIBLINGS = Weighted([("1", 50), ("2", 33), ("3", 13), ("4", 4)])  # 1.7 a family
SEXES = Weighted([("M", 511), ("F", 486), ("N", 3)])


@dataclass(frozen=True)
class World:
    """What an invented England depends on: seed, day, and authorities, some more populous."""

    seed: str
    today: date
    authorities: Sequence[str]
    busy: tuple[str, ...] = ()
    places: int = 6  # schools, and practices, an authority

    @property
    def number(self) -> int:
        """Where this world's NHS numbers begin, so that two worlds seldom share one."""
        return zlib.crc32(self.seed.encode())


@dataclass(frozen=True)
class Family:
    """What siblings share."""

    origin: str
    surname: str
    former: str
    carer: str
    phone: str
    line_1: str
    line_2: str
    uprn: str
    near: Neighbourhood


class Namesake(NamedTuple):
    """What a child, not related, has in common with one made before."""

    given: str
    surname: str
    born: date
    sex: str


def children(world: World, start: int, stop: int) -> Iterator[ImportRow]:
    """The children numbered `start` to `stop` (not included) of a world."""
    for block in range(start // BLOCK, -(-stop // BLOCK)):
        for number, child in enumerate(_Block(world, block).children(), block * BLOCK):
            if start <= number < stop:
                yield child


class _Block:
    """One block in the making: the chance, the next numbers, and the child who gets a namesake."""

    def __init__(self, world: World, block: int) -> None:
        self.world = world
        self.block = block
        self.chance = Random(f"{world.seed}/{block}")  # noqa: S311  # nothing secret: it must repeat
        self.number = block * BLOCK
        self.households = block * BLOCK
        self.namesake: Namesake | None = None

    def children(self) -> Iterator[ImportRow]:
        end = (self.block + 1) * BLOCK
        cluster = self.block * _CLUSTERS
        while True:
            near = self._neighbourhood(cluster)
            cluster += 1
            enough = self.number + POSTCODE_CHILDREN
            while self.number < enough:
                for child in self._household(near):
                    yield child
                    self.number += 1
                    if self.number == end:
                        return

    def _neighbourhood(self, cluster: int) -> Neighbourhood:
        world, chance = self.world, self.chance
        if world.busy and chance.random() < 0.3:
            code = chance.choice(world.busy)
            area = world.authorities.index(code)
        else:
            area = int(chance.random() * len(world.authorities))
            code = world.authorities[area]
        return Neighbourhood(authority=code, area=area, serial=cluster, places=world.places)

    def _household(self, near: Neighbourhood) -> Iterator[ImportRow]:
        chance = self.chance
        namesake, self.namesake = self.namesake, None
        family = self._family(near, namesake.surname if namesake else "")
        born = namesake.born if namesake else self._birthday()
        for place in range(int(SIBLINGS.pick(chance))):
            sex = namesake.sex if namesake else SEXES.pick(chance)
            given = namesake.given if namesake else self._given(family.origin, sex)
            if place == 0 and not namesake and chance.random() < 0.006:
                self.namesake = Namesake(given, family.surname, born, sex)
            yield self._child(family, given, sex, born)
            namesake = None
            born = self._next_birthday(born)

    def _birthday(self) -> date:
        return self.world.today - timedelta(days=int(self.chance.random() * _DAYS))

    def _next_birthday(self, born: date) -> date:
        """The same day for twins, else at least ten months away and within childhood."""
        if self.chance.random() < 0.03:
            return born
        days = (self.world.today - born).days
        apart = 310 + int(self.chance.random() * 1500)
        if days + apart < _DAYS:
            return born - timedelta(days=apart)
        return born + timedelta(days=apart)

    def _family(self, near: Neighbourhood, surname: str) -> Family:
        chance = self.chance
        origin = origins().pick(chance)
        names = family_names(origin)
        surname = surname or names.pick(chance)
        if chance.random() < 0.05:
            surname = f"{surname}-{names.pick(chance)}"
        former = names.pick(chance) if chance.random() < 0.07 else ""
        carer = surname if chance.random() < 0.8 else names.pick(chance)
        parent = "F" if chance.random() < 0.8 else "M"
        phone = codes.mobile if chance.random() < 0.85 else codes.landline
        self.households += 1
        line_1, line_2 = self._lines(near)
        return Family(
            origin=origin,
            surname=surname,
            former=former,
            carer=f"{given_names(origin, parent).pick(chance)} {carer}",
            phone=phone(self.households * 7),
            line_1=line_1,
            line_2=line_2,
            uprn=codes.uprn(self.households),
            near=near,
        )

    def _lines(self, near: Neighbourhood) -> tuple[str, str]:
        """The two address lines; some households have a flat, and a few have no fixed abode."""
        luck = self.chance.random()
        if luck < 0.004:
            return "", ""
        house = f"{1 + int(self.chance.random() * 180)} {near.street}"
        if luck < 0.15:
            return f"Flat {1 + int(luck * 100)}", house
        return house, ""

    def _given(self, origin: str, sex: str) -> str:
        name = given_names(origin, sex).pick(self.chance)
        if self.chance.random() < 0.012:
            return f"{name}-{self.chance.choice(SECOND_PARTS)}"
        return name

    def _others(self, origin: str, sex: str, given: str) -> str:
        luck = self.chance.random()
        if luck < 0.25:
            return ""
        names = given_names(origin, sex)
        other = names.pick(self.chance)
        if other == given:
            return ""
        return other if luck < 0.88 else f"{other} {names.pick(self.chance)}"

    def _child(self, family: Family, given: str, sex: str, born: date) -> ImportRow:
        chance, near = self.chance, family.near
        days = (self.world.today - born).days
        unnamed = days < _NEWBORN_DAYS and chance.random() < 0.7
        housed = bool(family.line_1)
        return ImportRow(
            line=self.number + 1,
            source_ref=f"C{self.number:08d}",
            given_name="" if unnamed else given,
            family_name=family.surname,
            other_given_names="" if unnamed else self._others(family.origin, sex, given),
            former_family_name=family.former,
            born_on=None if chance.random() < YEAR_ONLY else born,
            born_year=born.year,
            sex=sex,
            address_kind="address" if housed else "no_fixed_abode",
            line_1=family.line_1,
            line_2=family.line_2,
            town=near.town if housed else "",
            postcode=near.postcode if housed else "",
            uprn=family.uprn if housed else "",
            nhs_number=codes.nhs_number(self.number, self.world.number),
            authority=near.authority,
            school=near.school_at(days // 365),
            practice=near.practice,
            carer_name=family.carer,
            carer_phone=family.phone,
        )
