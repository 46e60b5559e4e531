"""R14: a hidden address was opened, and no recorded reason links the user to the child. R14b: a
shield was taken off without a request on file. R14c: and the record was read straight after.

Feature: acts upon a shield without a recorded reason, the last three days (R14b, R14c two). R14
ln(0.05 / share of the role's unexplained acts that are such), 0.8 to 4.5; R14b 3.0; R14c 6.4, read
within a quarter of an hour. Every override is reviewed beside this (records/actions/overriding.py).
Source: detection.md 4.3, misuse scenario 13. Trap: an administrator's day's work is requested.
"""

from collections.abc import Iterator
from datetime import timedelta
from math import log

from audit.detection.looks import Dossier, Kind, Seen
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import SHIPPED, Usual

AMONG_MISUSE, LEAST, MOST, TAKEN_OFF, AND_READ = 0.05, 0.8, 4.5, 3.0, 6.4
FULL = 2
SOON = timedelta(minutes=15)


def overridden(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each child whose shield was overridden."""
    acts = [each for each in _unrequested(dossier, 3) if each.kind is Kind.OVERRIDDEN]
    for child, looks in by_child(acts).items():
        weight = log(AMONG_MISUSE / usual.signs["overridden"])
        words = "A hidden address was opened and no recorded reason links the user to the child."
        yield min(MOST, max(LEAST, weight)), words, ids(looks), child


def taken_off(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each child whose shield was taken off, and perhaps read."""
    acts = [each for each in _unrequested(dossier, 2) if each.kind is Kind.UNSHIELDED]
    usually = max(0.0, log(usual.signs["overridden"] / SHIPPED["overridden"]))
    for child, looks in by_child(acts).items():
        after = [each for each in dossier.recent if _is_read_after(each, looks)]
        weight = AND_READ if after else TAKEN_OFF
        yield weight - usually, _words(bool(after)), ids([*looks, *after]), child


def _unrequested(dossier: Dossier, days: int) -> list[Seen]:
    """Acts that no recorded link explains: being on duty is none for a shield."""
    return [each for each in dossier.within(days * DAY) if each.level < FULL]


def _is_read_after(look: Seen, acts: list[Seen]) -> bool:
    return look.kind is Kind.VIEWED and any(
        look.child == act.child and act.at <= look.at <= act.at + SOON for act in acts
    )


def _words(is_read: bool) -> str:
    if is_read:
        return (
            "A shield was lifted without a request on file and the address was read straight after."
        )
    return "A shield was lifted without a request on file."


OVERRIDE, LIFTED = Rule("R14", "context", overridden), Rule("R14b", "context", taken_off)
