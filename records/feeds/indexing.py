"""Search rows of a load: new children straight from the staged rows, changed ones anew.

A new child's row comes out as `records.search.index_children` would make it (a test holds the two
equal), without reading back what was written a moment ago.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from records.feeds import apply
from records.models import AddressKind
from records.search import IndexedChild, IndexedName, index_children, search_row
from records.search.names import Name, learn_names, names_in
from records.search.statements import bigint_array

BATCH = 5_000

NEW = """
SELECT child_id, given_name, family_name, other_given_names, former_family_name,
       born_on, born_year, sex, address_kind, postcode
FROM import_row WHERE state = 'n'
"""
# Documents hold capitals, digits and / ; | - only: nothing that COPY's text format would escape.
COPY = "COPY child_search (child_id, keys, doc) FROM STDIN"


def index_new(on_children: Callable[[int], None]) -> int:
    """Makes the search rows of new children; returns how many, and tells so as it goes on."""
    known: set[Name] = set()
    done = 0
    with connection.chunked_cursor() as reader, connection.cursor() as writer:
        reader.execute(NEW)
        while rows := reader.fetchmany(BATCH):
            _index_batch(writer, rows, known)
            done += len(rows)
            on_children(done)
    return done


def index_changed(on_children: Callable[[int], None], done: int = 0) -> int:
    """Makes the search rows of changed children anew; counts on from `done`."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            batch = apply.next_changed(cursor, last, BATCH)
        if not batch:
            return done
        index_children(batch)
        last, done = batch[-1], done + len(batch)
        on_children(done)


def _index_batch(cursor: CursorWrapper, rows: list[tuple[Any, ...]], known: set[Name]) -> None:
    lines: list[str] = []
    names: set[Name] = set()
    for child_id, *facts in rows:
        keys, doc = search_row(_indexed(*facts))
        names |= names_in(doc)
        lines.append(f"{child_id}\t{bigint_array(keys)}\t{doc}\n")
    learn_names(names - known)
    known |= names
    cursor.copy_expert(COPY, io.StringIO("".join(lines)))


def _indexed(
    given: str,
    family: str,
    other: str,
    former: str,
    born_on: date | None,
    born_year: int | None,
    sex: str,
    kind: str,
    postcode: str,
) -> IndexedChild:
    names = [IndexedName(given, family, "current", other)]
    if former not in ("", family):
        names.append(IndexedName(given, former, "former"))
    births = () if born_year is None else (_digits(born_on, born_year),)
    places = (postcode,) if kind == AddressKind.ADDRESS and postcode else ()
    return IndexedChild(tuple(names), births, sex, places)


def _digits(born_on: date | None, born_year: int) -> int:
    if born_on is None:
        return born_year * 10_000
    return born_on.year * 10_000 + born_on.month * 100 + born_on.day
