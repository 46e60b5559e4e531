"""Where people of a user base look: learned from looks that something explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Sum

from audit.detection.models import Reach

WINDOW = timedelta(days=28)
ENOUGH, HOME, NEAR = (
    100,
    0.3,
    0.01,
)  # looks; the share of a home area; the least share of a near one


@dataclass(frozen=True)
class FarPlaces:
    """By user base: the looks in each authority over four weeks."""

    looks: dict[int, dict[str, int]] = field(default_factory=dict)

    def is_far(self, base: int, authority: str) -> bool:
        """Whether hardly anybody of the base looks there. To a base without a home area, or of
        which too little is known, nothing is far.
        """
        there = self.looks.get(base)
        every = sum(there.values()) if there else 0
        if not there or not authority or every < ENOUGH or max(there.values()) < HOME * every:
            return False
        return there.get(authority, 0) < NEAR * every


def far_places(today: date) -> FarPlaces:
    """As learned from the four weeks before today."""
    rows = (
        Reach.objects.filter(on__gte=today - WINDOW, on__lt=today)
        .values_list("base", "authority")
        .annotate(Sum("looks"))
    )
    return FarPlaces(_nested(rows))


def _nested(rows: Iterable[tuple[int, str, int]]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for base, authority, looks in rows:
        found[base][authority] = looks
    return dict(found)
