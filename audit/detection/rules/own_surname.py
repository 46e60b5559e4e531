"""R02: the child bears the user's family name, and nothing recorded links them.

Feature: `same_surname`, the last three days. ln(0.3 / (share of children who bear it x excess x
tries)), at most 6.5: the rarer the name, the more it says, and a name that one child in three bears
says nothing, so nobody is alerted for being called Smith. `excess`: how much oftener than by chance
honest people of the role open their own name (communities with shared names live together).
Source: detection.md 4.3; 77 % of reported snooping is on family (Protenus 2018).
Trap: a common name in a large caseload.
"""

from collections.abc import Iterator

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids, rare
from audit.detection.usual import SHIPPED, Usual

AMONG_MISUSE, MOST, RAREST = 0.3, 6.5, 1e-5


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child, by how rare the name is."""
    same = [each for each in dossier.unexplained(3 * DAY) if each.says("same_surname")]
    for child, looks in by_child(same).items():
        known = looks[0].surname_share
        share = max(SHIPPED["same_surname"] if known is None else known, RAREST)
        weight = rare(AMONG_MISUSE, share * usual.surname_excess, usual, MOST)
        yield weight, sentence(share), ids(looks), child


def sentence(share: float) -> str:
    """How common the name is, in words."""
    common = f"about {share:.1%}" if share >= 0.001 else "fewer than 1 in 1,000"
    return f"The child has the same family name as the user; {common} of children have it."


OWN_SURNAME = Rule("R02", "relation", find)
