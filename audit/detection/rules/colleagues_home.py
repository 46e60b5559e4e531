"""R04: the child lives at the home of a colleague (one employer), and nothing recorded links them.

Feature: `colleague_household`, the last three days. ln(0.15 / (share of honest unexplained looks
that show it x tries)), at most 5. Source: detection.md 4.3 and misuse scenario 6; co-workers come
second among those who are looked up (Protenus 2018).
Trap: a colleague's child who is a case of the team is explained.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids, rare
from audit.detection.usual import Usual

AMONG_MISUSE, MOST = 0.15, 5.0
SENTENCE = "The child lives at the home address of a colleague of the user."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    theirs = [each for each in dossier.unexplained(3 * DAY) if each.says("colleague_household")]
    for child, looks in by_child(theirs).items():
        weight = rare(AMONG_MISUSE, usual.signs["colleague_household"], usual, MOST)
        yield weight, SENTENCE, ids(looks), child


COLLEAGUES_HOME = Rule("R04", "relation", find)
