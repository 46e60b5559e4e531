"""A look at a child as the rules see it: read from the log, with what explains it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from records.explanations import Explanation


@dataclass(frozen=True, slots=True)
class Seen:
    """One event of looking at one child. `facts` are those of the event (details.FACT_KEYS)."""

    event_id: int
    person: int
    child: int
    at: datetime
    session: bytes | None
    on_behalf_of: int | None
    facts: Mapping[str, Any]
    explanations: tuple[Explanation, ...] = ()

    @property
    def level(self) -> int:
        """How much explains it: 0 nothing, 1 a duty, 2 a recorded link."""
        return max((each.level for each in self.explanations), default=0)

    def says(self, fact: str) -> bool:
        """Whether the event says so; what is not known says nothing."""
        return self.facts.get(fact) is True


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person who looked; `surname_share` of all children bear their family name."""

    id: int
    surname_share: float
    is_home_held: bool
