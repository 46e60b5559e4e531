"""What is usual, as it was learned last night: the nation, its roles, their employers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from audit.detection.far import FarPlaces, far_places
from audit.detection.learning import Sums, usual_of
from audit.detection.looks import Place
from audit.detection.models import Learned
from audit.detection.store import office_places
from audit.detection.usual import Usual

Key = tuple[str, int | None]


@dataclass
class Versions:
    """One night's version. `is_calibrated`: three weeks and more were learned from."""

    on: date | None = None
    is_calibrated: bool = False
    sums: Mapping[Key, Sums] = field(default_factory=dict)
    far: FarPlaces = field(default_factory=FarPlaces)
    places: Mapping[int, Place] = field(default_factory=dict)
    thresholds: Mapping[Key, tuple[float, float]] = field(default_factory=dict)
    _known: dict[Key, Usual] = field(default_factory=dict)

    @property
    def roles(self) -> list[str]:
        """The roles that something was learned of."""
        return sorted({role for role, _ in self.sums if role})

    def usual(self, role: str, employer: int | None) -> Usual:
        """Of a role in an employer, shrunk from there to the role and the nation."""
        key = (role, employer)
        if key not in self._known:
            self._known[key] = self._shrunk(role, employer)
        return self._known[key]

    def _shrunk(self, role: str, employer: int | None) -> Usual:
        found = Usual()
        for key in dict.fromkeys([("", None), (role, None), (role, employer)]):
            if sums := self.sums.get(key):
                found = usual_of(sums, found)
        ours = (role, None)
        if ours not in self.thresholds:
            return replace(found, days=0.0)
        alert, ceiling = self.thresholds[ours]
        return replace(found, days=self.sums[ours].days, alert=alert, ceiling=ceiling)


_kept: tuple[int | None, Versions] = (None, Versions())  # by its newest row


def current() -> Versions:
    """The newest version; read once a night by each process."""
    global _kept
    newest = Learned.objects.order_by("-pk").values_list("pk", "on").first()
    if newest is None:
        return Versions(places=office_places())
    pk, on = newest
    if pk != _kept[0]:
        _kept = (pk, version(on))
    return _kept[1]


def version(on: date) -> Versions:
    """The version of a night."""
    rows = list(Learned.objects.filter(on=on))
    nation = next((row for row in rows if not row.role), None)
    return Versions(
        on=on,
        is_calibrated=bool(nation and nation.sums.get("is_calibrated")),
        sums={(row.role, row.employer): Sums.from_json(row.sums["sums"]) for row in rows},
        far=far_places(on),
        places=office_places(),
        thresholds={(row.role, row.employer): (row.alert, row.ceiling) for row in rows},
    )
