"""The tables of known names: a new name at once, how often each occurs once a night.

Reading them for a search is vocabulary.py's. Nothing here knows whose name it is.
"""

import time
from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import connections, transaction

from records.search import vocabulary
from records.search.keys import recorded_codes
from records.search.normalise import parts
from records.search.vocabulary import FAMILY, GIVEN, STAMP, deletion_hashes

Name = tuple[str, str]  # kind, letters

BATCH = 2_000
CHILDREN = "children"

ADD = """
INSERT INTO name_stat (kind, name, code, n)
SELECT kind, name, code, 1
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS new (kind, name, code)
ON CONFLICT DO NOTHING RETURNING kind, name
"""
ADD_DELETES = """
INSERT INTO name_delete (hash, name) SELECT * FROM unnest(%s::bigint[], %s::text[])
ON CONFLICT DO NOTHING
"""
COUNT = """
UPDATE name_stat SET n = new.n
FROM unnest(%s::text[], %s::text[], %s::int[]) AS new (kind, name, n)
WHERE name_stat.kind = new.kind AND name_stat.name = new.name AND name_stat.n <> new.n
"""
SET_STAMP = """
INSERT INTO name_stat (kind, name, code, n) VALUES (%s, %s, %s, %s)
ON CONFLICT (kind, name) DO UPDATE SET code = excluded.code, n = excluded.n
"""


def names_in(doc: str) -> set[Name]:
    """Every given and family name part of a packed document, with its kind."""
    found: set[Name] = set()
    for name in doc.partition("/")[0].split(";"):
        given, family = name.split("|")[:2]
        found.update((GIVEN, part) for part in parts(given))
        found.update((FAMILY, part) for part in parts(family))
    return found


def learn_names(names: Iterable[Name], *, using: str = "default") -> None:
    """Add names that are not known yet, in the caller's transaction, so that near names find them.

    Known names are left alone: how often they occur is counted at night (`recount`).
    """
    ordered = sorted(set(names))
    with connections[using].cursor() as cursor:
        for start in range(0, len(ordered), BATCH):
            batch = ordered[start : start + BATCH]
            codes = [recorded_codes(name)[:1] for _, name in batch]
            kinds, letters = [kind for kind, _ in batch], [name for _, name in batch]
            cursor.execute(ADD, [kinds, letters, [code[0] if code else 0 for code in codes]])
            added = cursor.fetchall()
            pairs = [(h, name) for kind, name in added for h in deletion_hashes(kind, name)]
            if pairs:
                hashes, of_names = zip(*pairs, strict=True)
                cursor.execute(ADD_DELETES, [list(hashes), list(of_names)])


def recount(*, using: str = "default") -> int:
    """Count every name over the whole index and set the stamp; gives the number of children.

    One streamed read of the search table (about 5 s a million children), then the names that
    changed. Run at night, after a bulk load and after a rebuild.
    """
    counts: Counter[Name] = Counter()
    children = 0
    with transaction.atomic(using=using), connections[using].chunked_cursor() as cursor:
        cursor.execute("SELECT doc FROM child_search")
        for (doc,) in cursor:
            counts.update(names_in(doc))
            children += 1
    store_counts(counts, children, using=using)
    return children


def store_counts(counts: Mapping[Name, int], children: int, *, using: str = "default") -> None:
    """Write the counts of all names, nought for those that no child has now, and the stamp."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        learn_names(counts, using=using)
        cursor.execute("SELECT kind, name FROM name_stat WHERE kind <> %s", [STAMP])
        known = sorted(cursor.fetchall())
        for start in range(0, len(known), BATCH):
            batch = known[start : start + BATCH]
            kinds, letters = [kind for kind, _ in batch], [name for _, name in batch]
            cursor.execute(COUNT, [kinds, letters, [counts.get(pair, 0) for pair in batch]])
        cursor.execute(SET_STAMP, [STAMP, CHILDREN, time.time_ns() // 1000, children])
    vocabulary.forget()
