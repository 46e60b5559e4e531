"""The expected permissions, written by hand in `tests/expected_permissions.csv`: a second opinion
beside the code. Every permission, address, command and task has a line there.

`everybody` says what holds whoever asks: `public` (nobody need be signed in), `signed-in` (any open
session, whatever its standing), `self` (one's own factors alone), `job` (the scheduler), `operator`
(whoever runs the server; nobody's data), `synthetic` (invented data only). Else each role has `any`
(objects of every user base), `own` (of its own), `self` (what this person made alone), or nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from accounts.roles import Role

FILE = Path(__file__).resolve().parents[1] / "expected_permissions.csv"
EVERYBODY = {"", "public", "signed-in", "self", "job", "operator", "synthetic"}
ANSWERS = {"", "self", "own", "any"}


@dataclass(frozen=True)
class Line:
    """One line of the file. `roles` holds the answer for each role."""

    kind: str
    name: str
    everybody: str
    roles: dict[Role, str]

    def allows(self, role: Role | None, *, own: bool) -> bool:
        """Whether a person of this role, in good standing, is let through to an object of their
        own user base (`own`), or of another one.
        """
        answer = self.roles.get(role, "") if role else ""
        return answer == "any" or (own and answer == "own")


def lines(kind: str) -> dict[str, Line]:
    """The lines of one kind (`permission`, `url`, `command`, `task`), by name."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    return {
        row["name"]: Line(
            kind=kind,
            name=row["name"],
            everybody=row["everybody"],
            roles={role: row[role.value] for role in Role},
        )
        for row in rows
    }
