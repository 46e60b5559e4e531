"""The rules, one file each. A rule says of a person's use how much it speaks for misuse, and why.

Weights are natural logarithms of how much likelier a sign is in misuse than in honest work of the
role, as it is learned where it runs (usual.py).
"""

from audit.detection.rules.base import Rule, Signal
from audit.detection.rules.burst import BURST
from audit.detection.rules.colleagues_home import COLLEAGUES_HOME
from audit.detection.rules.crowd import CROWD
from audit.detection.rules.dormant import DORMANT
from audit.detection.rules.drip import DRIP
from audit.detection.rules.far_away import FAR_AWAY
from audit.detection.rules.former_home import FORMER_HOME
from audit.detection.rules.left_team import LEFT_TEAM
from audit.detection.rules.no_reason import NO_REASON
from audit.detection.rules.no_request import NO_REQUEST, STILL_NO_REQUEST
from audit.detection.rules.off_duty import EVENING, NIGHT, WEEKEND
from audit.detection.rules.override import LIFTED, OVERRIDE
from audit.detection.rules.own_home import OWN_HOME, OWN_HOME_EXPLAINED
from audit.detection.rules.own_postcode import OWN_POSTCODE
from audit.detection.rules.own_surname import OWN_SURNAME
from audit.detection.rules.printing import PRINTING
from audit.detection.rules.same_child_again import SAME_CHILD_AGAIN
from audit.detection.rules.test_words import TEST_WORDS
from audit.detection.rules.trawl import TRAWL
from audit.detection.rules.two_places import TWO_PLACES

RULES: tuple[Rule, ...] = (
    OWN_HOME,
    OWN_HOME_EXPLAINED,
    OWN_SURNAME,
    OWN_POSTCODE,
    COLLEAGUES_HOME,
    FORMER_HOME,
    SAME_CHILD_AGAIN,
    CROWD,
    TRAWL,
    BURST,
    DRIP,
    EVENING,
    NIGHT,
    WEEKEND,
    TWO_PLACES,
    DORMANT,
    OVERRIDE,
    LIFTED,
    NO_REQUEST,
    STILL_NO_REQUEST,
    TEST_WORDS,
    LEFT_TEAM,
    PRINTING,
    FAR_AWAY,
    NO_REASON,
)

__all__ = ["RULES", "Rule", "Signal"]
