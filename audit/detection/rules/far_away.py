"""R19: the child lives far outside the area that people like the user look in.

Feature: `is_far`, learned: hardly any explained look of people of the user's own authority was
there. The last day. ln(0.30 / share of the role's unexplained looks that are far), and 1.2 for each
further child, at most 6. By itself one look reaches no alert. Source: detection.md 4.3.
Trap: helplines and national partners are far from everybody.
"""

from collections.abc import Iterator
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual

AMONG_MISUSE, EACH_MORE, MOST = 0.30, 1.2, 6.0
SENTENCE = "The child lives far outside the user\u2019s area."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """All such looks of the day say it once."""
    far = [each for each in dossier.unexplained(DAY) if each.is_far]
    if far:
        first = log(AMONG_MISUSE / usual.signs["is_far"])
        weight = first + EACH_MORE * (len(by_child(far)) - 1) if first > 0 else 0.0
        yield min(MOST, weight), SENTENCE, ids(far), 0


FAR_AWAY = Rule("R19", "geo", find)
