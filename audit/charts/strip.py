"""A day on one line: what happened at which hour, and which of it stands out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from audit.charts import svg

WIDTH, ROW, NAMES, TOP, RIGHT = 640, 34, 110, 26, 20
DAY, STEP = 24 * 60, 3 * 60


@dataclass(frozen=True, slots=True)
class Moment:
    """Something at a minute of the day; what stands out is a square, the rest a dot."""

    minute: int
    stands_out: bool
    tip: str = ""


def day_strip(
    title: str, description: str, days: Sequence[tuple[str, Sequence[Moment]]]
) -> SafeString:
    """A line for each day, from midnight to midnight."""
    height = TOP + len(days) * ROW + 8
    marks = [*_hours(height)]
    for n, (name, moments) in enumerate(days):
        marks += _day(TOP + n * ROW + ROW / 2, name, moments)
    return svg.drawing(title, description, WIDTH, height, marks)


def _hours(height: float) -> Iterator[SafeString]:
    for minute in range(0, DAY + 1, STEP):
        x = _along(minute)
        yield svg.line(x, TOP, x, height, "grid")
        yield svg.text(x, TOP - 10, f"{minute // 60}:00", "tick", "middle")


def _day(y: float, name: str, moments: Sequence[Moment]) -> Iterator[SafeString]:
    yield svg.text(NAMES - 14, y + 5, name, "label", "end")
    yield svg.line(NAMES, y, WIDTH - RIGHT, y, "axis")
    # What stands out is drawn last, so that nothing hides it.
    for moment in sorted(moments, key=lambda each: each.stands_out):
        x = _along(moment.minute)
        if moment.stands_out:
            yield svg.box(x - 5, y - 9, 10, 18, "own", moment.tip)
        else:
            yield svg.circle(x, y, 4, "dot", moment.tip)


def _along(minute: int) -> float:
    return NAMES + (WIDTH - RIGHT - NAMES) * minute / DAY
