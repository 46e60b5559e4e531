"""Tables without their indexes and references while they are filled; made again as they were.

Only for empty tables, in one transaction, by their owner: whatever fails, nothing has changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper

# References first: they lean on the unique constraints. Primary keys stay: others refer to them.
CONSTRAINTS = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)
FROM pg_constraint
WHERE contype IN ('f', 'u') AND conrelid = ANY(%s::regclass[])
ORDER BY contype, conname
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index AS i
WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY 1
"""


def all_empty(cursor: CursorWrapper, tables: Iterable[str]) -> bool:
    """Whether none of these tables holds a row."""
    for table in tables:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608  our own table names
        if cursor.fetchone()[0]:
            return False
    return True


@contextmanager
def bare(
    cursor: CursorWrapper, tables: Sequence[str], say: Callable[[str], None]
) -> Iterator[None]:
    """While this lasts, the tables have nothing but columns, checks and primary keys."""
    cursor.execute(CONSTRAINTS, [list(tables)])
    constraints = cursor.fetchall()
    for table, name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(INDEXES, [list(tables)])
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET LOCAL maintenance_work_mem = '1GB'")
    for name, definition in indexes:
        say(f"building {name}")
        cursor.execute(definition)
    for table, name, definition in reversed(constraints):
        say(f"checking {name}")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
