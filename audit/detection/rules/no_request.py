"""R15: looks made for somebody else who is not known to have asked.

Feature: looks on behalf of another account without that person's request within the day before;
today's count (R15), and those of two days that still have none three days later (R15b, 0.8 more).
The evidence against the role's days. Source: detection.md 4.3, misuse scenario 14.
Trap: the request that is written down an hour later explains it at the second judging.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier, Seen
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual, evidence

TOLL, SETTLED = 0.8, 0.8


def today(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of today."""
    looks = [each for each in _for_others(dossier, 2) if each.day == dossier.today]
    yield from _found(looks, dossier, usual, days=1, more=0.0)


def settled(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of those that are judged for good."""
    looks = [each for each in _for_others(dossier, 3) if each.is_settled]
    yield from _found(looks, dossier, usual, days=3, more=SETTLED)


def _for_others(dossier: Dossier, days: int) -> list[Seen]:
    return [each for each in dossier.unexplained(days * DAY) if each.on_behalf_of is not None]


def _found(
    looks: list[Seen], dossier: Dossier, usual: Usual, *, days: int, more: float
) -> Iterator[Found]:
    many = len(by_child(looks))
    if not many:
        return
    own = sum(day.unrequested for day in dossier.days)
    tail = usual.unrequested.over(days).tail(many, own=own, own_days=len(dossier.days) / days)
    weight = evidence(tail, TOLL)
    words = f"{many} look-ups on behalf of others without a recorded request."
    yield weight + more if weight else 0.0, words, ids(looks), 0


NO_REQUEST, STILL_NO_REQUEST = Rule("R15", "context", today), Rule("R15b", "context", settled)
