"""A map of tiles: every authority the same size, so that no city is lost and no moor shouts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from audit.charts import svg
from audit.charts.scales import figure, scale

SIZE, GAP, LEGEND, KEY = 38, 3, 40, 72
SHADES = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """One place: its name, three letters of it, where it stands, and its number."""

    name: str
    short: str
    column: int
    row: int
    number: float | None


def tile_map(title: str, description: str, tiles: Sequence[Tile]) -> SafeString:
    """The tiles in five shades, darker for more; what is not known or not shown is hatched by its
    border. Letters stay readable on every shade.
    """
    top = _top([tile.number for tile in tiles if tile.number is not None])
    marks = [mark for tile in tiles for mark in _tile(tile, top)]
    width = (max((tile.column for tile in tiles), default=0) + 1) * (SIZE + GAP)
    height = (max((tile.row for tile in tiles), default=0) + 1) * (SIZE + GAP)
    marks += _legend(top, height)
    return svg.drawing(title, description, max(width, SHADES * KEY + 90), height + LEGEND, marks)


def _top(numbers: Sequence[float]) -> float:
    """Where the darkest shade ends; whole numbers get shades of at least one each."""
    top = scale(numbers, 0, 1).top
    return max(top, SHADES) if all(float(number).is_integer() for number in numbers) else top


def shade(number: float, top: float) -> int:
    """Which of the five shades a number has, from 1."""
    return min(SHADES, int(number / top * SHADES) + 1)


def _tile(tile: Tile, top: float) -> Iterator[SafeString]:
    x, y = tile.column * (SIZE + GAP), tile.row * (SIZE + GAP)
    told = "no figure" if tile.number is None else figure(tile.number)
    kind = "unknown" if tile.number is None else f"shade-{shade(tile.number, top)}"
    yield svg.box(x + 1, y + 1, SIZE, SIZE, f"tile cp-chart__tile--{kind}", f"{tile.name}: {told}")
    dark = tile.number is not None and shade(tile.number, top) > 3
    kind = "tile-name cp-chart__tile-name--light" if dark else "tile-name"
    yield svg.text(x + 1 + SIZE / 2, y + SIZE / 2 + 5, tile.short, kind, "middle")


def _legend(top: float, y: float) -> Iterator[SafeString]:
    for n in range(SHADES):
        x = n * KEY
        yield svg.box(x + 1, y + 10, 16, 16, f"tile cp-chart__tile--shade-{n + 1}")
        words = f"to {figure(top / SHADES * (n + 1))}"
        yield svg.text(x + 22, y + 23, words, "tick")
    yield svg.box(SHADES * KEY + 1, y + 10, 16, 16, "tile cp-chart__tile--unknown")
    yield svg.text(SHADES * KEY + 22, y + 23, "no figure", "tick")
