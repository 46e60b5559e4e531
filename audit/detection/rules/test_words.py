"""R16: the stated purpose reads "test", on a real child's record.

Feature: `test_words`; always alerts where no reason is recorded: real children are not for trying
the system out. Faint (1.0) where a duty explains the look, silent on training records. Source:
detection.md 4.3; Hansard, 12 October 2009.
"""

from audit.detection.looks import Seen, Viewer
from audit.detection.rules.base import Rule

UNEXPLAINED, ON_DUTY = 8.0, 1.0


def weigh(look: Seen, viewer: Viewer) -> float:
    """Enough for an alert by itself, unless something is recorded."""
    if not look.says("test_words") or look.level == 2:
        return 0.0
    return UNEXPLAINED if look.level == 0 else ON_DUTY


TEST_WORDS = Rule(
    "R16",
    "context",
    "The stated purpose reads \u201ctest\u201d, on a real child\u2019s record.",
    weigh,
)
