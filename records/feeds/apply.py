"""Applying staged rows, a set at a time: which children they are, what is new, what replaces what.

An empty cell says nothing and erases nothing. What is replaced stays, with the day it ended.
Each statement reads `import_row`; `state` is n(ew), c(hanged) or u(nchanged).
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

# Rows whose reference stood in an earlier line of this part, or in a part before.
REPEATED = (
    """DELETE FROM import_row AS later USING import_row AS first
    WHERE first.source_ref = later.source_ref AND first.line < later.line
    RETURNING later.line""",
    """DELETE FROM import_row AS r USING import_seen AS s
    WHERE s.source_ref = r.source_ref RETURNING r.line""",
)
REMEMBER = "INSERT INTO import_seen SELECT source_ref FROM import_row"

# One feed at a time: two loads of one source must not both find a child missing.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('records.feeds ' || %(source)s, 0))"

KNOWN = """
UPDATE import_row AS r
SET child_id = l.child_id,
    state = CASE WHEN l.digest = r.digest THEN 'u' ELSE 'c' END
FROM records_sourcelink AS l
WHERE l.source = %(source)s AND l.source_ref = r.source_ref
"""

HAS_LINKS = "SELECT EXISTS (SELECT FROM records_sourcelink WHERE source = %(source)s)"
COUNTS = "SELECT state, count(*) FROM import_row GROUP BY state"

# Places first met here have a code and no name yet; the next three statements make what is new.
NEW = (
    """INSERT INTO records_school (urn, is_invented)
    SELECT DISTINCT school, %(invented)s FROM import_row WHERE school <> '' AND state <> 'u'
    ON CONFLICT (urn) DO NOTHING""",
    """INSERT INTO records_practice (ods_code, is_invented)
    SELECT DISTINCT practice, %(invented)s FROM import_row WHERE practice <> '' AND state <> 'u'
    ON CONFLICT (ods_code) DO NOTHING""",
    """WITH made AS (
        INSERT INTO records_childrecord (key, sex, authority_id, is_invented)
        SELECT key, sex, nullif(authority, ''), %(invented)s FROM import_row
        WHERE state = 'n' ORDER BY line
        RETURNING id, key
    )
    UPDATE import_row AS r SET child_id = made.id FROM made WHERE made.key = r.key""",
)

# What a changed row leaves empty is taken from the record; what it replaces is ended.
END_REPLACED = (
    """UPDATE import_row AS r
    SET given_name = coalesce(nullif(r.given_name, ''), n.given_name),
        other_given_names = coalesce(nullif(r.other_given_names, ''), n.other_given_names),
        family_name = coalesce(nullif(r.family_name, ''), n.family_name)
    FROM records_childname AS n
    WHERE r.state = 'c' AND n.child_id = r.child_id AND n.use = 'current'""",
    """UPDATE records_childrecord AS c
    SET sex = CASE WHEN r.sex = 'N' THEN c.sex ELSE r.sex END,
        authority_id = coalesce(nullif(r.authority, ''), c.authority_id),
        amended_at = now()
    FROM import_row AS r WHERE r.state = 'c' AND r.child_id = c.id""",
    """UPDATE records_childname AS n SET use = 'former', ended_on = %(today)s
    FROM import_row AS r
    WHERE r.state = 'c' AND r.child_id = n.child_id AND n.use = 'current'
      AND (n.given_name, n.other_given_names, n.family_name)
          IS DISTINCT FROM (r.given_name, r.other_given_names, r.family_name)""",
    """UPDATE records_birthdate AS b SET is_current = false
    FROM import_row AS r
    WHERE r.state = 'c' AND r.child_id = b.child_id AND b.is_current
      AND r.born_year IS NOT NULL
      AND (b.born_on, b.born_year) IS DISTINCT FROM (r.born_on, r.born_year)""",
    """UPDATE records_address AS a SET valid_until = %(today)s
    FROM import_row AS r
    WHERE r.state = 'c' AND r.child_id = a.child_id AND a.valid_until IS NULL
      AND r.address_kind <> ''
      AND NOT EXISTS (
        SELECT FROM records_address AS same
        WHERE same.child_id = r.child_id AND same.valid_until IS NULL
          AND (same.kind, same.line_1, same.line_2, same.town, same.postcode, same.uprn)
            = (r.address_kind, r.line_1, r.line_2, r.town, r.postcode, r.uprn))""",
    """UPDATE records_carer AS p SET ended_on = %(today)s
    FROM import_row AS r
    WHERE r.state = 'c' AND r.child_id = p.child_id AND p.ended_on IS NULL
      AND r.carer_name <> ''
      AND NOT EXISTS (
        SELECT FROM records_carer AS same
        WHERE same.child_id = r.child_id AND same.ended_on IS NULL
          AND (same.name, same.phone) = (r.carer_name, r.carer_phone))""",
    """UPDATE records_schoolplace AS p SET ended_on = %(today)s
    FROM import_row AS r
    WHERE r.state = 'c' AND r.child_id = p.child_id AND p.ended_on IS NULL
      AND r.school <> ''
      AND NOT EXISTS (
        SELECT FROM records_schoolplace AS same JOIN records_school AS s ON s.id = same.school_id
        WHERE same.child_id = r.child_id AND same.ended_on IS NULL AND s.urn = r.school)""",
    """UPDATE records_practiceregistration AS p SET ended_on = %(today)s
    FROM import_row AS r
    WHERE r.state = 'c' AND r.child_id = p.child_id AND p.ended_on IS NULL
      AND r.practice <> ''
      AND NOT EXISTS (
        SELECT FROM records_practice AS s
        WHERE s.id = p.practice_id AND s.ods_code = r.practice)""",
    """UPDATE records_sourcelink AS l SET digest = r.digest, received_at = now()
    FROM import_row AS r
    WHERE r.state = 'c' AND l.source = %(source)s AND l.source_ref = r.source_ref""",
)

# What a row says and the record does not hold yet. New children need no look at what they hold,
# and no ON CONFLICT, which would cost a second write a row. Places are looked up row by row and not
# joined: then no join order can make a product of rows and places.
ADD = (
    """INSERT INTO records_childname (child_id, use, given_name, other_given_names, family_name)
    SELECT child_id, 'current', given_name, other_given_names, family_name FROM import_row AS r
    WHERE state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_childname AS n WHERE n.child_id = r.child_id AND n.use = 'current')""",
    """INSERT INTO records_childname (child_id, use, given_name, family_name)
    SELECT child_id, 'former', given_name, former_family_name FROM import_row AS r
    WHERE former_family_name <> '' AND former_family_name <> family_name
      AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_childname AS n
        WHERE n.child_id = r.child_id AND n.use = 'former'
          AND n.family_name = r.former_family_name))""",
    """INSERT INTO records_birthdate (child_id, born_on, born_year)
    SELECT child_id, born_on, born_year FROM import_row AS r
    WHERE born_year IS NOT NULL AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_birthdate AS b WHERE b.child_id = r.child_id AND b.is_current))""",
    """INSERT INTO records_address
        (child_id, kind, line_1, line_2, town, postcode, uprn, valid_from)
    SELECT child_id, address_kind, line_1, line_2, town, postcode, uprn,
        CASE WHEN state = 'c' THEN %(today)s::date END
    FROM import_row AS r
    WHERE address_kind <> '' AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_address AS a WHERE a.child_id = r.child_id AND a.valid_until IS NULL
          AND (a.kind, a.line_1, a.line_2, a.town, a.postcode, a.uprn)
            = (r.address_kind, r.line_1, r.line_2, r.town, r.postcode, r.uprn)))""",
    """INSERT INTO records_carer (child_id, name, phone)
    SELECT child_id, carer_name, carer_phone FROM import_row AS r
    WHERE carer_name <> '' AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_carer AS p WHERE p.child_id = r.child_id AND p.ended_on IS NULL
          AND (p.name, p.phone) = (r.carer_name, r.carer_phone)))""",
    """INSERT INTO records_schoolplace (child_id, school_id)
    SELECT child_id, (SELECT id FROM records_school WHERE urn = r.school) FROM import_row AS r
    WHERE school <> '' AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_schoolplace AS p JOIN records_school AS s ON s.id = p.school_id
        WHERE p.child_id = r.child_id AND s.urn = r.school AND p.ended_on IS NULL))""",
    """INSERT INTO records_practiceregistration (child_id, practice_id)
    SELECT child_id, (SELECT id FROM records_practice WHERE ods_code = r.practice)
    FROM import_row AS r
    WHERE practice <> '' AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_practiceregistration AS p
        WHERE p.child_id = r.child_id AND p.ended_on IS NULL))""",
    # An identifier that was ended as wrong stays ended, whatever the feed repeats.
    """INSERT INTO records_identifier (child_id, scheme, value)
    SELECT child_id, 'nhs_number', nhs_number FROM import_row AS r
    WHERE nhs_number <> '' AND (state = 'n' OR state = 'c' AND NOT EXISTS (
        SELECT FROM records_identifier AS i WHERE i.child_id = r.child_id
          AND (i.scheme, i.value) = ('nhs_number', r.nhs_number)))""",
    """INSERT INTO records_sourcelink (child_id, source, source_ref, digest)
    SELECT child_id, %(source)s, source_ref, digest FROM import_row WHERE state = 'n'""",
)

CHANGED = """
SELECT child_id FROM import_row WHERE state = 'c' AND child_id > %s ORDER BY child_id LIMIT %s
"""


def lock(cursor: CursorWrapper, source: str) -> None:
    """Waits for another load of the same source to end."""
    cursor.execute(LOCK, {"source": source})


def is_first_load(cursor: CursorWrapper, source: str) -> bool:
    """Whether nothing of this source is known, so that no row need be looked up."""
    cursor.execute(HAS_LINKS, {"source": source})
    return not cursor.fetchone()[0]


def drop_repeated(cursor: CursorWrapper) -> list[int]:
    """Removes rows whose reference stood in an earlier line; returns their lines."""
    lines: list[int] = []
    for statement in REPEATED:
        cursor.execute(statement)
        lines += [line for (line,) in cursor.fetchall()]
    cursor.execute(REMEMBER)
    return sorted(lines)


def find_known(cursor: CursorWrapper, source: str) -> None:
    """Says of each row whether it is new, changed or unchanged."""
    cursor.execute(KNOWN, {"source": source})


def count_states(cursor: CursorWrapper) -> Counter[str]:
    """How many rows are new, changed and unchanged."""
    cursor.execute(COUNTS)
    return Counter(dict(cursor.fetchall()))


def apply_rows(cursor: CursorWrapper, source: str, is_invented: bool, *, has_changed: bool) -> None:
    """Writes what is new or changed to the record tables."""
    values: dict[str, str | bool | date] = {
        "source": source,
        "invented": is_invented,
        "today": timezone.localdate(),
    }
    for statement in (*NEW, *(END_REPLACED if has_changed else ()), *ADD):
        cursor.execute(statement, values)


def next_changed(after: int, many: int) -> list[int]:
    """The next changed children of the staged part, in order of id."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, (after, many))
        return [child_id for (child_id,) in cursor.fetchall()]
