"""Is this database synthetic?

The mark is set once, by whoever creates the database, and no service role can change it.
"""

from django.db import connections

MARK = "contactpoint: synthetic"


def is_synthetic(using: str = "default") -> bool:
    """True if the database carries the mark of invented data (its comment, which only its owner can
    write).
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = current_database()"
        )
        (comment,) = cursor.fetchone()
    return bool(comment == MARK)
