"""`docs/permissions.md` as text, made from the code: which role may do what, where it is held."""

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from accounts.roles import (
    HOMES,
    OrganisationKind,
    Permission,
    Role,
    needs_two_people,
    permissions_of,
)
from audit.trail.parts import PERMISSIONS

PAGE = Path(settings.BASE_DIR) / "docs" / "permissions.md"

_TOP = """# Who may do what

Made from `accounts/roles.py` by `./manage.py permissions_page`; a house test compares the two, so
change the code, not this page. Which addresses, commands and tasks that opens is written down by
hand in `tests/expected_permissions.csv`.

A permission counts only while the account is active, its organisation accredited and everything
`accounts/conditions.py` asks for is there. A management team has its own user base, the central
team every one; nobody has their own account.
"""


def page() -> str:
    """The whole page."""
    parts = [_TOP, _matrix(), "## Where a role is held, and who gives it\n", _homes()]
    return "\n".join(parts)


def _matrix() -> str:
    head = ["To", *(role.label for role in Role)]
    rows = [
        [
            _sentence(permission),
            *("yes" if permission in permissions_of(role) else "" for role in Role),
        ]
        for permission in Permission
    ]
    return _table(head, rows)


def _sentence(permission: Permission) -> str:
    return f"{PERMISSIONS[permission]} (`{permission.value}`)"


def _homes() -> str:
    rows = [
        [
            f"{role.label} (`{role.value}`)",
            ", ".join(kind.label for kind in OrganisationKind if kind in HOMES[role]),
            "two people" if needs_two_people(role) else "one person",
        ]
        for role in Role
    ]
    return _table(["Role", "Held at", "Given by"], rows)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
