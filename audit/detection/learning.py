"""From counts of honest use to what is usual: nation, then role, then the role in one employer.

Each level is shrunk towards the one above it: the one above counts as so many days of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from audit.detection.usual import SIGNS, Counted, Usual

ABOVE_DAYS = 150.0  # days that the level above counts for
ABOVE_LOOKS = 300.0  # looks without a recorded reason, for the signs among them
ABOVE_PAIRS = 100.0  # children opened by one person
BUDGET = 2.0  # alerts a day per 1,000 accounts at most
FEWEST_ALLOWED = 10  # alerts in the window, below which chance alone would set a threshold
ALERT = -1.0  # log-odds: about one in four
MOMENTS = ("children", "thin", "prints", "unrequested", "settled")


@dataclass(slots=True)
class Moments:
    """Number, sum and sum of squares of a count."""

    n: float = 0.0
    total: float = 0.0
    squares: float = 0.0

    def counted(self, above: Counted, weight: float) -> Counted:
        """Mean and variance, with the level above as so many observations."""
        n = self.n + weight
        mean = (self.total + weight * above.mean) / n
        squares = self.squares + weight * (above.variance + above.mean**2)
        return Counted(mean, max(0.0, squares / n - mean**2))


@dataclass(slots=True)
class Sums:
    """What is added up of one role (and employer) over the window."""

    days: float = 0.0
    days_with: float = 0.0
    looks: float = 0.0
    explained: float = 0.0
    unexplained: float = 0.0
    children: Moments = field(default_factory=Moments)
    thin: Moments = field(default_factory=Moments)
    prints: Moments = field(default_factory=Moments)
    unrequested: Moments = field(default_factory=Moments)
    settled: Moments = field(default_factory=Moments)  # of people
    pairs: list[float] = field(default_factory=lambda: [0.0] * 7)  # on 1, 2, … days or more
    bands: list[float] = field(default_factory=lambda: [0.0] * 4)
    signs: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SIGNS, 0.0))
    surnames_by_chance: float = 0.0
    far_viewers: float = 0.0
    more_far_viewers: float = 0.0

    def add(self, other: Sums) -> None:
        """Adds the sums of a part."""
        for name in ("days", "days_with", "looks", "explained", "unexplained", "surnames_by_chance",
                     "far_viewers", "more_far_viewers"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in MOMENTS:
            mine, theirs = getattr(self, name), getattr(other, name)
            mine.n += theirs.n
            mine.total += theirs.total
            mine.squares += theirs.squares
        self.pairs = [a + b for a, b in zip(self.pairs, other.pairs, strict=True)]
        self.bands = [a + b for a, b in zip(self.bands, other.bands, strict=True)]
        self.signs = {sign: n + other.signs[sign] for sign, n in self.signs.items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Sums:
        """As `asdict` wrote it."""
        told: dict[str, Any] = {
            name: Moments(**value) if name in MOMENTS else value for name, value in kept.items()
        }
        return cls(**told)

    def to_json(self) -> dict[str, Any]:
        """For keeping."""
        return asdict(self)


def usual_of(sums: Sums, above: Usual) -> Usual:
    """What is usual, given what is usual one level above."""
    k = ABOVE_DAYS

    def share(x: float, n: float, prior: float, weight: float) -> float:
        return (x + weight * prior) / (n + weight)

    looks = sum(sums.bands)
    return Usual(
        days=sums.days,
        explained=share(sums.explained, sums.looks, above.explained, ABOVE_LOOKS),
        days_with=share(sums.days_with, sums.days, above.days_with, k),
        children=sums.children.counted(above.children, k),
        thin=sums.thin.counted(above.thin, k),
        prints=sums.prints.counted(above.prints, k),
        unrequested=sums.unrequested.counted(above.unrequested, k),
        settled=sums.settled.counted(above.settled, k / 10),
        again=_again(sums.pairs, above.again),
        bands=[
            share(band, looks, prior, 2 * k)
            for band, prior in zip(sums.bands, above.bands, strict=True)
        ],
        signs={
            sign: share(sums.signs[sign], sums.unexplained, prior, ABOVE_LOOKS)
            for sign, prior in above.signs.items()
        },
        surname_excess=max(
            1.0, share(sums.signs["same_surname"], sums.surnames_by_chance, above.surname_excess, 2)
        ),
        far_viewers=share(sums.more_far_viewers, sums.far_viewers, above.far_viewers, 50),
    )


def _again(pairs: Sequence[float], above: Sequence[float]) -> tuple[float, ...]:
    n = pairs[0] + ABOVE_PAIRS
    return tuple(
        (seen + ABOVE_PAIRS * prior) / n for seen, prior in zip(pairs[1:], above, strict=True)
    )


def alert_threshold(peaks: Sequence[float], account_days: float) -> float | None:
    """The score that so many accounts cross as often as the budget allows, at least -1; None where
    there are too few to tell.

    `peaks` are the highest scores of days, `account_days` the accounts times the window's days.
    """
    allowed = int(BUDGET * account_days / 1_000)
    if allowed < FEWEST_ALLOWED:
        return None
    ranked = sorted(peaks, reverse=True)
    return max(ALERT, ranked[allowed]) if allowed < len(ranked) else ALERT
