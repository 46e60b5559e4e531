"""Keeping the search rows in step with the records, inside the transaction that changes them.

The only module that reads the record tables for the index: what is not read here cannot be found.
Counting names and learning new ones is names.py's; the form of a row is keys.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg2.extras import execute_values

from records.models import ChildRecord, ChildSearch
from records.search.keys import Attribute, IndexedChild, IndexedName, search_row
from records.search.names import learn_names, names_in
from records.search.statements import bigint_array

UPSERT = """
INSERT INTO child_search (child_id, keys, doc) VALUES %s
ON CONFLICT (child_id) DO UPDATE SET keys = excluded.keys, doc = excluded.doc
WHERE (child_search.keys, child_search.doc) IS DISTINCT FROM (excluded.keys, excluded.doc)
"""

# A set of children at a time; of each, current values first. Not the ORM: it takes thousands of
# numbers one by one, and that was a third of the time of a rebuild.
SEXES = "SELECT id, sex FROM records_childrecord WHERE id = ANY(%(ids)s) ORDER BY id"
LOCKED = " FOR NO KEY UPDATE"
FACTS = (
    """SELECT child_id, given_name, family_name, use, other_given_names
    FROM records_childname WHERE child_id = ANY(%(ids)s) ORDER BY child_id, use <> 'current', id""",
    """SELECT child_id, CASE WHEN born_on IS NULL THEN born_year * 10000
        ELSE to_char(born_on, 'YYYYMMDD')::int END
    FROM records_birthdate WHERE child_id = ANY(%(ids)s) ORDER BY child_id, is_current DESC, id""",
    """SELECT child_id, postcode FROM records_address
    WHERE child_id = ANY(%(ids)s) AND kind = 'address' AND postcode <> ''
    ORDER BY child_id, coalesce(valid_until >= %(today)s, true) DESC, id DESC""",
)

SHIELDS = """SELECT child_id, profile FROM records_shield
    WHERE child_id = ANY(%(ids)s) AND status IN ('provisional', 'applied')"""
# By the profile of a live shield: what of a child is written into no row at all.
WITHHELD: dict[str, frozenset[Attribute]] = {
    "location": frozenset({"address"}),
    "relations": frozenset({"address"}),
    "full": frozenset({"address", "former names"}),
}

STORED = "SELECT child_id, keys::text, doc FROM child_search WHERE child_id = ANY(%s)"

BATCH = 2_000

Asked = dict[str, list[int] | date]


class Difference(NamedTuple):
    """One child whose search row is not what its record says; `kind` names how."""

    child_id: int
    kind: str


def index_children(child_ids: Iterable[int], *, using: str = "default") -> None:
    """Rebuild the search rows of these children, in the caller's transaction.

    The child records are locked first, so that two changes of one child, or a change and a
    rebuild, follow one another and the later row stands. A child that is gone loses its row.
    Raises TransactionManagementError outside a transaction.
    """
    ids = sorted(set(child_ids))
    if not ids:
        return
    children = dict(indexed_children(ids, using=using, lock=True))
    store_children(children, using=using)
    remove_children([child for child in ids if child not in children], using=using)


def store_children(children: Mapping[int, IndexedChild], *, using: str = "default") -> None:
    """Write the search rows of these children and the names that are new, whatever was there."""
    rows = [(child, *search_row(indexed)) for child, indexed in children.items()]
    learn_names({name for _, _, doc in rows for name in names_in(doc)}, using=using)
    _store(rows, using)


def remove_children(child_ids: Sequence[int], *, using: str = "default") -> None:
    """Take children out of the index, in the caller's transaction."""
    if child_ids:
        ChildSearch.objects.using(using).filter(child_id__in=child_ids).delete()


def _store(rows: list[tuple[int, list[int], str]], using: str) -> None:
    values = [(child, bigint_array(keys), doc) for child, keys, doc in rows]
    with connections[using].cursor() as cursor:
        execute_values(cursor, UPSERT, values, template="(%s, %s::bigint[], %s)", page_size=500)


def indexed_children(
    ids: Sequence[int], *, using: str, lock: bool = False
) -> Iterator[tuple[int, IndexedChild]]:
    """What may be found of each of these children, read from the record tables: all that is
    recorded, less what a shield withholds.
    """
    asked: Asked = {"ids": list(ids), "today": timezone.localdate()}
    with connections[using].cursor() as cursor:
        cursor.execute(SEXES + (LOCKED if lock else ""), asked)
        sexes = cursor.fetchall()
        names, births, places = (_grouped(cursor, facts, asked) for facts in FACTS)
        cursor.execute(SHIELDS, asked)
        withheld = {child: WITHHELD[profile] for child, profile in cursor.fetchall()}
    for child, sex in sexes:
        recorded = [IndexedName(*name) for name in names[child]]
        indexed = IndexedChild(
            names=tuple(_completed(recorded)),
            births=tuple(dict.fromkeys(born for (born,) in births[child])),
            sex=sex,
            postcodes=tuple(code for (code,) in places[child]),
        )
        yield child, indexed.without(withheld.get(child, ()))


def _grouped(
    cursor: CursorWrapper, statement: str, asked: Asked
) -> dict[int, list[tuple[Any, ...]]]:
    """The rows of a statement by the child in their first column, in the order of the statement."""
    found: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    cursor.execute(statement, asked)
    for child, *fact in cursor.fetchall():
        found[child].append(tuple(fact))
    return found


def _completed(names: list[IndexedName]) -> Iterator[IndexedName]:
    """A former family name alone goes with today's given name, and the other way round."""
    for name in names:
        first = names[0]
        yield name._replace(given=name.given or first.given, family=name.family or first.family)


def batches_of_children(using: str) -> Iterator[list[int]]:
    """Ids of all child records and of all search rows, in order, a batch at a time."""
    last = 0
    while True:
        found: set[int] = set()
        for model, column in ((ChildRecord, "id"), (ChildSearch, "child_id")):
            rows = model._default_manager.using(using).filter(**{f"{column}__gt": last})
            found.update(rows.order_by(column).values_list(column, flat=True)[:BATCH])
        if not found:
            return
        batch = sorted(found)[:BATCH]
        yield batch
        last = batch[-1]


def differences(ids: Sequence[int], using: str) -> Iterator[Difference]:
    """Compare the rows of these children with their records, changing nothing."""
    stored = stored_rows(ids, using)
    for child, indexed in indexed_children(ids, using=using):
        keys, doc = search_row(indexed)
        row = stored.pop(child, None)
        if row is None:
            yield Difference(child, "missing")
        elif row != (bigint_array(keys), doc):
            yield Difference(child, "document" if row[1] != doc else "keys")
    yield from (Difference(child, "left over") for child in stored)


def stored_rows(ids: Sequence[int], using: str) -> dict[int, tuple[str, str]]:
    """Keys, as text, and document of each of these children that is in the index."""
    with connections[using].cursor() as cursor:
        cursor.execute(STORED, [list(ids)])
        return {child: (keys, doc) for child, keys, doc in cursor.fetchall()}


def mend(ids: Sequence[int], using: str) -> int:
    """Write the rows of those of these children that the index has wrong; how many were looked at.

    The rest are only read: they are not locked, and nothing of them is written again. A change
    meanwhile is no matter, since it keeps its own child's row in step.
    """
    wrong = [found.child_id for found in differences(ids, using)]
    if wrong:
        with transaction.atomic(using=using):
            index_children(wrong, using=using)
    return len(ids)
