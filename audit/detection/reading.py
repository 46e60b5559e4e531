"""The next looks of the log, as `idx_scan`, in an order in which none is ever missed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from audit.detection.looks import Seen
from audit.ledger.actor import ActorKind
from audit.ledger.events import EventType

ALIAS = "scan"
BATCH = 2_000
LOOKS = [EventType.RECORD_VIEWED.value, EventType.RECORD_PRINTED.value]
# Up to the oldest transaction that still runs: what is younger may yet get older neighbours.
# The batch ends before the first event that is too young to be judged, so that nothing is skipped.
_NEXT = """
    SELECT xid::text::bigint, id, action, actor_kind, actor_id, target_id, recorded_at,
           child_authority, facts, recorded_at > now() - %(hold)s::interval
      FROM public.audit_event
     WHERE xid < pg_snapshot_xmin(pg_current_snapshot())
       AND xid >= %(xid)s::text::xid8
       AND (xid > %(xid)s::text::xid8 OR id > %(id)s)
     ORDER BY xid, id LIMIT %(batch)s
"""
_NEWEST = """
    SELECT xid::text::bigint, id FROM public.audit_event
     WHERE xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the log."""

    xid: int
    event_id: int


def newest() -> Place:
    """The end of the log as it is now: where a first scan begins."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_NEWEST)
        return Place(*(cursor.fetchone() or (0, 0)))


def looks_after(place: Place, *, hold: timedelta) -> tuple[list[Seen], Place]:
    """The looks in the next events after a place that are at least `hold` old, and how far that is.

    The same place, when there is nothing new.
    """
    with connections[ALIAS].cursor() as cursor:
        asked: dict[str, Any] = {
            "xid": place.xid,
            "id": place.event_id,
            "batch": BATCH,
            "hold": hold,
        }
        cursor.execute(_NEXT, asked)
        rows = cursor.fetchall()
    looks: list[Seen] = []
    for xid, event_id, action, kind, person, child, at, authority, facts, is_young in rows:
        if is_young:
            break
        place = Place(xid, event_id)
        if action in LOOKS and kind == ActorKind.PERSON and child is not None:
            looks.append(_seen(event_id, person, child, at, authority, facts))
    return looks, place


def _seen(
    event_id: int, person: int, child: int, at: datetime, authority: str | None, facts: str | None
) -> Seen:
    return Seen(event_id, person, child, at, authority or "", json.loads(facts) if facts else {})
