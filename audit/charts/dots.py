"""A dot for each of many on one line each, with the span it may truly lie in, and the middle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from audit.charts import svg
from audit.charts.scales import Scale, figure, scale

WIDTH, ROW, NAMES, TOP = 640, 22, 230, 26


@dataclass(frozen=True, slots=True)
class Dot:
    """One of many: its number, and between what it lies; None is not known or not shown."""

    name: str
    number: float | None
    least: float | None = None
    most: float | None = None
    is_own: bool = False


def dot_plot(
    title: str, description: str, dots: Sequence[Dot], *, middle: float | None = None
) -> SafeString:
    """The dots from top to bottom; `middle` is drawn as a line through all of them."""
    known = [number for dot in dots for number in (dot.number, dot.most)]
    along = scale([*known, middle], NAMES, WIDTH - 40)
    height = TOP + len(dots) * ROW + 8
    marks = [*_axis(along, height, middle)]
    for n, dot in enumerate(dots):
        marks += _row(TOP + n * ROW + ROW / 2, dot, along)
    return svg.drawing(title, description, WIDTH, height, marks)


def _axis(along: Scale, height: float, middle: float | None) -> Iterator[SafeString]:
    for step in along.steps:
        yield svg.line(along(step), TOP, along(step), height, "grid")
        yield svg.text(along(step), TOP - 10, figure(step), "tick", "middle")
    if middle is not None:
        yield svg.line(along(middle), TOP, along(middle), height, "middle")


def _row(y: float, dot: Dot, along: Scale) -> Iterator[SafeString]:
    kind = "own" if dot.is_own else "dot"
    yield svg.text(NAMES - 10, y + 5, dot.name, "own-label" if dot.is_own else "label", "end")
    if dot.number is None:
        yield svg.text(NAMES + 8, y + 5, svg.NOT_SHOWN)
        return
    if dot.least is not None and dot.most is not None:
        yield svg.line(along(dot.least), y, along(dot.most), y, "span")
    yield svg.circle(along(dot.number), y, 5, kind, f"{dot.name}: {figure(dot.number)}")
