"""Millions of invented children, straight into the tables by COPY, as the tables' owner.

Two processes make the rows and their search keys, this one hands them to the server. One
transaction: a load that is interrupted leaves nothing. What a row is, is copying.py's.
"""

from __future__ import annotations

import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from contactpoint.invented import copying
from contactpoint.invented.bare import all_empty, bare
from contactpoint.invented.children import BLOCK, World
from contactpoint.invented.copying import Plan, Portion, Profile
from records.models import Practice, School
from records.processes import in_order, number_of_processors, processes
from records.search.names import Name, recount, store_counts

OWNER = "owner"
PORTION = 5 * BLOCK
EVERY = 100_000  # children between two lines of progress
RECORDS = "records_childrecord"

Say = Callable[[str], None]


def load_in_bulk(
    world: World, source: str, start: int, stop: int, profile: Profile, say: Say
) -> None:
    """Load the children numbered `start` to `stop` (not included) of a world.

    If the tables are empty, indexes and references are made after the rows. Nobody else writes
    child records meanwhile. Raises database errors; then nothing was loaded.
    """
    tables = list(copying.columns(profile))
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute(f"LOCK TABLE {RECORDS} IN SHARE ROW EXCLUSIVE MODE")
        first_id = _reserve(cursor, stop - start)
        places = (
            (_ids(School, "urn"), _ids(Practice, "ods_code")) if profile == "full" else ({}, {})
        )
        plan = Plan(world, source, profile, start, first_id, *places)
        fresh = all_empty(cursor, tables)
        with bare(cursor, tables, say) if fresh else nullcontext():
            names = _fill(cursor, plan, stop, say)
        if fresh:
            store_counts(names, stop - start, using=OWNER)
        else:
            recount(using=OWNER)
    _tidy(tables)


def _reserve(cursor: CursorWrapper, number: int) -> int:
    """The first of so many record numbers, which nobody else will get."""
    cursor.execute(
        "SELECT setval(sequence, nextval(sequence) + %s) - %s + 1"
        " FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence) AS found",
        [number, number, RECORDS],
    )
    return int(cursor.fetchone()[0])


def _ids(model: type[School] | type[Practice], code: str) -> dict[str, int]:
    found = model._default_manager.using(OWNER)
    return dict(found.values_list(code, "id"))


def _fill(cursor: CursorWrapper, plan: Plan, stop: int, say: Say) -> Counter[Name]:
    names: Counter[Name] = Counter()
    began, done = time.monotonic(), 0
    for part in _portions(plan, stop):
        for table, text in part.texts.items():
            columns = copying.columns(plan.profile)[table]
            null = "''" if table == RECORDS else r"'\N'"
            cursor.copy_expert(
                f"COPY {table} ({columns}) FROM STDIN WITH (NULL {null})", io.StringIO(text)
            )
        names.update(part.names)
        done += part.children
        if done % EVERY < PORTION or plan.start + done == stop:
            rate = done / (time.monotonic() - began)
            say(f"{plan.start + done:,} children loaded, {rate:,.0f} a second")
    return names


def _portions(plan: Plan, stop: int) -> Iterator[Portion]:
    """In order; only a few are made ahead, so that memory stays bounded."""
    number = number_of_processors()
    tasks = (
        (plan, first, min(first + PORTION, stop)) for first in range(plan.start, stop, PORTION)
    )
    with processes(number) as pool:
        yield from in_order(pool, copying.portion, tasks, number)


def _tidy(tables: list[str]) -> None:
    """Fresh statistics, and search rows that no search has to mark as read first."""
    with connections[OWNER].cursor() as cursor:
        for table in tables:
            cursor.execute(f"{'VACUUM ANALYZE' if table == 'child_search' else 'ANALYZE'} {table}")
