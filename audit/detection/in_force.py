"""What the rules go by today, in words and figures that a person can read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from importlib import import_module
from pkgutil import iter_modules

from audit.detection import rules
from audit.detection.models import ScanCursor
from audit.detection.scanning import JOB
from audit.detection.score import CALIBRATED_DAYS, suspends_from
from audit.detection.versions import Versions, current


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule as its file says it."""

    code: str
    says: str


@dataclass(frozen=True, slots=True)
class RoleLine:
    """What is usual in one role, and from which score on it is acted upon."""

    role: str
    days: int
    explained: float
    days_with: float
    alert: float
    suspend: float | None  # None: advises only until enough is known

    @property
    def words(self) -> str:
        return self.role.replace("_", " ")


@dataclass(frozen=True, slots=True)
class InForce:
    """The page."""

    learned_on: date | None
    is_calibrated: bool
    scanned_at: datetime | None
    rules: list[RuleLine]
    roles: list[RoleLine]


def in_force() -> InForce:
    """The rules, and the version of what is usual that the next scan goes by."""
    versions = current()
    cursor = ScanCursor.objects.filter(pk=JOB).first()
    return InForce(
        learned_on=versions.on,
        is_calibrated=versions.is_calibrated,
        scanned_at=cursor.moved_at if cursor else None,
        rules=sorted(_rules(), key=lambda line: line.code),
        roles=[_role(versions, role) for role in versions.roles],
    )


def _rules() -> Iterator[RuleLine]:
    """The first paragraph of each rule's file says what it is."""
    for module in iter_modules(rules.__path__):
        said = import_module(f"{rules.__name__}.{module.name}").__doc__ or ""
        code, _, says = " ".join(said.partition("\n\n")[0].split()).partition(": ")
        if code.startswith("R") and says:
            yield RuleLine(code, says[0].upper() + says[1:])


def _role(versions: Versions, role: str) -> RoleLine:
    usual = versions.usual(role, None)
    known = versions.is_calibrated and usual.days >= CALIBRATED_DAYS
    return RoleLine(
        role=role,
        days=round(usual.days),
        explained=usual.explained,
        days_with=usual.days_with,
        alert=usual.alert,
        suspend=suspends_from(usual) if known else None,
    )
