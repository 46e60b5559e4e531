"""Involvements by feed: a first file, the same file again, and one with a tenth of its rows ended.
Bar: 1,000,000 in under 3 minutes. The command runs as its users run it, on servers of its own.

Run: `.venv/bin/python benchmarks/work_feeds.py [--rows 1000000]`.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from pathlib import Path

from kit import clocks, measured
from kit.servers import own_servers

PEOPLE, SERVICES = 2_000, 200
HEADER = [
    "source_ref",
    "child_ref",
    "child_source",
    "service",
    "team",
    "practitioner",
    "role",
    "started_on",
    "ended_on",
]
FILL = (
    (
        "INSERT INTO accounts_team (key, organisation_id, name)"
        " SELECT gen_random_uuid(), (SELECT min(id) FROM accounts_organisation), 'Team ' || t"
        " FROM generate_series(0, 199) AS t"
    ),
    (
        "INSERT INTO records_service (organisation_id, name, kind)"
        " SELECT (SELECT min(id) FROM accounts_organisation), 'Service ' || s, 'other'"
        " FROM generate_series(0, %(services)s - 1) AS s"
    ),
    (
        "INSERT INTO records_childrecord (id, key, sex, is_invented)"
        " SELECT c, gen_random_uuid(), 'N', true FROM generate_series(1, %(rows)s) AS c"
    ),
    (
        "INSERT INTO records_sourcelink (child_id, source, source_ref)"
        " SELECT c, 'census', 'C-' || c FROM generate_series(1, %(rows)s) AS c"
    ),
    "ANALYZE",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with own_servers(), tempfile.TemporaryDirectory() as folder:
        fill(rows)
        first, ended = Path(folder, "first.csv"), Path(folder, "ended.csv")
        write(first, rows, ended=False)
        write(ended, rows, ended=True)
        for name, path in {"new": first, "unchanged": first, "a tenth ended": ended}.items():
            words = ("involvements", str(path), "--source", "cases", "--json")
            took = measured.command("import_feed", *words)
            bar = f"; bar {180 * rows / 1_000_000:,.0f} s" if name == "new" else ""
            print(f"{rows:,} involvements, {name}: {took.told()}{bar}")
            print(f"    {took.output.strip()}")
            print(f"    {clocks.load()}")


def fill(rows: int) -> None:
    """One authority with people, teams, services and children, past every action."""
    from django.db import connections

    from accounts.models import Authority, Organisation, User
    from accounts.synthetic import is_synthetic

    authority = Authority.objects.order_by("pk").values_list("pk", flat=True)[0]
    body = Organisation(kind="local_authority", name="Bench", authority_id=authority)
    body.save(using="owner")
    User.objects.using("owner").bulk_create(
        User(email=f"p{n}@bench.example", given_name="P", family_name=str(n), employer=body,
             status="active")
        for n in range(PEOPLE)
    )  # fmt: skip
    with connections["owner"].cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, {"rows": rows, "services": SERVICES})
    if not is_synthetic():
        raise SystemExit("the database of a benchmark is marked synthetic; this one is not")


def write(path: Path, rows: int, *, ended: bool) -> None:
    """One involvement a child; `ended` gives every tenth a last day."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER)
        for n in range(1, rows + 1):
            lines.writerow(
                [
                    f"I-{n}",
                    f"C-{n}",
                    "census",
                    f"Service {n % SERVICES}",
                    f"Team {n * 7 % 200}",
                    f"p{n * 13 % PEOPLE}@bench.example",
                    "Health visitor",
                    f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}",
                    "2026-03-01" if ended and n % 10 == 0 else "",
                ]
            )


if __name__ == "__main__":
    main()
