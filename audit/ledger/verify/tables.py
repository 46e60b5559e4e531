"""What seals alone cannot show: events outside them, payloads, guards that were switched off."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connections

from audit.ledger.verify.findings import Code, Finding

# An event is overdue for sealing a minute after it was written, unless its transaction was open
# when the last seal looked.
LATEST_SEAL = "60 seconds"

# Visible to the last seal, yet in none: its transaction identifier was forged. Or of a future that
# has not come.
_NEVER_SEALED = """
    WITH last AS (SELECT snapshot, era FROM public.audit_seal ORDER BY batch DESC LIMIT 1),
         sealed AS (SELECT unnest(ids) AS id FROM public.audit_seal WHERE max_id >= %(from_id)s)
    SELECT e.id FROM public.audit_event e CROSS JOIN last LEFT JOIN sealed USING (id)
     WHERE sealed.id IS NULL AND e.id >= %(from_id)s
       AND (e.era < last.era OR pg_visible_in_snapshot(e.xid, last.snapshot)
            OR NOT pg_visible_in_snapshot(e.xid, pg_current_snapshot())
               AND e.xid >= pg_snapshot_xmax(pg_current_snapshot()))
     ORDER BY e.id LIMIT 1000
"""
_TWICE = """
    SELECT id FROM public.audit_event WHERE id >= %(from_id)s
     GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1000
"""
_SEALED_TWICE = """
    SELECT id FROM (SELECT unnest(ids) AS id FROM public.audit_seal) s
     GROUP BY id HAVING count(*) > 1 ORDER BY id LIMIT 1000
"""
_OVERDUE = f"""
    WITH last AS (SELECT snapshot, era FROM public.audit_seal ORDER BY batch DESC LIMIT 1)
    SELECT count(*) FROM public.audit_event e LEFT JOIN last ON true
     WHERE e.recorded_at < clock_timestamp() - interval '{LATEST_SEAL}'
       AND (last.era IS NULL OR e.era > last.era
            OR e.era = last.era AND e.xid >= pg_snapshot_xmin(last.snapshot)
               AND NOT pg_visible_in_snapshot(e.xid, last.snapshot))
       AND pg_visible_in_snapshot(e.xid, pg_current_snapshot())
"""  # noqa: S608  constants only
_PAYLOADS = """
    WITH erased AS (
        SELECT (jsonb_array_elements_text(detail::jsonb -> 'event_ids'))::bigint AS id
          FROM public.audit_event WHERE action = 'payload.erased')
    SELECT coalesce(e.id, p.event_id)
      FROM (SELECT id, payload_digest FROM public.audit_event
             WHERE payload_digest IS NOT NULL AND id >= %(from_id)s) e
      FULL JOIN (SELECT * FROM public.audit_payload WHERE event_id >= %(from_id)s) p
        ON p.event_id = e.id
     WHERE CASE WHEN p.event_id IS NULL THEN e.id NOT IN (SELECT id FROM erased)
                ELSE sha256(p.salt || convert_to(p.body, 'UTF8')) IS DISTINCT FROM e.payload_digest
           END
     ORDER BY 1 LIMIT 1000
"""
GUARDED = (
    "audit_event",
    "audit_payload",
    "audit_seal",
    "audit_node",
    "audit_checkpoint",
    "audit_cosignature",
    "audit_era",
)
_GUARDS = """
    SELECT c.relname, t.tgname FROM unnest(%(tables)s::text[]) AS wanted (relname)
     CROSS JOIN unnest(ARRAY['no_mod', 'no_trunc']) AS guard (tgname)
      JOIN pg_catalog.pg_class c ON c.oid = ('public.' || quote_ident(wanted.relname))::regclass
      LEFT JOIN pg_catalog.pg_trigger t
        ON t.tgrelid = c.oid AND t.tgname = guard.tgname AND t.tgenabled = 'A'
     WHERE t.tgname IS NULL
    UNION ALL
    SELECT child.relname, 'no_mod or no_trunc' FROM pg_catalog.pg_inherits i
      JOIN pg_catalog.pg_class child ON child.oid = i.inhrelid
     WHERE i.inhparent = 'public.audit_event'::regclass
       AND (SELECT count(*) FROM pg_catalog.pg_trigger t WHERE t.tgrelid = child.oid
             AND t.tgname IN ('no_mod', 'no_trunc') AND t.tgenabled = 'A') < 2
    UNION ALL
    SELECT 'audit_event', 'row level security' FROM pg_catalog.pg_class
     WHERE oid = 'public.audit_event'::regclass AND NOT relrowsecurity
"""


def check_tables(from_id: int, *, using: str) -> Iterator[Finding]:
    """Events that no seal knows, events that are there twice, payloads, guards.

    `from_id`: only events of this number and above.
    """
    with connections[using].cursor() as cursor:
        bound = {"from_id": from_id}
        cursor.execute(_NEVER_SEALED, bound)
        yield from (
            Finding(Code.ROW_NOT_SEALED, f"event {event}") for (event,) in cursor.fetchall()
        )
        cursor.execute(_TWICE, bound)
        for (event,) in cursor.fetchall():
            yield Finding(Code.ROW_NOT_SEALED, f"event {event}", "a second row bears its number")
        cursor.execute(_SEALED_TWICE)
        for (event,) in cursor.fetchall():
            yield Finding(Code.SEAL_GAP, f"event {event}", "it was sealed twice")
        cursor.execute(_PAYLOADS, bound)
        for (event,) in cursor.fetchall():
            yield Finding(Code.PAYLOAD_MISMATCH, f"event {event}")
        cursor.execute(_GUARDS, {"tables": list(GUARDED)})
        for table, guard in cursor.fetchall():
            yield Finding(Code.GUARD_OFF, table, f"{guard or 'a guard'} is not on")


def overdue(*, using: str) -> int:
    """Committed events that should have been sealed by now."""
    with connections[using].cursor() as cursor:
        cursor.execute(_OVERDUE)
        return int(cursor.fetchone()[0])
