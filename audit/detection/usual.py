"""What is usual among honest people of a role: the denominator of every weight.

Learned from the last four weeks (learning.py), shrunk from the role to the nation; until there is
enough, the nation's figures stand, and shipped ones where there is no nation either. Nothing here
names a role. Sources: detection.md 4.2 and the issue's item 11; DuMouchel 1999 (gamma-Poisson).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import e, exp, lgamma, log

SIGNS = (
    "same_surname",
    "same_household",
    "same_postcode",
    "colleague_household",
    "former_household",
    "is_far",
    "test_words",
    "left_team",
    "overridden",
)
# Of looks without a recorded reason, before anything is learned: the share that shows a sign.
SHIPPED: Mapping[str, float] = {
    "same_surname": 1 / 400,
    "same_household": 1 / 20_000,
    "same_postcode": 1 / 600,
    "colleague_household": 1 / 800,
    "former_household": 1 / 1_500,
    "is_far": 0.10,
    "test_words": 1 / 3_000,
    "left_team": 1 / 100,
    "overridden": 1 / 50,
}


@dataclass(frozen=True, slots=True)
class Counted:
    """A count a day (or a person) in honest work: mean and variance."""

    mean: float
    variance: float

    def over(self, days: int) -> Counted:
        """The same of so many days together."""
        return Counted(days * self.mean, days * self.variance)

    def tail(self, count: int, *, own: float = 0.0, own_days: float = 0.0) -> float:
        """P(a count of at least `count`): negative binomial, the gamma prior of the role updated by
        the person's own history with seven tenths of its weight.
        """
        mean = max(self.mean, 1e-4)
        variance = max(self.variance, 1.15 * mean + 0.01)
        b = mean / (variance - mean)
        a, b = mean * b + 0.7 * own, b + 0.7 * own_days
        p = 1 / (1 + b)
        return max(1e-300, 1 - sum(_negative_binomial(k, a, p) for k in range(count)))


def _negative_binomial(k: int, a: float, p: float) -> float:
    return exp(lgamma(k + a) - lgamma(a) - lgamma(k + 1) + a * log(1 - p) + k * log(p))


def evidence(tail: float, less: float) -> float:
    """The most that a tail probability says, as a log Bayes factor, less a toll; 0 to 8.

    -e p ln p bounds the Bayes factor of a p-value (Sellke, Bayarri and Berger 2001).
    """
    if tail > 0.02:
        return 0.0
    tail = max(tail, 1e-12)
    return min(8.0, max(0.0, -log(-e * tail * log(tail)) - less))


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual in one role."""

    days: float = 0.0  # active days it was learned from
    explained: float = 0.9  # share of looks that something explains
    days_with: float = 0.25  # share of active days with a look that nothing explains
    children: Counted = Counted(0.35, 0.8)
    thin: Counted = Counted(0.3, 0.8)
    prints: Counted = Counted(0.15, 0.6)
    unrequested: Counted = Counted(0.05, 0.1)
    settled: Counted = Counted(2.0, 6.0)  # a person, in three weeks
    again: tuple[float, ...] = (0.10, 0.03, 0.01, 0.004, 0.002, 0.001)  # on 2, 3, … days or more
    bands: Sequence[float] = (0.90, 0.05, 0.02, 0.03)  # by Band
    signs: Mapping[str, float] = field(default_factory=lambda: dict(SHIPPED))
    surname_excess: float = 1.0  # same surnames among honest looks, beside what chance gives
    far_viewers: float = 0.1  # of a child in a week, beside a first one
    alert: float = -1.0
    ceiling: float = 0.0  # the highest score of an honest day

    def on_so_many_days(self, days: int) -> float:
        """P(a child without a recorded reason is opened on at least so many days, two or more):
        counted, and never less than falling off as it does from two days to three.
        """
        counted = self.again[min(days, len(self.again) + 1) - 2]
        falls = max(0.4, min(0.8, self.again[1] / max(self.again[0], 1e-9)))
        return max(counted, self.again[0] * falls ** (days - 2))

    @property
    def tries(self) -> float:
        """Children without a recorded reason on a day that has any: how often chance may strike."""
        return max(1.0, self.children.mean / max(self.days_with, 0.01))
