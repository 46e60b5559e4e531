"""The database's own clock, set by a test: `now()` and `statement_timestamp()` of a schema that is
looked up first. Only the connection that asks for it is moved.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection

from tests.audit.owner import owner_cursor

_FUNCTIONS = """
    CREATE SCHEMA IF NOT EXISTS test_clock;
    GRANT USAGE ON SCHEMA test_clock TO PUBLIC;
    CREATE OR REPLACE FUNCTION test_clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS
      $$ SELECT current_setting('test_clock.now')::timestamptz $$;
    CREATE OR REPLACE FUNCTION test_clock.statement_timestamp() RETURNS timestamptz
      LANGUAGE sql STABLE AS $$ SELECT test_clock.now() $$;
"""


class Clock:
    """Stands still until `set` again."""

    def set(self, moment: datetime) -> None:
        """From now on it is `moment` (with its time zone) for this connection."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('test_clock.now', %s, false)", [moment.isoformat()])


@contextmanager
def database_clock(moment: datetime) -> Iterator[Clock]:
    """The default connection lives at `moment` inside the block, and wherever the clock is set."""
    with owner_cursor() as owner:
        owner.execute(_FUNCTIONS)
    clock = Clock()
    clock.set(moment)
    with connection.cursor() as cursor:
        cursor.execute("SET search_path = test_clock, public, pg_catalog")
    try:
        yield clock
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET search_path")
