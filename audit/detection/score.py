"""From signals to one number, in natural logarithms of odds (0 is even), and the sentences."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from audit.detection.rules import Signal

PRIOR = log(1 / 5_000)  # of account-days, one holds misuse (detection.md 4.4)
OTHERS, MOST_OF_OTHERS = 0.4, 3.0  # signals beyond the best of each family
ALERT = -1.0
MOST_SENTENCES = 4


def score(signals: Sequence[Signal]) -> float:
    """The log-odds of misuse: the prior, the best signal of each family, a part of the rest.

    A rule counts once a child: who opens one record five times has given it one reason, not five.
    """
    counted = {(each.rule, each.child): each for each in sorted(signals, key=_weight)}
    best: dict[str, float] = {}
    for each in counted.values():
        best[each.family] = max(each.weight, best.get(each.family, 0.0))
    strongest = sum(weight for family, weight in best.items() if family != "base")
    rest = sum(each.weight for each in counted.values() if each.family != "base") - strongest
    return PRIOR + sum(best.values()) + min(MOST_OF_OTHERS, OTHERS * rest)


def _weight(signal: Signal) -> float:
    return signal.weight


def reasons(signals: Sequence[Signal]) -> list[str]:
    """The sentences, strongest first, each once."""
    ranked = sorted(signals, key=lambda each: (-each.weight, each.rule))
    return list(dict.fromkeys(each.sentence for each in ranked))[:MOST_SENTENCES]
