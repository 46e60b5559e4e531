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


class Indexing:
    """Makes search rows part by part; remembers the names it has met, and how many rows it made."""

    def __init__(self, on_children: Callable[[int], None]) -> None:
        self._on_children = on_children
        self._known: set[Name] = set()
        self.done = 0

    def index_part(self, *, has_changed: bool) -> None:
        """Indexes what the staged part made, and what it changed."""
        with connection.cursor() as cursor:
            cursor.execute(NEW)
            self._index_new(cursor, cursor.fetchall())
        if has_changed:
            self._index_changed()

    def _index_new(self, cursor: CursorWrapper, rows: list[tuple[Any, ...]]) -> None:
        lines: list[str] = []
        names: set[Name] = set()
        for child_id, *facts in rows:
            keys, doc = search_row(_indexed(*facts))
            names |= names_in(doc)
            lines.append(f"{child_id}\t{bigint_array(keys)}\t{doc}\n")
        learn_names(names - self._known)
        self._known |= names
        cursor.copy_expert(COPY, io.StringIO("".join(lines)))
        self._tell(len(rows))

    def _index_changed(self) -> None:
        last = 0
        while batch := apply.next_changed(last, BATCH):
            index_children(batch)
            last = batch[-1]
            self._tell(len(batch))

    def _tell(self, more: int) -> None:
        self.done += more
        if more:
            self._on_children(self.done)


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
