"""Small counts leave no table: 1 to 4 are not shown, nor is what would let them be worked out.

Two rules beyond the small cell itself. What is not shown in a row or column adds up to nothing or
to five and more, so that subtracting from a published total tells nothing small. And no cell that
is not shown can be worked out from several rows and columns together: in the graph whose points are
the rows and columns and whose edges are the cells not shown, exactly the bridges can (Gusfield, A
graph theoretic approach to statistical data security, SIAM J. Comput. 17(3), 1988).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LEAST = 5  # decision 18: counts of 1 to 4 are not shown
Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Protected:
    """A table as it may be shown; None is not shown. `rows` and `columns` are the totals."""

    cells: tuple[tuple[int | None, ...], ...]
    rows: tuple[int | None, ...]
    columns: tuple[int | None, ...]
    total: int | None


def protect(table: Sequence[Sequence[int]]) -> Protected:
    """The table and its totals with what must not be shown left out.

    Raises ValueError for rows of different lengths or a count below nought.
    """
    if len({len(row) for row in table}) > 1 or any(n < 0 for row in table for n in row):
        raise ValueError("a table has rows of one length, of counts")
    wide = len(table[0]) if table else 0
    if wide == 1:  # the totals of its rows would be its cells once more
        shown = protect_list([row[0] for row in table])
        return Protected(tuple((n,) for n in shown[0]), shown[0], (shown[1],), shown[1])
    full = [[*row, sum(row)] for row in table]
    full.append([sum(column) for column in zip(*full, strict=True)] or [0])
    hidden = _hide(full)
    shown_rows = [
        tuple(None if (r, c) in hidden else n for c, n in enumerate(row))
        for r, row in enumerate(full)
    ]
    *inner, foot = shown_rows
    return Protected(
        tuple(row[:-1] for row in inner), tuple(row[-1] for row in inner), foot[:-1], foot[-1]
    )


def protect_list(counts: Sequence[int]) -> tuple[tuple[int | None, ...], int | None]:
    """A list of counts and its total with what must not be shown left out."""
    hidden = {n for n, count in enumerate(counts) if 0 < count < LEAST}
    while hidden and (len(hidden) < 2 or 0 < sum(counts[n] for n in hidden) < LEAST):
        rest = [n for n in range(len(counts)) if n not in hidden]
        if not rest:
            return (None,) * len(counts), None
        hidden.add(min(rest, key=lambda n: (counts[n] == 0, counts[n])))
    total = sum(counts)
    shown = tuple(None if n in hidden else count for n, count in enumerate(counts))
    return shown, None if 0 < total < LEAST else total


def _hide(full: list[list[int]]) -> set[Cell]:
    """Which cells, totals among them, are not shown. More are hidden until nothing can be told."""
    hidden = {(r, c) for r, row in enumerate(full) for c, n in enumerate(row) if 0 < n < LEAST}
    while True:
        exposed = _exposed(full, hidden)
        if not exposed:
            return hidden
        hidden.add(min(exposed, key=lambda cell: _cost(full, cell)))


def _exposed(full: list[list[int]], hidden: set[Cell]) -> set[Cell]:
    """Of which cells one more must be hidden: those of the first line that tells too much."""
    for line in _lines(full):
        inner, total = line[:-1], line[-1]
        left_out = [cell for cell in inner if cell in hidden]
        rest = {cell for cell in line if cell not in hidden}
        small = total not in hidden and 0 < sum(full[r][c] for r, c in left_out) < LEAST
        if rest and (small or (total in hidden and not left_out)):
            return rest - {total} or rest
    for bridge in _bridges(hidden):
        rest = {cell for line in _lines(full) if bridge in line for cell in line} - hidden
        if rest:
            return rest
    return set()


def _lines(full: list[list[int]]) -> Iterator[list[Cell]]:
    """Every row and column as its cells; the last is the total of those before it."""
    high, wide = len(full), len(full[0])
    for r in range(high):
        yield [(r, c) for c in range(wide)]
    for c in range(wide):
        yield [(r, c) for r in range(high)]


def _cost(full: list[list[int]], cell: Cell) -> tuple[bool, bool, int, Cell]:
    """Cells before totals, counts before noughts (hiding a nought hides little), small first."""
    r, c = cell
    is_total = r == len(full) - 1 or c == len(full[0]) - 1
    return is_total, full[r][c] == 0, full[r][c], cell


def _bridges(hidden: set[Cell]) -> list[Cell]:
    """Edges of the graph of hidden cells that lie on no circle, by one walk through it."""
    beside: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for r, c in hidden:
        beside.setdefault(("row", r), []).append(("column", c))
        beside.setdefault(("column", c), []).append(("row", r))
    found: list[Cell] = []
    order: dict[tuple[str, int], int] = {}
    lowest: dict[tuple[str, int], int] = {}
    for start in sorted(beside):
        if start not in order:
            _walk(start, beside, order, lowest, found)
    return found


def _walk(
    start: tuple[str, int],
    beside: dict[tuple[str, int], list[tuple[str, int]]],
    order: dict[tuple[str, int], int],
    lowest: dict[tuple[str, int], int],
    found: list[Cell],
) -> None:
    """Depth first, without recursion: a long chain of cells is no reason to fall over."""
    order[start] = lowest[start] = len(order)
    stack = [(start, start, iter(sorted(beside[start])))]
    while stack:
        point, came_from, others = stack[-1]
        other = next(others, None)
        if other is None:
            stack.pop()
            if point != came_from:
                lowest[came_from] = min(lowest[came_from], lowest[point])
                if lowest[point] > order[came_from]:
                    (_, r), (_, c) = sorted((point, came_from), reverse=True)
                    found.append((r, c))
        elif other not in order:
            order[other] = lowest[other] = len(order)
            stack.append((other, point, iter(sorted(beside[other]))))
        elif other != came_from:
            lowest[point] = min(lowest[point], order[other])
