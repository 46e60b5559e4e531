"""From signals to one number, in natural logarithms of odds (0 is even); whether it suspends."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules import RULES, Signal
from audit.detection.usual import Usual

PRIOR = log(1 / 5_000)  # of account-days, one holds misuse (detection.md 4.4)
OTHERS, MOST_OF_OTHERS = 0.4, 3.0  # signals beyond the best of each family
MOST_SENTENCES = 4
SUSPEND, BEYOND_HONEST, CALIBRATED_DAYS = 5.0, 0.5, 200
EXPLAINED_ENOUGH, TIGHTER = 0.85, 10.0
STRONG, STRONG_NAME, ALONE, TOGETHER, FAR_TRAVEL = 3.0, 3.5, 7.5, 9.0, 6.0


def signals_of(dossier: Dossier, usual: Usual) -> list[Signal]:
    """Every signal of every rule, strongest first."""
    found = [signal for rule in RULES for signal in rule.signals(dossier, usual)]
    return sorted(found, key=lambda each: (-each.weight, each.rule, each.event_ids))


def score(signals: Sequence[Signal]) -> float:
    """The log-odds of misuse: the prior, the best signal of each family about one child, and a part
    of the rest. Signals about different children do not bear each other out: who opened a far child
    in the morning and a namesake at noon gave two weak reasons, not one strong one.
    """
    every = sum(each.weight for each in signals if each.family != "base")
    return PRIOR + max(_of_bundle(each, every) for each in bundles(signals))


def bundles(signals: Sequence[Signal]) -> list[list[Signal]]:
    """The signals that are about one child, for each; conduct is about the children it names."""
    seen = {event: each.child for each in signals if each.child for event in each.event_ids}
    about = [
        {each.child} if each.child else {seen[event] for event in each.event_ids if event in seen}
        for each in signals
    ]
    children = {child for found in about for child in found} or {0}
    return [
        [each for each, found in zip(signals, about, strict=True) if child in found or not found]
        for child in sorted(children)
    ]


def _of_bundle(bundle: Sequence[Signal], every: float) -> float:
    best: dict[str, float] = {}
    for each in bundle:
        best[each.family] = max(each.weight, best.get(each.family, 0.0))
    total = sum(best.values())
    rest = every - (total - best.get("base", 0.0))
    return total + min(MOST_OF_OTHERS, OTHERS * rest)


def gate(signals: Sequence[Signal], total: float, usual: Usual) -> str:
    """Which part of the suspension gate holds; empty for none.

    Two unlike reasons are asked for (detection.md 4.4), a role whose honest use is known, and more
    than any honest day of it showed in the last four weeks; where little is explained, more still.
    """
    if usual.days < CALIBRATED_DAYS or total < suspends_from(usual):
        return ""
    strong = _strong(signals)
    rules = {each.rule: each.weight for each in reversed(signals)}
    if "R01" in rules and len(strong) > 1:
        return "own-home-and-more"
    if rules.get("R12", 0.0) >= FAR_TRAVEL and rules.get("R20", 0.0) > 0:
        return "two-places"
    if len(strong) > 1 and strong.keys() & {"relation", "travel", "context"}:
        return "two-unlike-reasons"
    if "time" in strong and sum(strong.values()) >= TOGETHER and len(strong) > 1:
        return "time-and-volume"
    if max(rules.get("R08", 0.0), rules.get("R18", 0.0)) >= ALONE:
        return "volume-alone"
    return ""


def suspends_from(usual: Usual) -> float:
    """The least score of a suspension: beyond any honest day; more where little is explained."""
    least = SUSPEND + TIGHTER * max(0.0, EXPLAINED_ENOUGH - usual.explained)
    return max(least, usual.ceiling + BEYOND_HONEST)


def _strong(signals: Sequence[Signal]) -> dict[str, float]:
    """The families that say much, with their best."""
    found: dict[str, float] = {}
    for each in signals:
        least = STRONG_NAME if each.rule == "R02" else STRONG
        if each.family in {"base", "geo", "conflict"} or each.rule in {"R11a", "R17"}:
            continue
        if each.weight >= least:
            found[each.family] = max(each.weight, found.get(each.family, 0.0))
    return found


def always_alerts(signals: Sequence[Signal]) -> bool:
    """A real child opened "to test", with nothing recorded: never let pass."""
    return any(each.rule == "R16" and each.weight > 1 for each in signals)


def reasons(signals: Sequence[Signal]) -> list[str]:
    """The sentences, strongest first, each once."""
    return list(dict.fromkeys(each.sentence for each in signals))[:MOST_SENTENCES]
