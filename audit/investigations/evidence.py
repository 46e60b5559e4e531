"""What a job gives for an alert: sentences and the events behind them; no child's name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`score` in natural logarithms of odds; `rules` and `reasons` strongest first; `not_checked`
    says what could not be compared; `event_ids` are the looks.
    """

    score: float
    rules: list[str]
    reasons: list[str]
    not_checked: list[str]
    event_ids: list[int]
