"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audit.detection.looks import Seen, Viewer


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule fired on one look."""

    rule: str
    family: str
    weight: float
    sentence: str
    child: int
    event_id: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`weigh` gives the weight of a look, 0 or less for none. Signals of one family say much the
    same, so only the best of a family counts in full.
    """

    code: str
    family: str
    sentence: str
    weigh: Callable[[Seen, Viewer], float]

    def judge(self, look: Seen, viewer: Viewer) -> Signal | None:
        """The signal of this rule on the look, if it fires."""
        weight = self.weigh(look, viewer)
        if weight <= 0:
            return None
        return Signal(self.code, self.family, weight, self.sentence, look.child, look.event_id)
