"""Narrowing the local role to one base: the row-level key of `idx_local`.

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
    connection = connections[using]
    if not connection.in_atomic_block:
        raise NoTransaction("the base is set for one transaction; open it first")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_catalog.set_config('index.base', %s, true)", [str(int(base))])
