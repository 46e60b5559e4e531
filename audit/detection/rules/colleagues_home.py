"""R04: the child lives at the home of a member of the user's team.

Feature: `colleague_household`; a look without a recorded reason; 4.0. Source: detection.md 4.3 and
misuse scenario 6; co-workers come second among those who are looked up (Protenus 2018).
"""

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

WEIGHT = 4.0


def weigh(look: Seen, viewer: Viewer) -> float:
    """A fixed weight; with nothing else it reaches no alert."""
    return WEIGHT if look.level == 0 and look.says("colleague_household") else 0.0


COLLEAGUES_HOME = Rule(
    "R04",
    "relation",
    "The child lives at the home address of a member of the user\u2019s team.",
    weigh,
)
