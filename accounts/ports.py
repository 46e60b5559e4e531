"""What lower rooms ask of upper ones without importing them: the one inversion (ADR 6).

A port is declared here with its type, and filled in `AppConfig.ready()` of the room that answers.
It runs in the caller's transaction; an unfilled port is a start-up error (`contactpoint.checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar
from uuid import UUID

if TYPE_CHECKING:
    from accounts.acting import Acting
    from accounts.models import User

P = ParamSpec("P")
R = TypeVar("R")


class Unfilled(RuntimeError):
    """A port was used, or the system started, before an upper room answered for it."""


class Port(Generic[P, R]):
    """A question with a fixed type, answered by whoever filled it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answer: Callable[P, R] | None = None

    def fill(self, answer: Callable[P, R]) -> None:
        """Says who answers. Filled again with another function, it raises ValueError: two rooms
        cannot both answer.
        """
        if self._answer not in (None, answer):
            raise ValueError(f"the port {self.name} is filled already")
        self._answer = answer

    @property
    def is_filled(self) -> bool:
        return self._answer is not None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The answer. Raises `Unfilled` when no room gives it."""
        if self._answer is None:
            raise Unfilled(self.name)
        return self._answer(*args, **kwargs)


# How many enquiries the accounts with these ids have open at this moment.
open_enquiries: Port[[Collection[int]], int] = Port("open_enquiries")


@dataclass(frozen=True, slots=True)
class WaitingWork:
    """One line of the home page: what waits, and where."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class UnconfirmedWork:
    """A child of whom the home page asks "still involved?"."""

    child_key: UUID
    involvement_id: int
    child: str
    born: str
    service: str
    confirmed_on: date


# What waits for a person in the role they act in, but for accounts: of the work, and of the cases
# of their team; and the children of whom they are asked whether they still work with them.
work_waiting: Port[[Acting], list[WaitingWork]] = Port("work_waiting")
unconfirmed_work: Port[[Acting], list[UnconfirmedWork]] = Port("unconfirmed_work")

cases_waiting: Port[[Acting], list[WaitingWork]] = Port("cases_waiting")

# Suspends an account for one reason, tells the manager and opens the investigation: all or nothing.
# False when the account was not active or held.
suspend: Port[[User, str, Acting], bool] = Port("suspend")
# Gives an account back for a reason; one that is investigated, by its reviewer alone.
give_back: Port[[User, str, Acting], bool] = Port("give_back")

PORTS: tuple[Port[Any, Any], ...] = (
    open_enquiries,
    work_waiting,
    unconfirmed_work,
    cases_waiting,
    suspend,
    give_back,
)
