"""R01: the child lives at the user's own home. R01c: it does, and a reason is recorded.

Feature: `same_household` of the event, a keyed hash compared when the look was written; the last
three days, R01c the last day. Weight 9.0, less where honest people of the role show it (an address
of a home for many); R01c 5.0: a conflict of interest to be looked at, never a suspension. Source:
detection.md 4.3; Hansard, 12 October 2009 (own child "to test the system").
Trap: a foster carer's own child is explained; a hostel is learned.
"""

from collections.abc import Iterator
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import SHIPPED, Usual

UNEXPLAINED, EXPLAINED = 9.0, 5.0


def unexplained(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    own = [each for each in dossier.unexplained(3 * DAY) if each.says("same_household")]
    usually = log(usual.signs["same_household"] / SHIPPED["same_household"])
    for child, looks in by_child(own).items():
        yield UNEXPLAINED - max(0.0, usually), SENTENCE, ids(looks), child


def explained(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    own = [each for each in dossier.within(DAY) if each.level and each.says("same_household")]
    for child, looks in by_child(own).items():
        yield EXPLAINED, f"{SENTENCE} A reason is recorded.", ids(looks), child


SENTENCE = "The child\u2019s address is the user\u2019s own home address."
OWN_HOME = Rule("R01", "relation", unexplained)
OWN_HOME_EXPLAINED = Rule("R01c", "conflict", explained)
