"""Real faults in the database, for the tests of "no event, no disclosure".

`event_insert_fails` works in any test. The other two change tables, so they need a transactional
test (`django_db(transaction=True)`), and no transaction open on another connection.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.audit.owner import owner_cursor

_THIS_MONTH = """
    SELECT to_char(first, '"audit_event_y"YYYY"m"MM'),
           first AT TIME ZONE 'UTC', (first + interval '1 month') AT TIME ZONE 'UTC'
      FROM date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') AS first
"""


@contextmanager
def event_insert_fails(action: str = "") -> Iterator[None]:
    """Every INSERT of an event (of one type, if `action` says so) raises in the database, on every
    connection (OperationalError).
    """
    with owner_cursor() as cursor:
        kind = f"event_insert {action}".strip()
        cursor.execute("INSERT INTO test_tools.fault (kind) VALUES (%s)", [kind])
        try:
            yield
        finally:
            cursor.execute("DELETE FROM test_tools.fault")


@contextmanager
def commit_fails() -> Iterator[None]:
    """Every transaction that wrote an event raises at its COMMIT and is rolled back."""
    with owner_cursor() as cursor:
        cursor.execute(
            "CREATE CONSTRAINT TRIGGER test_commit_fault AFTER INSERT ON public.audit_event"
            " DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION test_tools.fail_commit()"
        )
        try:
            yield
        finally:
            cursor.execute("DROP TRIGGER test_commit_fault ON public.audit_event")


@contextmanager
def partition_missing() -> Iterator[None]:
    """This month's partition is detached meanwhile, so that an event has nowhere to go."""
    with owner_cursor() as cursor:
        cursor.execute(_THIS_MONTH)
        name, first, last = cursor.fetchone()
        cursor.execute(f"ALTER TABLE public.audit_event DETACH PARTITION audit_part.{name}")
        try:
            yield
        finally:
            cursor.execute(
                f"ALTER TABLE public.audit_event ATTACH PARTITION audit_part.{name}"
                " FOR VALUES FROM (%s) TO (%s)",
                [first, last],
            )
