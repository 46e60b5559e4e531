"""From numbers to places on the picture, with an axis whose steps people can read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10


@dataclass(frozen=True, slots=True)
class Scale:
    """Numbers from 0 to `top` on co-ordinates from `start` to `end`; `steps` are to be labelled."""

    top: float
    steps: tuple[float, ...]
    start: float
    end: float

    def __call__(self, number: float) -> float:
        """Where a number stands; above the top it stands at the top."""
        share = min(number, self.top) / self.top
        return self.start + (self.end - self.start) * share


def scale(numbers: Iterable[float | None], start: float, end: float, about: int = 4) -> Scale:
    """A scale from nought that holds all the numbers, with `about` steps of 1, 2 or 5 times a power
    of ten. Counts are never divided: the least step is 1 when all the numbers are whole.
    """
    known = [number for number in numbers if number is not None]
    most = max(known, default=0.0) or 1.0
    rough = most / about
    power = 10.0 ** floor(log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    if all(float(number).is_integer() for number in known):
        step = max(1.0, step)
    many = int(-(-most // step))
    return Scale(step * many, tuple(step * n for n in range(many + 1)), start, end)


def figure(number: float) -> str:
    """A number as people write it: 12,345, 0.4, 87.5."""
    if float(number).is_integer():
        return f"{int(number):,}"
    return f"{number:,.1f}" if abs(number) >= 1 else f"{number:.2f}".rstrip("0")
