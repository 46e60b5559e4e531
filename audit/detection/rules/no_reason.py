"""R20: nothing that is recorded explains the look.

Feature: explanation level 0, the last day. ln(0.9 / share of active days that have such a look), of
the role and of the user's own days together; 0.4 more when nothing was recorded three days later
either. Source: detection.md 4.3. Trap: where much honest work leaves no trace this says nothing.
"""

from collections.abc import Iterator
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, ids
from audit.detection.usual import Usual

AMONG_MISUSE, STILL, OWN_DAYS, LEAST, MOST_SHARE = 0.9, 0.4, 8, 0.005, 0.95
SENTENCE = "No involvement, referral, school or practice links the user to the child."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """All such looks of the day say it once."""
    looks = dossier.unexplained(DAY)
    if not looks:
        return
    own = sum(day.children > 0 for day in dossier.days)
    share = (own + OWN_DAYS * usual.days_with) / (len(dossier.days) + OWN_DAYS)
    weight = log(AMONG_MISUSE / min(MOST_SHARE, max(LEAST, share)))
    still = STILL if all(each.is_settled for each in looks) else 0.0
    yield weight + still, SENTENCE, ids(looks), 0


NO_REASON = Rule("R20", "base", find)
