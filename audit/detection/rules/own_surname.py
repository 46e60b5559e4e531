"""R02: the child bears the user's family name.

Feature: `same_surname`; a look without a recorded reason. The rarer the name, the more it says:
ln(0.3 / share of children who bear it), at most 7; a name that one child in three bears says
nothing. So nobody is alerted for being called Smith. Source: detection.md 4.3; 77 % of reported
snooping is on family (Protenus 2018); fairness, section 7.
"""

from math import log

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

AMONG_MISUSE, MOST, RAREST = 0.3, 7.0, 1e-6


def weigh(look: Seen, viewer: Viewer) -> float:
    """By how rare the name is among all children of the index."""
    if look.level or not look.says("same_surname"):
        return 0.0
    return min(MOST, log(AMONG_MISUSE / max(viewer.surname_share, RAREST)))


OWN_SURNAME = Rule("R02", "relation", "The child has the same family name as the user.", weigh)
