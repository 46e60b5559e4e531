"""The rules, one file each. A rule says of one look how much it speaks for misuse, and why.

Weights are natural logarithms of how much likelier the sign is in misuse than in honest work; those
here are the priors of the design, not learned where they run. So nothing suspends on them.
"""

from audit.detection.rules.base import Rule, Signal
from audit.detection.rules.colleagues_home import COLLEAGUES_HOME
from audit.detection.rules.former_home import FORMER_HOME
from audit.detection.rules.no_reason import NO_REASON
from audit.detection.rules.own_home import OWN_HOME
from audit.detection.rules.own_postcode import OWN_POSTCODE
from audit.detection.rules.own_surname import OWN_SURNAME
from audit.detection.rules.test_words import TEST_WORDS

RULES: tuple[Rule, ...] = (
    OWN_HOME,
    FORMER_HOME,
    COLLEAGUES_HOME,
    OWN_SURNAME,
    OWN_POSTCODE,
    TEST_WORDS,
    NO_REASON,
)

__all__ = ["RULES", "Rule", "Signal"]
