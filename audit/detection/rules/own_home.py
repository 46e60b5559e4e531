"""R01: the child's address is the user's own home.

Feature: `same_household`, a comparison of keyed hashes when the look was written. Fires on a look
without a recorded reason (9.0), and more faintly on one that has a reason (5.0: who works in their
own street may find a reason for their own child as well). Source: detection.md 4.3; Hansard,
12 October 2009: staff looked up their own families "to test" before applying shields.
"""

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

UNEXPLAINED, EXPLAINED = 9.0, 5.0


def weigh(look: Seen, viewer: Viewer) -> float:
    """Nine, or five with a recorded reason."""
    if not look.says("same_household"):
        return 0.0
    return UNEXPLAINED if look.level == 0 else EXPLAINED


OWN_HOME = Rule("R01", "relation", "The child lives at the user\u2019s own home address.", weigh)
