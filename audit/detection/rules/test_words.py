"""R16: the stated purpose reads "test", on a real child's record.

Feature: `test_words`, the last day. min(6, ln(0.08 / share of honest looks whose purpose reads
so)); where nothing explains the look it always alerts: real children are not for trying the system
out. Faint (1.0) where a duty explains it, silent on training records. Source: detection.md 4.3;
Hansard, 12 October 2009. Trap: "hearing test" is a reason.
"""

from collections.abc import Iterator
from math import log

from audit.detection.looks import Dossier
from audit.detection.rules.base import DAY, Found, Rule, by_child, ids
from audit.detection.usual import Usual

AMONG_MISUSE, MOST, ON_DUTY = 0.08, 6.0, 1.0
SENTENCE = "The stated purpose reads \u201ctest\u201d, on a real child\u2019s record."


def find(dossier: Dossier, usual: Usual) -> Iterator[Found]:
    """Of each such child."""
    told = [each for each in dossier.within(DAY) if each.says("test_words")]
    weight = min(MOST, log(AMONG_MISUSE / usual.signs["test_words"]))
    for child, looks in by_child(each for each in told if each.level == 0).items():
        yield weight, SENTENCE, ids(looks), child
    for child, looks in by_child(each for each in told if each.level == 1).items():
        yield ON_DUTY, SENTENCE, ids(looks), child


TEST_WORDS = Rule("R16", "context", find)
