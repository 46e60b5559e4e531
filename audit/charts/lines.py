"""Lines over time: one picture, or one small picture for each series on the same scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from audit.charts import svg
from audit.charts.scales import Scale, figure, scale

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 16, 34
KINDS = ("first", "second", "third", "fourth")  # told apart by dashes as well as by colour
LINE = 18  # least distance between two names at the right edge
ACROSS, SMALL_WIDTH, SMALL_HEIGHT, GAP = 3, 200, 120, 20


@dataclass(frozen=True, slots=True)
class Series:
    """A named run of numbers, one for each label of the axis; None is not known or suppressed."""

    name: str
    numbers: tuple[float | None, ...]


def line_chart(
    title: str, description: str, labels: Sequence[str], series: Sequence[Series]
) -> SafeString:
    """Up to four series over the same labels, each named where it ends.

    Raises ValueError for more than four, or for a series of another length than the labels.
    """
    if len(series) > len(KINDS) or any(len(each.numbers) != len(labels) for each in series):
        raise ValueError("at most four series, each with one number a label")
    upright = scale(_all(series), HEIGHT - BOTTOM, TOP)
    marks = [*_axis(upright, labels), *_lines(upright, series)]
    return svg.drawing(title, description, WIDTH, HEIGHT, marks)


def small_multiples(
    title: str, description: str, labels: Sequence[str], series: Sequence[Series]
) -> SafeString:
    """A small picture for each series, all on one scale, three in a row."""
    upright = scale(_all(series), SMALL_HEIGHT - 18, 26, about=2)
    rows, across = -(-len(series) // ACROSS), min(ACROSS, max(1, len(series)))
    marks = [mark for n, each in enumerate(series) for mark in _small(n, each, upright)]
    if labels:
        foot = rows * (SMALL_HEIGHT + GAP)
        marks.append(svg.text(0, foot, f"Each from {labels[0]} to {labels[-1]}", "note"))
    width = across * (SMALL_WIDTH + GAP) - GAP
    return svg.drawing(title, description, width, rows * (SMALL_HEIGHT + GAP) + 8, marks)


def _all(series: Sequence[Series]) -> list[float | None]:
    return [number for each in series for number in each.numbers]


def _axis(upright: Scale, labels: Sequence[str]) -> Iterator[SafeString]:
    for step in upright.steps:
        yield svg.line(LEFT, upright(step), WIDTH - RIGHT, upright(step), "grid")
        yield svg.text(LEFT - 8, upright(step) + 5, figure(step), "tick", "end")
    last = len(labels) - 1
    for n in sorted({0, last // 2, last}) if labels else ():
        anchor = {0: "start", last: "end"}.get(n, "middle")
        yield svg.text(_across(n, len(labels)), HEIGHT - 10, labels[n], "tick", anchor)


def _across(n: int, many: int) -> float:
    return LEFT + (WIDTH - RIGHT - LEFT) * (n / (many - 1) if many > 1 else 0.5)


def _lines(upright: Scale, series: Sequence[Series]) -> Iterator[SafeString]:
    ends: list[tuple[float, Series]] = []
    for each, kind in zip(series, KINDS, strict=False):
        points = [
            None if number is None else (_across(n, len(each.numbers)), upright(number))
            for n, number in enumerate(each.numbers)
        ]
        yield svg.path(points, f"line cp-chart__line--{kind}")
        known = [point for point in points if point]
        if known:
            yield svg.circle(*known[-1], 3, f"end cp-chart__end--{kind}")
            ends.append((known[-1][1], each))
    above = float("-inf")
    for height, each in sorted(ends, key=lambda end: end[0]):
        above = max(height, above + LINE)
        yield svg.text(WIDTH - RIGHT + 10, above + 5, each.name)


def _small(n: int, series: Series, upright: Scale) -> Iterator[SafeString]:
    left, top = n % ACROSS * (SMALL_WIDTH + GAP), n // ACROSS * (SMALL_HEIGHT + GAP)
    many = len(series.numbers)
    points = [
        None
        if number is None
        else (left + SMALL_WIDTH * (k / (many - 1) if many > 1 else 0.5), top + upright(number))
        for k, number in enumerate(series.numbers)
    ]
    yield svg.text(left, top + 14, series.name)
    floor, ceiling = top + upright(0), top + upright(upright.top)
    yield svg.line(left, floor, left + SMALL_WIDTH, floor, "grid")
    yield svg.line(left, ceiling, left + SMALL_WIDTH, ceiling, "grid")
    yield svg.text(left + SMALL_WIDTH, ceiling - 4, figure(upright.top), "tick", "end")
    yield svg.path(points, "line cp-chart__line--first")
