"""Loads the public reference data that ships with the project: the upper-tier local authorities of
England.
"""

import csv
from datetime import date
from pathlib import Path

from accounts.models import Authority

AUTHORITIES = Path(__file__).parent / "data" / "authorities.csv"


def load_authorities(using: str = "owner") -> int:
    """Brings the authorities table up to the shipped file; may run any number of times.

    Returns the number of rows.
    """
    with AUTHORITIES.open(encoding="utf-8", newline="") as file:
        rows = [
            Authority(
                gss_code=row["gss_code"],
                name=row["name"],
                kind=row["type"],
                region_code=row["region_code"],
                region=row["region"],
                in_force_from=date.fromisoformat(row["in_force_from"])
                if row["in_force_from"]
                else None,
            )
            for row in csv.DictReader(file)
        ]
    Authority.objects.using(using).bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["gss_code"],
        update_fields=["name", "kind", "region_code", "region", "in_force_from"],
    )
    return len(rows)
