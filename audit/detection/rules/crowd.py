"""R07: many people, most from far away, open one child without a recorded reason within a week.

Feature: three people or more, two or more of them from authorities that do not look there. The
evidence of the Poisson tail of so many far viewers beside the first, plus 0.3 for each near one, at
most 8; all who looked are told of. Source: detection.md 4.3, misuse scenario 5 (in the news).
Trap: a child who moves is explained (X8).
"""

from collections.abc import Iterator
from math import exp

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual, evidence

FEWEST, FEWEST_FAR, EACH_NEAR, MOST, TOLL = 3, 2, 0.3, 8.0, 2.5


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each child the user opened within the week."""
    for child, looks in by_child(dossier.unexplained(7 * DAY)).items():
        others = dossier.crowds.get(child, ())
        far = sum(is_far for _, is_far in others) + any(look.is_far for look in looks)
        people = len(others) + 1
        if people < FEWEST or far < FEWEST_FAR:
            continue
        weight = evidence(poisson_tail(far - 1, usual.far_viewers), TOLL) + EACH_NEAR * (
            people - far
        )
        yield min(MOST, weight), words(people, far), ids(looks), child


def poisson_tail(count: int, mean: float) -> float:
    """P(at least `count` of a Poisson variable)."""
    term, below = exp(-mean), 0.0
    for k in range(count):
        below += term
        term *= mean / (k + 1)
    return max(1e-12, 1 - below)


def words(people: int, far: int) -> str:
    """The sentence."""
    return (
        f"{people} users, {far} of them from far areas, opened this child within 7 days without a"
        " recorded reason."
    )


CROWD = Rule("R07", "child", find)
