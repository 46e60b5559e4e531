"""The next looks of the log, as `idx_scan`, in an order in which none is ever missed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from audit.detection.looks import Seen
from audit.ledger.actor import ActorKind
from audit.ledger.events import EventType
from records.explanations import SLIP

ALIAS = "scan"
BATCH = 2_000
LOOKS = [EventType.RECORD_VIEWED.value, EventType.RECORD_PRINTED.value]
SITTING = timedelta(hours=1)  # how far before a look its search is looked for
# Of one era: identifiers of transactions begin anew in the next (docs/runbooks/restore.md). Up to
# the oldest transaction that still runs: what is younger may yet get older neighbours. In an era
# that is over nothing runs. A batch ends before the first event that is too young to be judged.
_NEXT = """
    SELECT xid::text::bigint, id, action, actor_kind, actor_id, target_id, recorded_at, session_ref,
           on_behalf_of, facts, recorded_at > now() - %(hold)s::interval
      FROM public.audit_event
     WHERE era = %(era)s
       AND (xid < pg_snapshot_xmin(pg_current_snapshot())
            OR era < (SELECT max(era) FROM public.audit_era))
       AND xid >= %(xid)s::text::xid8
       AND (xid > %(xid)s::text::xid8 OR id > %(id)s)
     ORDER BY xid, id LIMIT %(batch)s
"""
_NEXT_ERA = "SELECT min(era) FROM public.audit_era WHERE era > %s"
_NEWEST = """
    SELECT era, xid::text::bigint, id FROM public.audit_event
     WHERE era = (SELECT max(era) FROM public.audit_era)
       AND xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY xid DESC, id DESC LIMIT 1
"""
_ERA = "SELECT max(era), 0, 0 FROM public.audit_era"
_AROUND = """
    SELECT action, actor_id, target_id, recorded_at, session_ref, on_behalf_of, facts, id,
           result_count
      FROM public.audit_event
     WHERE actor_id = ANY (%(people)s) AND actor_kind = 'person' AND action = ANY (%(actions)s)
       AND recorded_at BETWEEN %(since)s AND %(until)s
     ORDER BY recorded_at, id
"""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the log."""

    era: int
    xid: int
    event_id: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """What else people did around their looks: `hits` says how many children the search before each
    look listed (by event), `looks` are all their looks then, younger ones among them.
    """

    hits: dict[int, int]
    looks: list[Seen]


def newest() -> Place:
    """The end of the log as it is now: where a first scan begins."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_NEWEST)
        found = cursor.fetchone()
        if found is None:
            cursor.execute(_ERA)
            found = cursor.fetchone()
        return Place(*found)


def looks_after(place: Place, *, hold: timedelta, using: str = ALIAS) -> tuple[list[Seen], Place]:
    """The looks in the next events after a place that are at least `hold` old, and how far that is.

    The same place, when there is nothing new; the beginning of the next era, when one is over.
    """
    with connections[using].cursor() as cursor:
        asked: dict[str, Any] = {
            "era": place.era,
            "xid": place.xid,
            "id": place.event_id,
            "batch": BATCH,
            "hold": hold,
        }
        cursor.execute(_NEXT, asked)
        rows = cursor.fetchall()
        if not rows:
            cursor.execute(_NEXT_ERA, [place.era])
            (era,) = cursor.fetchone()
            return [], place if era is None else Place(era, 0, 0)
    looks: list[Seen] = []
    for xid, event, action, kind, person, child, at, session, asker, facts, is_young in rows:
        if is_young:
            break
        place = Place(place.era, xid, event)
        if action in LOOKS and kind == ActorKind.PERSON and child is not None:
            looks.append(_seen(event, person, child, at, session, asker, facts))
    return looks, place


def around(looks: Iterable[Seen]) -> Sitting:
    """The searches before these looks and the looks after them: what tells a wrong record that was
    opened first.
    """
    asked = list(looks)
    values: dict[str, Any] = {
        "people": sorted({look.person for look in asked}),
        "actions": [*LOOKS, EventType.SEARCH_PERFORMED.value],
        "since": min(look.at for look in asked) - SITTING,
        "until": max(look.at for look in asked) + SLIP,
    }
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_AROUND, values)
        rows = cursor.fetchall()
    listed: dict[bytes, int] = {}
    found = Sitting({}, [])
    for action, person, child, at, session, asker, facts, event, count in rows:
        key = bytes(session or b"")
        if action == EventType.SEARCH_PERFORMED:
            listed[key] = count or 0
        elif child is not None:
            found.hits[event] = listed.get(key, 0)
            found.looks.append(_seen(event, person, child, at, session, asker, facts))
    return found


def _seen(
    event_id: int,
    person: int,
    child: int,
    at: datetime,
    session: bytes | memoryview | None,
    on_behalf_of: int | None,
    facts: str | None,
) -> Seen:
    return Seen(
        event_id,
        person,
        child,
        at,
        None if session is None else bytes(session),
        on_behalf_of,
        json.loads(facts) if facts else {},
    )
