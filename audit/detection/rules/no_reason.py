"""R20: nothing that is recorded explains the look.

Feature: explanation level 0. Weight 1.0: in honest work a third of such days have one too, so by
itself it says little. Source: detection.md 4.3; the share is to be learned by role where it runs.
"""

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

WEIGHT = 1.0


def weigh(look: Seen, viewer: Viewer) -> float:
    """A fixed weight."""
    return WEIGHT if look.level == 0 else 0.0


NO_REASON = Rule(
    "R20",
    "base",
    "No involvement, referral, school or practice links the user to the child.",
    weigh,
)
