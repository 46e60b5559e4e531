"""A connection of the owner role to the test database, beside Django's: for faults and attacks.

Django's own aliases are tied to the test's transaction; this one commits at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connections


@contextmanager
def owner_cursor(alias: str = "owner", **options: Any) -> Iterator[Any]:
    """A cursor in autocommit as the role behind `alias`; a lock that is not had in 10 s raises."""
    params = {**connections[alias].get_connection_params(), **options}
    params.pop("cursor_factory", None)
    if not params["dbname"].startswith("test_"):
        raise RuntimeError("only a test database may be opened this way")
    connection = psycopg2.connect(**params)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
            yield cursor
    finally:
        connection.close()
