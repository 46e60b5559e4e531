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
    """The log-odds of misuse: the prior, the best signal of each family, a part of the rest."""
    best: dict[str, float] = {}
    for each in signals:
        best[each.family] = max(each.weight, best.get(each.family, 0.0))
    families = {name: weight for name, weight in best.items() if name != "base"}
    rest = sum(each.weight for each in signals if each.family != "base") - sum(families.values())
    return PRIOR + sum(best.values()) + min(MOST_OF_OTHERS, OTHERS * rest)


def reasons(signals: Sequence[Signal]) -> list[str]:
    """The sentences, strongest first, each once."""
    ranked = sorted(signals, key=lambda each: (-each.weight, each.rule))
    return list(dict.fromkeys(each.sentence for each in ranked))[:MOST_SENTENCES]
