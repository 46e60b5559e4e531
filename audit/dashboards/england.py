"""Where each authority of England stands on the map of tiles: by region, north at the top.

A region is a block as wide as is said here; its authorities fill it in the order of their names.
Schematic: a tile says which authority, not how large it is nor what lies beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from accounts.models import Authority
from audit.charts import Tile

# region: leftmost column, top row, width in tiles
BLOCKS: Mapping[str, tuple[int, int, int]] = {
    "North East": (4, 0, 4),
    "North West": (0, 2, 4),
    "Yorkshire and The Humber": (4, 3, 4),
    "East Midlands": (4, 7, 4),
    "West Midlands": (0, 8, 4),
    "East of England": (8, 7, 4),
    "London": (6, 10, 6),
    "South East": (12, 10, 3),
    "South West": (0, 12, 5),
}
JOINING = {"and", "of", "the", "upon", "with"}


def tiles(authorities: Iterable[Authority], numbers: Mapping[str, float | None]) -> list[Tile]:
    """A tile for each authority with the number for its GSS code, if there is one."""
    seats: dict[str, int] = {}
    placed = []
    for authority in sorted(authorities, key=lambda each: each.name):
        seat = seats[authority.region] = seats.get(authority.region, -1) + 1
        left, top, width = BLOCKS[authority.region]
        placed.append(
            Tile(
                authority.name,
                short_name(authority.name),
                left + seat % width,
                top + seat // width,
                numbers.get(authority.gss_code),
            )
        )
    return placed


def short_name(name: str) -> str:
    """Three letters: the first of each word, or the first three of a name of one word."""
    words = [word for word in name.replace("-", " ").split() if word.lower() not in JOINING]
    if len(words) > 1:
        return "".join(word[0] for word in words[:3]).upper()
    return words[0][:3].title()
