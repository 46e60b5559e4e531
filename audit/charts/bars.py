"""Horizontal bars: names to the left, the number at the end of each bar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.safestring import SafeString

from audit.charts import svg
from audit.charts.scales import Scale, figure, scale

WIDTH, ROW, THICK = 640, 30, 18
NAMES, NUMBERS = 210, 60


def bar_chart(title: str, description: str, bars: Sequence[tuple[str, float | None]]) -> SafeString:
    """A bar for each name, in the order given; None is a number that is not shown."""
    along = scale([number for _, number in bars], NAMES, WIDTH - NUMBERS)
    marks = [mark for n, bar in enumerate(bars) for mark in _bar(n, *bar, along)]
    height = len(bars) * ROW + 8
    axis = svg.line(NAMES, 0, NAMES, height, "axis")
    return svg.drawing(title, description, WIDTH, height, [axis, *marks])


def _bar(n: int, name: str, number: float | None, along: Scale) -> Iterator[SafeString]:
    middle = n * ROW + ROW / 2
    yield svg.text(NAMES - 10, middle + 5, name, "label", "end")
    if number is None:
        yield svg.text(NAMES + 8, middle + 5, svg.NOT_SHOWN)
        return
    end = along(number)
    yield svg.box(NAMES, middle - THICK / 2, end - NAMES, THICK, "bar")
    yield svg.text(end + 8, middle + 5, figure(number))
