"""The expected permissions, written by hand in `tests/expected_permissions.csv`: a second opinion
beside the code. Every permission, address, command and task has a line there.

`everybody` says what holds whoever asks: `public` (nobody need be signed in), `signed-in` (any open
session, whatever its standing), `self` (one's own factors alone), `job` (the scheduler), `operator`
(whoever runs the server; nobody's data), `synthetic` (invented data only). Else each role has `any`
(objects of every user base), `own` (of its own), `self` (what this person made alone), or nothing.
`open_under` names the severest sanction on the person's organisation under which it is still there;
empty means `no-new-users`, and `accredited` that the mildest one closes it. Where a role differs,
it says so itself: `any:read-only`; `own:always` holds even without accreditation (applicants).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from accounts.roles import Role

FILE = Path(__file__).resolve().parents[1] / "expected_permissions.csv"
SANCTIONS = ["accredited", "no-new-users", "read-only"]
EVERYBODY = {"", "public", "signed-in", "self", "job", "operator", "synthetic"}
ANSWERS = {"", "self", "own", "any"}


@dataclass(frozen=True)
class Line:
    """One line of the file. `roles` holds the answer for each role, and for nobody's."""

    kind: str
    name: str
    everybody: str
    open_under: str
    roles: dict[Role | None, str]

    def allows(self, role: Role | None, *, own: bool, state: str = "accredited") -> bool:
        """Whether a person of this role, lacking nothing themselves, is let through to an object of
        their own user base (`own`) or of another one, their organisation being in this state.
        """
        answer, _, open_under = self.roles[role].partition(":")
        if not _is_open(state, open_under or self.open_under or "no-new-users"):
            return False
        return answer == "any" or (own and answer == "own")


def _is_open(state: str, open_under: str) -> bool:
    if open_under == "always":
        return True
    return state in SANCTIONS[: SANCTIONS.index(open_under) + 1]


def lines(kind: str) -> dict[str, Line]:
    """The lines of one kind (`permission`, `url`, `command`, `task`), by name."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["kind"] == kind]
    return {
        row["name"]: Line(
            kind=kind,
            name=row["name"],
            everybody=row["everybody"],
            open_under=row["open_under"],
            roles={None: row["no_role"], **{role: row[role.value] for role in Role}},
        )
        for row in rows
    }
