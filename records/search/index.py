"""Keeping the search rows in step with the records, inside the transaction that changes them.

The only module that reads the record tables for the index: what is not read here cannot be found.
Counting names and learning new ones is names.py's; the form of a row is keys.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connections
from django.utils import timezone
from psycopg2.extras import execute_values

from records.models import (
    Address,
    AddressKind,
    BirthDate,
    ChildName,
    ChildRecord,
    ChildSearch,
    NameUse,
)
from records.search.keys import IndexedChild, IndexedName, search_row
from records.search.names import learn_names, names_in
from records.search.statements import bigint_array

UPSERT = """
INSERT INTO child_search (child_id, keys, doc) VALUES %s
ON CONFLICT (child_id) DO UPDATE SET keys = excluded.keys, doc = excluded.doc
WHERE (child_search.keys, child_search.doc) IS DISTINCT FROM (excluded.keys, excluded.doc)
"""

BATCH = 2_000


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
    """What may be found of each of these children, read from the record tables."""
    records = ChildRecord.objects.using(using).filter(id__in=ids).order_by("id")
    if lock:
        records = records.select_for_update(no_key=True)
    sexes = list(records.values_list("id", "sex"))
    names, births, places = _names(ids, using), _births(ids, using), _postcodes(ids, using)
    for child, sex in sexes:
        yield (
            child,
            IndexedChild(
                names=tuple(_completed(names[child])),
                births=tuple(births[child]),
                sex=sex,
                postcodes=tuple(places[child]),
            ),
        )


def _names(ids: Sequence[int], using: str) -> dict[int, list[IndexedName]]:
    """Names of each child, the current one first."""
    found: dict[int, list[IndexedName]] = defaultdict(list)
    rows = ChildName.objects.using(using).filter(child_id__in=ids).order_by("child_id", "id")
    columns = ("child_id", "given_name", "family_name", "use", "other_given_names")
    for child, given, family, use, other in rows.values_list(*columns):
        name = IndexedName(given, family, use, other)
        found[child].insert(0 if use == NameUse.CURRENT else len(found[child]), name)
    return found


def _completed(names: list[IndexedName]) -> Iterator[IndexedName]:
    """A former family name alone goes with today's given name, and the other way round."""
    for name in names:
        first = names[0]
        yield name._replace(given=name.given or first.given, family=name.family or first.family)


def _births(ids: Sequence[int], using: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    rows = BirthDate.objects.using(using).filter(child_id__in=ids)
    ordered = rows.order_by("child_id", "-is_current", "id")
    for child, born_on, born_year in ordered.values_list("child_id", "born_on", "born_year"):
        digits = born_year * 10_000 if born_on is None else _digits(born_on)
        if digits not in found[child]:
            found[child].append(digits)
    return found


def _digits(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _postcodes(ids: Sequence[int], using: str) -> dict[int, list[str]]:
    """Postcodes of each child, where it lives now first."""
    now: dict[int, list[str]] = defaultdict(list)
    before: dict[int, list[str]] = defaultdict(list)
    rows = Address.objects.using(using).filter(child_id__in=ids, kind=AddressKind.ADDRESS)
    today = timezone.localdate()
    for child, code, until in (
        rows.exclude(postcode="")
        .order_by("child_id", "-id")
        .values_list("child_id", "postcode", "valid_until")
    ):
        (now if until is None or until >= today else before)[child].append(code)
    return defaultdict(list, {child: now[child] + before[child] for child in {*now, *before}})


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
    stored = {
        child: (list(keys), doc)
        for child, keys, doc in ChildSearch.objects.using(using)
        .filter(child_id__in=ids)
        .values_list("child_id", "keys", "doc")
    }
    for child, indexed in indexed_children(ids, using=using):
        keys, doc = search_row(indexed)
        row = stored.pop(child, None)
        if row is None:
            yield Difference(child, "missing")
        elif row != (keys, doc):
            yield Difference(child, "document" if row[1] != doc else "keys")
    yield from (Difference(child, "left over") for child in stored)
