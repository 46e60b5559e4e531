"""Invented places: what the children of one postcode share: town, street, schools, practice.

Authorities are real reference data and only numbered here; everything below them is made up.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property

from contactpoint.invented import codes
from contactpoint.invented.names import joined

MOST = codes.SCHOOLS_AN_AUTHORITY  # schools, and practices, that an authority can have


@cache
def towns() -> tuple[str, ...]:
    return tuple(joined("place_parts.csv", "town"))


@cache
def streets() -> tuple[str, ...]:
    return tuple(joined("place_parts.csv", "street", " "))


def town(area: int, serial: int) -> str:
    """One of the eight towns of an authority."""
    names = towns()
    return names[(area * 7 + serial % 8 * 131) % len(names)]


@dataclass(frozen=True)
class InventedPlace:
    """A school or a practice, with the number of its authority."""

    code: str
    name: str
    phone: str
    postcode: str
    area: int


def school(area: int, serial: int) -> InventedPlace:
    """The school `serial` of an authority: every third one is a secondary school."""
    kind = "Academy" if is_secondary(serial) else "Primary School"
    names = streets()
    first = names[(area * 61 + serial * 17) % len(names)].split()[0]
    return InventedPlace(
        code=codes.urn(area, serial),
        name=f"{town(area, serial)} {first} {kind}",
        phone=codes.landline(area * 3 + serial),
        postcode=codes.postcode(area, 40_000 + serial),
        area=area,
    )


def practice(area: int, serial: int) -> InventedPlace:
    """The general practice `serial` of an authority."""
    names = streets()
    street = names[(area * 89 + serial * 23) % len(names)]
    return InventedPlace(
        code=codes.ods_code(area, serial),
        name=f"{street} Surgery, {town(area, serial)}",
        phone=codes.landline(area * 5 + serial + 500),
        postcode=codes.postcode(area, 41_000 + serial),
        area=area,
    )


def is_secondary(serial: int) -> bool:
    return serial % 3 == 2


@dataclass(frozen=True)
class Neighbourhood:
    """What the families of one postcode have in common."""

    authority: str
    area: int
    serial: int
    places: int

    @cached_property
    def town(self) -> str:
        return town(self.area, self.serial)

    @cached_property
    def street(self) -> str:
        names = streets()
        return names[(self.serial * 37 + self.area) % len(names)]

    @cached_property
    def postcode(self) -> str:
        return codes.postcode(self.area, self.serial)

    @cached_property
    def practice(self) -> str:
        return codes.ods_code(self.area, self.serial % self.places)

    def school_at(self, age: int) -> str:
        """The URN of the school for a child of this age; none before four and after seventeen."""
        if not 4 <= age <= 17:
            return ""
        group = self.serial % (self.places // 3) * 3
        return codes.urn(self.area, group + (2 if age >= 11 else self.serial // 7 % 2))
