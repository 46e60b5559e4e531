"""R17: the only link is a team that the user has left.

Feature: `left_team`: nothing explains the look, but an open case of a team the user left more than
a fortnight before would; the last seven days. ln(0.3 / (share of the role's unexplained looks that
are such)), at most 3.8. Source: detection.md 4.3, misuse scenario 16. Trap: the fortnight is for
handing over.
"""

from collections.abc import Iterator
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual

AMONG_MISUSE, MOST = 0.6, 3.8
SENTENCE = "The only link is a team that the user has left."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    weight = min(MOST, log(AMONG_MISUSE / usual.signs["left_team"]))
    old = [each for each in dossier.unexplained(7 * DAY) if each.left_team]
    for child, looks in by_child(old).items():
        yield weight, SENTENCE, ids(looks), child


LEFT_TEAM = Rule("R17", "context", find)
