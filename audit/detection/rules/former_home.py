"""R05: the child lives where the user once lived.

Feature: `former_household`; a look without a recorded reason; 4.8. Finds former partners, whom no
other data links. Source: detection.md 4.3.
"""

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

WEIGHT = 4.8


def weigh(look: Seen, viewer: Viewer) -> float:
    """A fixed weight: few people ever look up a former home of theirs by chance."""
    return WEIGHT if look.level == 0 and look.says("former_household") else 0.0


FORMER_HOME = Rule(
    "R05", "relation", "The child lives at an address the user once lived at.", weigh
)
