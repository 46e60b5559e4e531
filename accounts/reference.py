"""Loads the reference data that ships with the project: the upper-tier authorities of England, and
version 1 of the user agreement and of the training.
"""

import csv
from datetime import date
from pathlib import Path

from accounts.models import AgreementVersion, Authority, CourseVersion

DATA = Path(__file__).parent / "data"
AUTHORITIES = DATA / "authorities.csv"
FIRST_AGREEMENT = DATA / "agreement-1.txt"
FIRST_COURSE = {"title": "Using ContactPoint lawfully and safely", "valid_months": 12}


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


def load_first_versions(using: str = "owner") -> None:
    """Version 1 of agreement and course, so that the first two people have something to accept and
    to pass. A version that is there is left as it is; later ones come from the central team.
    """
    text = FIRST_AGREEMENT.read_text(encoding="utf-8")
    AgreementVersion.objects.using(using).bulk_create(
        [AgreementVersion(number=1, text=text)], ignore_conflicts=True
    )
    CourseVersion.objects.using(using).bulk_create(
        [CourseVersion(number=1, **FIRST_COURSE)], ignore_conflicts=True
    )
