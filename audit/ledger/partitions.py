"""The monthly partitions of the ledger: making them ahead, and counting how far ahead they are.

A missing month fails closed: appending raises, so nothing is disclosed. No default partition.
"""

from django.db import connections, transaction

MONTHS_AHEAD = 3
LEAST_MONTHS_AHEAD = 2  # fewer is an alarm
MOST_MONTHS_AHEAD = 12

_COUNT_AHEAD = """
    SELECT count(*) FILTER (WHERE unbroken)
      FROM (SELECT bool_and(child.oid IS NOT NULL) OVER (ORDER BY step) AS unbroken
              FROM generate_series(0, %s) AS step
              LEFT JOIN (pg_catalog.pg_inherits AS link
                         JOIN pg_catalog.pg_class AS child ON child.oid = link.inhrelid
                          AND NOT link.inhdetachpending)
                ON link.inhparent = 'public.audit_event'::regclass
               AND child.relname = to_char(
                       date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC')
                       + make_interval(months => step), '"audit_event_y"YYYY"m"MM')
           ) AS months
"""


def ensure_partitions(ahead: int = MONTHS_AHEAD, *, using: str = "default") -> int:
    """Makes this month's partition and those of the next `ahead` months; may run any time, twice.

    Returns how many were made. Raises ValueError unless `ahead` is 0 to 12.
    """
    if not 0 <= ahead <= MOST_MONTHS_AHEAD:
        raise ValueError(f"partitions are made 0 to {MOST_MONTHS_AHEAD} months ahead")
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT public.audit_ensure_partitions(%s)", [ahead])
        return int(cursor.fetchone()[0])


def months_ahead(*, using: str = "default") -> int:
    """How many whole months after this one have their partition, without a gap; -1 if none has."""
    with connections[using].cursor() as cursor:
        cursor.execute(_COUNT_AHEAD, [MOST_MONTHS_AHEAD])
        return int(cursor.fetchone()[0]) - 1
