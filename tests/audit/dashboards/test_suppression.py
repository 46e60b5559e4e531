"""Nobody learns a small number from a published table: not by looking, not by subtracting."""

from fractions import Fraction
from itertools import chain
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.dashboards.suppression import LEAST, Protected, protect, protect_list

COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 60))
TABLES = st.integers(1, 6).flatmap(
    lambda wide: st.lists(st.lists(COUNTS, min_size=wide, max_size=wide), min_size=1, max_size=7)
)


def lines(table: list[list[int]], shown: Protected) -> list[tuple[list[int], list[int | None]]]:
    """Every row and column with its total last, true and as it is shown."""
    true = [[*row, sum(row)] for row in table]
    true.append([sum(column) for column in zip(*true, strict=True)])
    seen = [[*row, total] for row, total in zip(shown.cells, shown.rows, strict=True)]
    seen.append([*shown.columns, shown.total])
    across = list(zip(true, seen, strict=True))
    down = [([row[c] for row in true], [row[c] for row in seen]) for c in range(len(true[0]))]
    return across + down


def check(table: list[list[int]]) -> None:
    shown = protect(table)
    for true, seen in lines(table, shown):
        for count, told in zip(true, seen, strict=True):
            assert told is None or (told == count and not 0 < told < LEAST)
        if seen[-1] is not None:
            left_out = seen[-1] - sum(told for told in seen[:-1] if told is not None)
            assert left_out == 0 or left_out >= LEAST
    assert not worked_out(table, shown)


def worked_out(table: list[list[int]], shown: Protected) -> list[int]:
    """Small counts that linear algebra gives: what every solution of the sums agrees on."""
    seen = [[*row, total] for row, total in zip(shown.cells, shown.rows, strict=True)]
    seen.append([*shown.columns, shown.total])
    true = [[*row, sum(row)] for row in table]
    true.append([sum(column) for column in zip(*true, strict=True)])
    unknown = {
        cell: n
        for n, cell in enumerate(
            (r, c) for r, row in enumerate(seen) for c, told in enumerate(row) if told is None
        )
    }
    high, wide = len(seen), len(seen[0])
    sums = [[(r, c) for c in range(wide)] for r in range(high)]
    sums += [[(r, c) for r in range(high)] for c in range(wide)]
    rows = []
    for line in sums:
        row = [Fraction(0)] * len(unknown)
        for cell in line:
            if cell in unknown:
                row[unknown[cell]] += -1 if cell == line[-1] else 1
        rows.append(row)
    fixed = determined(rows, len(unknown))
    return [true[r][c] for (r, c), n in unknown.items() if n in fixed and 0 < true[r][c] < LEAST]


def determined(rows: list[list[Fraction]], unknown: int) -> set[int]:
    """Columns that the reduced rows fix to one value."""
    rows = [row for row in rows if any(row)]
    reduced: list[list[Fraction]] = []
    for column in range(unknown):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        for group in (rows, reduced):
            for n, row in enumerate(group):
                if row[column]:
                    times = row[column]
                    group[n] = [a - times * b for a, b in zip(row, pivot, strict=True)]
        reduced.append(pivot)
    return {
        next(n for n, value in enumerate(row) if value)
        for row in reduced
        if sum(bool(value) for value in row) == 1
    }


@given(TABLES)
def test_no_table_tells_a_small_number_however_it_is_added_up(table: list[list[int]]) -> None:
    check(table)


def test_nor_does_any_of_a_thousand_tables_like_ours() -> None:
    chance = Random(18)  # noqa: S311  the same tables every time
    for _ in range(1_000):
        wide = chance.randint(2, 6)
        check(
            [
                [chance.choice((0, 0, 1, 2, 3, 7, 12, 40, 300)) for _ in range(wide)]
                for _ in range(chance.randint(2, 9))
            ]
        )


@given(st.lists(COUNTS, max_size=12))
def test_a_list_with_its_total_tells_no_small_number(counts: list[int]) -> None:
    shown, total = protect_list(counts)
    known = [told for told in shown if told is not None]
    assert all(not 0 < told < LEAST for told in known)
    if total is not None:
        assert total == sum(counts)
        assert total - sum(known) == 0 or total - sum(known) >= LEAST
        assert shown.count(None) != 1


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    shown = protect([[5, 0, 12], [40, 8, 0]])
    assert None not in chain(*shown.cells, shown.rows, shown.columns, (shown.total,))
    assert shown.rows == (17, 48)
    assert shown.columns == (45, 8, 12)
    assert shown.total == 65


def test_a_single_small_number_takes_another_with_it() -> None:
    shown, total = protect_list([3, 6, 50])
    assert shown == (None, None, 50)
    assert total == 59


def test_a_table_whose_rows_differ_in_length_is_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        protect([[1, 2], [3]])
