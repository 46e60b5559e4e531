"""Narrowing the local role to one base, the row-level key of `idx_local`, or to one person.

Whether somebody may read a base's events is the caller's question (`audit.trail.policies`), asked
before this; the database then shows no other base's rows, whatever the query.
"""

from django.db import connections

from audit.ledger.writer import NoTransaction


def scope_to_base(base: int, *, using: str = "local") -> None:
    """Lets the rest of the open transaction of `using` read the events of `base`, and no others.

    Events appended on this alias must be of the same base. Raises NoTransaction outside `atomic()`,
    where the setting would be gone with the statement.
    """
    _set("index.base", base, using)


def scope_to_person(account: int, *, using: str = "local") -> None:
    """Lets the rest of the open transaction of `using` ask `audit_own_events` for this account: how
    it was signed in to and who opened its file. Raises NoTransaction outside `atomic()`.
    """
    _set("index.person", account, using)


def _set(name: str, value: int, using: str) -> None:
    connection = connections[using]
    if not connection.in_atomic_block:
        raise NoTransaction(f"{name} is set for one transaction; open it first")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.set_config(%s, %s, true)", [name, str(int(value))])
