"""R09: many children without a recorded reason in one day.

Feature: distinct children of the day, three or more, against the role's days and the user's own
history. Source: detection.md 4.2 and 4.3. Trap: a duty desk in September; its own days say so.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual, evidence

FEWEST, TOLL = 3, 1.9


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of today."""
    looks = [each for each in dossier.unexplained(2 * DAY) if each.day == dossier.today]
    many = len(by_child(looks))
    if many < FEWEST:
        return
    own = sum(day.children for day in dossier.days)
    tail = usual.children.tail(many, own=own, own_days=len(dossier.days))
    words = (
        f"{many} children without a recorded reason in one day; peers average"
        f" {usual.children.mean:.1f}."
    )
    yield evidence(tail, TOLL), words, ids(looks), 0


BURST = Rule("R09", "volume", find)
