"""What makes one world unlike another: choices, not findings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One world. `explained`: the share of honest look-ups whose cause is recorded in time;
    `misuse`: episodes an account-day; `late` and `twice`: shares of lines of the log.
    """

    seed: int
    accounts: int = 1_200
    authorities: int = 30
    children_each: int = 700
    days: int = 70
    learning_days: int = 28
    starts_on: date = date(2026, 3, 2)
    explained: float = 0.91
    misuse: float = 0.0015
    surnames: int = 1_500
    homes_held: float = 0.72
    networks_known: float = 1.0
    recorded_later: float = 0.4  # of what was not recorded in time
    late: float = 0.0
    twice: float = 0.0
    busier: float = 1.0  # work in the scored days beside that of the learning days
    strengths: tuple[float, float, float] = (0.3, 0.4, 0.3)  # strong, medium, weak


KINDS_OF_WORLD: dict[str, World] = {
    "base": World(seed=0),
    "sixty": World(seed=0, explained=0.60),
    "sparse": World(seed=0, explained=0.80),
    "clean": World(seed=0, misuse=0.0),
    "sixty-clean": World(seed=0, explained=0.60, misuse=0.0),
    "urban": World(seed=0, surnames=250, authorities=12, children_each=1_700),
    "messy": World(seed=0, late=0.05, twice=0.03, homes_held=0.4, networks_known=0.8),
    "surge": World(seed=0, busier=1.8, starts_on=date(2026, 8, 3)),
    "stealth": World(seed=0, strengths=(0.0, 0.2, 0.8)),
    "small": World(
        seed=0, accounts=120, authorities=6, children_each=250, days=36, misuse=0.006, surnames=300
    ),
}


def world(kind: str, seed: int, **other: object) -> World:
    """One of the kinds with a seed of its own. Raises KeyError for an unknown kind."""
    return replace(KINDS_OF_WORLD[kind], seed=seed, **other)
