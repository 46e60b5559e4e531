"""R06: the same child opened on several days without a recorded reason.

Feature: distinct days of one child within 35 days, two at least. ln(0.08 / P(so many days or more
in honest work of the role)) less ln of the tries, at most 8. Source: detection.md 4.3, misuse
scenario 4. Trap: an honest case that nobody recorded looks the same; its share is learned.
"""

from collections.abc import Iterator
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual

AMONG_MISUSE, MOST, FEWEST, RAREST = 0.08, 8.0, 2, 1e-5


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each child who was opened again within the last day."""
    for child, looks in by_child(dossier.unexplained(35 * DAY)).items():
        days = {look.day for look in looks}
        if len(days) < FEWEST or looks[-1].at <= dossier.at - 14 * DAY:
            continue
        share = usual.on_so_many_days(len(days))
        weight = min(MOST, log(AMONG_MISUSE / max(share, RAREST)) - log(usual.tries))
        words = f"Same child opened on {len(days)} different days without a recorded reason."
        yield weight, words, ids(looks), child


SAME_CHILD_AGAIN = Rule("R06", "child", find)
