"""Search rows of a load: new children as staged with their rows, changed ones anew.

A new child's row comes out as `records.search.index_children` would make it (a test holds the two
equal), without reading back what was written a moment ago.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.db import connection

from records.feeds import apply
from records.feeds.rows import ImportRow
from records.models import AddressKind
from records.search import IndexedChild, IndexedName, index_children
from records.search.names import Name, learn_names, names_in

BATCH = 5_000

NEW = """
INSERT INTO child_search (child_id, keys, doc)
SELECT child_id, keys, doc FROM import_row WHERE state = 'n'
"""
NEW_DOCUMENTS = "SELECT doc FROM import_row WHERE state = 'n'"


class Indexing:
    """Makes search rows part by part; remembers the names it has met, and how many rows it made."""

    def __init__(self, on_children: Callable[[int], None]) -> None:
        self._on_children = on_children
        self._known: set[Name] = set()
        self.done = 0

    def index_part(self, names: set[Name], *, new: int, changed: int, whole: bool) -> None:
        """Indexes what the staged part made, and what it changed.

        `names` are those of every row that was read; `whole` tells whether all of them are new.
        """
        if new:
            self._index_new(names if whole else _names_of_new())
            self._tell(new)
        if changed:
            self._index_changed()

    def _index_new(self, names: set[Name]) -> None:
        learn_names(names - self._known)
        self._known |= names
        with connection.cursor() as cursor:
            cursor.execute(NEW)

    def _index_changed(self) -> None:
        last = 0
        while batch := apply.next_changed(last, BATCH):
            index_children(batch)
            last = batch[-1]
            self._tell(len(batch))

    def _tell(self, more: int) -> None:
        self.done += more
        self._on_children(self.done)


def _names_of_new() -> set[Name]:
    with connection.cursor() as cursor:
        cursor.execute(NEW_DOCUMENTS)
        return {name for (doc,) in cursor.fetchall() for name in names_in(doc)}


def indexed_row(row: ImportRow) -> IndexedChild:
    """What may be found of a child of whom this row is all that is known."""
    names = [IndexedName(row.given_name, row.family_name, "current", row.other_given_names)]
    if row.former_family_name not in ("", row.family_name):
        names.append(IndexedName(row.given_name, row.former_family_name, "former"))
    births = () if row.born_year is None else (_digits(row.born_on, row.born_year),)
    is_place = row.address_kind == AddressKind.ADDRESS and row.postcode
    return IndexedChild(tuple(names), births, row.sex, (row.postcode,) if is_place else ())


def _digits(born_on: date | None, born_year: int) -> int:
    if born_on is None:
        return born_year * 10_000
    return born_on.year * 10_000 + born_on.month * 100 + born_on.day
