"""R03: the child lives in the user's own postcode.

Feature: `same_postcode`; a look without a recorded reason; 4.0, since a postcode holds some fifteen
homes of an authority's many thousand. Silent where the home is the same: R01 says that. Source:
detection.md 4.3.
"""

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

WEIGHT = 4.0


def weigh(look: Seen, viewer: Viewer) -> float:
    """A fixed weight; with nothing else it reaches no alert."""
    if look.level or look.says("same_household"):
        return 0.0
    return WEIGHT if look.says("same_postcode") else 0.0


OWN_POSTCODE = Rule("R03", "geo", "The child lives in the user\u2019s own postcode.", weigh)
