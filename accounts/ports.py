"""What lower rooms ask of upper ones without importing them: the one inversion (ADR 6).

A port is declared here with its type, and filled in `AppConfig.ready()` of the room that answers.
It runs in the caller's transaction; an unfilled port is a start-up error (`contactpoint.checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Generic, ParamSpec, TypeVar

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

PORTS: tuple[Port[Any, Any], ...] = (open_enquiries,)
