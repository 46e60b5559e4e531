"""R05: the child lives where the user once lived, and nothing recorded links them.

Feature: `former_household`, the last seven days. ln(0.12 / (share of honest unexplained looks that
show it x tries)), at most 4.8. Source: detection.md 4.3 and misuse scenario 4 (a former partner).
Trap: the next tenants' child, as a case.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids, rare
from audit.detection.usual import Usual

AMONG_MISUSE, MOST = 0.12, 4.8
SENTENCE = "The child lives at an address the user once lived at."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    former = [each for each in dossier.unexplained(7 * DAY) if each.says("former_household")]
    for child, looks in by_child(former).items():
        weight = rare(AMONG_MISUSE, usual.signs["former_household"], usual, MOST)
        yield weight, SENTENCE, ids(looks), child


FORMER_HOME = Rule("R05", "relation", find)
