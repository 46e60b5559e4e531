"""What a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import log

from audit.detection.looks import Dossier, Seen
from audit.detection.usual import Usual

DAY = timedelta(days=1)
RECORDED = "; nothing that is recorded links them"


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule fired: on one child, or on a person's conduct (`child` 0)."""

    rule: str
    family: str
    weight: float
    sentence: str
    event_ids: tuple[int, ...]
    child: int = 0


Found = tuple[float, str, tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` gives what it finds in a dossier: weight, sentence, events, child; 0 or less of weight
    is nothing. Signals of one family say much the same, so only the best counts in full.
    """

    code: str
    family: str
    find: Callable[[Dossier, Usual], Iterable[Found]]

    def signals(self, dossier: Dossier, usual: Usual) -> Iterator[Signal]:
        """The signals of this rule."""
        for weight, sentence, event_ids, child in self.find(dossier, usual):
            if weight > 0:
                yield Signal(self.code, self.family, weight, sentence, event_ids, child)


def by_child(looks: Iterable[Seen]) -> dict[int, list[Seen]]:
    """The looks at each child, oldest first."""
    found: dict[int, list[Seen]] = {}
    for look in looks:
        found.setdefault(look.child, []).append(look)
    return found


def ids(looks: Iterable[Seen]) -> tuple[int, ...]:
    """The events of some looks."""
    return tuple(look.event_id for look in looks)


def rare(among_misuse: float, share: float, usual: Usual, most: float) -> float:
    """ln of how much likelier a sign is in misuse than in an honest day's tries; at most `most`."""
    return min(most, log(among_misuse / max(share * usual.tries, 1e-9)))
