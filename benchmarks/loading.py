"""Getting records in: import, invented children, rebuilding the index, and the price of one insert.

Each command runs as its users run it, on servers of its own, and is told with processor time and
memory beside the bar; a busy machine makes seconds worse, processor time hardly. `--rows`,
`--national` and `--full` give other sizes: the bars are meant at a million. Run by `make bench`.
"""

import argparse
import csv
import re
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

from kit import clocks, measured, servers

INSERTS = 2_000
TABLES = (
    "child_search, name_stat, name_delete, records_childrecord, records_school, records_practice"
)
# A table like the index but without one: what any insert costs.
PLAIN = "CREATE TABLE plain_row (child_id integer PRIMARY KEY, keys bigint[], doc text)"
SEARCHED = "INSERT INTO child_search (child_id, keys, doc) VALUES (%s, %s::bigint[], %s)"
NO_INDEX = "INSERT INTO plain_row (child_id, keys, doc) VALUES (%s, %s::bigint[], %s)"
COLUMNS = {
    "line_1": "address_line_1",
    "line_2": "address_line_2",
    **{
        name: name
        for name in (
            *("source_ref", "given_name", "family_name", "other_given_names", "sex", "town"),
            *("former_family_name", "postcode", "uprn", "nhs_number", "authority", "school"),
            *("practice", "carer_name", "carer_phone"),
        )
    },
}


def main() -> None:
    """Measures everything in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000, help="rows of the imported file")
    parser.add_argument("--national", type=int, default=100_000, help="children of that profile")
    parser.add_argument("--full", type=int, default=30_000, help="children of that profile")
    options = parser.parse_args()
    with servers.own_servers(), tempfile.TemporaryDirectory() as folder:
        print_imports(Path(folder), options.rows)
        print_generated("full", options.full, bar=3_000)
        print_generated("national", options.national, bar=10_000)
        print_rebuild(options.national)
        print_inserts()


def print_imports(folder: Path, rows: int) -> None:
    """A file into empty tables; the same again; again with every second row changed."""
    first, changed = folder / "first.csv", folder / "changed.csv"
    write(first, rows, changed=False)
    write(changed, rows, changed=True)
    files = {"new": first, "unchanged": first, "half changed": changed}
    for name, path in files.items():
        took = measured.command("import_records", str(path), "--source", "bench", "--json")
        rate = rows / took.seconds
        bar = "; bar 2,778 and 1,000 MB" if name == "new" else ""
        print(f"import, {rows:,} rows {name}: {rate:,.0f} a second{bar}; {took.told()}")
    print(clocks.load())


def write(path: Path, rows: int, *, changed: bool) -> None:
    """A file of invented children; `changed` gives every second one another name and postcode."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([*COLUMNS.values(), "date_of_birth"])
        for number, child in enumerate(invented(rows)):
            cells = {column: getattr(child, name) for name, column in COLUMNS.items()}
            if child.address_kind != "address":
                cells["address_line_1"] = "No fixed abode"
            elif changed and number % 2:
                cells |= {"family_name": f"{child.family_name}-Lee", "postcode": "ZA1 1AA"}
            lines.writerow([*cells.values(), child.born_on or child.born_year])


def invented(rows: int) -> Iterator[Any]:
    """Children of a world of their own."""
    from contactpoint.invented.children import World, children
    from contactpoint.invented.enrol import area_codes

    today = date.today()  # noqa: DTZ011  as the site reckons ages
    return children(World("file", today, area_codes(), places=60), 0, rows)


def print_generated(profile: str, children: int, *, bar: int) -> None:
    """Invented children into empty tables: the rate before the indexes, and the whole."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    number = ["--children", str(children), "--profile", profile]
    took = measured.command("load_demo_records", *number)
    rates = re.findall(r"loaded, ([0-9,]+) a second", took.output)
    before = rates[-1] if rates else "?"
    print(
        f"{profile}, {children:,} children: {before} a second before the indexes (bar {bar:,}),"
        f" {children / took.seconds:,.0f} with them; {took.told()}"
    )
    print(clocks.load())


def print_rebuild(children: int) -> None:
    """Of an index that is right, as nearly all of one is; and of none."""
    from django.db import connections

    for name in ("in order", "emptied"):
        if name == "emptied":
            with connections["owner"].cursor() as cursor:
                cursor.execute("TRUNCATE child_search")
        took = measured.command("rebuild_search")
        rate = children / took.seconds
        print(f"rebuild, index {name}: {rate:,.0f} a second (bar 12,222); {took.told()}")
    print(clocks.load())


def print_inserts() -> None:
    """One search row beside the same row in a table without the index, each a transaction."""
    from django.db import connections

    from records.search.statements import bigint_array

    with connections["owner"].cursor() as cursor:
        cursor.execute(PLAIN)
        cursor.execute("SELECT keys, doc FROM child_search LIMIT %s", [INSERTS])
        rows = [(bigint_array(key ^ 1 for key in keys), doc) for keys, doc in cursor.fetchall()]
        numbers = count(1_000_000_000)
        for mode in ("on", "off"):
            cursor.execute("SELECT set_config('synchronous_commit', %s, false)", [mode])
            print_insert(cursor, f"synchronous_commit {mode}", rows, numbers)


def print_insert(cursor: Any, mode: str, rows: list[Any], numbers: Iterator[int]) -> None:
    """In turn, with a second go at the plain table to show what chance does."""

    def into(statement: str) -> Callable[[Any], object]:
        return lambda row: cursor.execute(statement, [next(numbers), *row])

    calls = {"index": into(SEARCHED), "plain": into(NO_INDEX), "again": into(NO_INDEX)}
    took = clocks.side_by_side(rows, calls, rounds=1)
    searched, plain, again = (clocks.middle(took[name]) for name in calls)
    print(
        f"insert, {mode}: {searched:.3f} ms, without the index {plain:.3f}: ratio"
        f" {searched / plain:.2f} (at most 2.5); control {again / plain:.2f}; {clocks.load()}"
    )


if __name__ == "__main__":
    main()
