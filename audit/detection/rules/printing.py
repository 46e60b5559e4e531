"""R18: many records printed or exported in one day, explained or not.

Feature: distinct children whose record was printed or exported today, four or more, against the
role's days and the user's own; plus 1 from fifteen on. Source: detection.md 4.3, scenario 17.
Trap: a court bundle is one child's record several times.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier, Kind
from audit.detection.rules.base import Found, Rule, ids
from audit.detection.usual import Usual, evidence

FEWEST, TOLL, MANY, MORE = 4, 2.5, 15, 1.0


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of today."""
    prints = [
        each for each in dossier.recent if each.kind is Kind.PRINTED and each.day == dossier.today
    ]
    many = len({each.child for each in prints})
    if many < FEWEST:
        return
    own = sum(day.prints for day in dossier.days)
    weight = evidence(usual.prints.tail(many, own=own, own_days=len(dossier.days)), TOLL)
    words = (
        f"Records of {many} children printed or exported in one day; peers average"
        f" {usual.prints.mean:.1f}."
    )
    yield weight + MORE * (many >= MANY and weight > 0), words, ids(prints), 0


PRINTING = Rule("R18", "volume", find)
