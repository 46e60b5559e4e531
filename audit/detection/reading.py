"""The next events of the log, as `idx_scan`, in an order in which none is ever missed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connections

from audit.detection.looks import Kind, Searched, Seen
from audit.ledger.actor import ActorKind
from audit.ledger.events import EventType

ALIAS = "scan"
BATCH, PAGE = 2_000, 250  # events judged together; events asked for at once
SPAN = timedelta(minutes=5)  # of one batch: what a scan catches up with is judged as it came
KINDS = {
    EventType.RECORD_VIEWED.value: Kind.VIEWED,
    EventType.RECORD_PRINTED.value: Kind.PRINTED,
    EventType.RECORD_EXPORTED.value: Kind.PRINTED,
    EventType.SHIELD_OVERRIDDEN.value: Kind.OVERRIDDEN,
    EventType.RECORD_UNSHIELDED.value: Kind.UNSHIELDED,
}
NAMES, POSTCODE = {"family_name", "given_name"}, {"postcode"}
_COLUMNS = """id, action, actor_id, actor_role, actor_org, actor_base, target_id, recorded_at,
    session_ref, on_behalf_of, network_id, child_authority, query_fields, result_count, facts"""
# Of one era: identifiers of transactions begin anew in the next (docs/runbooks/restore.md). Up to
# the oldest transaction that still runs: what is younger may yet get older neighbours. In an era
# that is over nothing runs. A batch ends before the first event that is too young to be judged.
# (`e.xid` in ORDER BY: plain `xid` would be the column of the answer, which no index knows.)
NEXT = f"""
    SELECT xid::text::bigint, actor_kind, outcome, {_COLUMNS}
      FROM public.audit_event AS e
     WHERE era = %(era)s
       AND (xid < pg_snapshot_xmin(pg_current_snapshot())
            OR era < (SELECT max(era) FROM public.audit_era))
       AND xid >= %(xid)s::text::xid8
       AND (xid > %(xid)s::text::xid8 OR id > %(id)s)
     ORDER BY e.xid, e.id LIMIT %(page)s
"""  # noqa: S608  constants only
_NEXT_ERA = "SELECT min(era) FROM public.audit_era WHERE era > %s"
_NEWEST = """
    SELECT era, xid::text::bigint, id FROM public.audit_event AS e
     WHERE era = (SELECT max(era) FROM public.audit_era)
       AND xid < pg_snapshot_xmin(pg_current_snapshot())
     ORDER BY e.xid DESC, e.id DESC LIMIT 1
"""
_ERA = "SELECT max(era), 0, 0 FROM public.audit_era"
_AROUND = f"""
    SELECT {_COLUMNS}
      FROM public.audit_event
     WHERE actor_id = ANY (%(people)s) AND actor_kind = 'person' AND action = ANY (%(actions)s)
       AND outcome = 'success' AND recorded_at BETWEEN %(since)s AND %(until)s
     ORDER BY recorded_at, id
"""  # noqa: S608  constants only


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the log."""

    era: int
    xid: int
    event_id: int


@dataclass(slots=True)
class Batch:
    """What came next: looks and searches in the order of the log; `bases` are the user bases of the
    looks, by event.
    """

    place: Place
    is_last: bool = False  # nothing further is old enough
    looks: list[Seen] = field(default_factory=list)
    searches: list[Searched] = field(default_factory=list)
    bases: dict[int, int] = field(default_factory=dict)

    @property
    def everything(self) -> list[Seen | Searched]:
        """Looks and searches."""
        return [*self.looks, *self.searches]


@dataclass(slots=True)
class Around:
    """What people did around something, by person, oldest first."""

    looks: dict[int, list[Seen]] = field(default_factory=lambda: defaultdict(list))
    searches: dict[int, list[Searched]] = field(default_factory=lambda: defaultdict(list))


def newest() -> Place:
    """The end of the log as it is now: where a first scan begins."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_NEWEST)
        found = cursor.fetchone()
        if found is None:
            cursor.execute(_ERA)
            found = cursor.fetchone()
        return Place(*found)


def next_batch(place: Place, *, until: datetime, using: str = ALIAS) -> Batch:
    """The next events after a place that were recorded by `until`, and how far that is.

    The same place, when there is nothing new; the beginning of the next era, when one is over.
    """
    batch, read, rows = Batch(place), 0, _page(place, using)
    ends = until
    while rows and read < BATCH:
        for xid, actor_kind, outcome, *row in rows:
            event = _Event(*row)
            ends = ends if read else min(until, event.recorded_at + SPAN)
            if event.recorded_at > ends:
                batch.is_last = event.recorded_at > until
                return batch
            read += 1
            batch.place = Place(place.era, xid, event.id)
            if actor_kind == ActorKind.PERSON and outcome == "success":
                _take(batch, event)
        rows = _page(batch.place, using) if len(rows) == PAGE else []
    batch.is_last = not rows
    if not read:
        batch.place = _next_era(place, using)
        batch.is_last = batch.place == place
    return batch


def _page(place: Place, using: str) -> list[Any]:
    asked = {"era": place.era, "xid": place.xid, "id": place.event_id, "page": PAGE}
    with connections[using].cursor() as cursor:
        cursor.execute(NEXT, asked)
        return list(cursor.fetchall())


def _next_era(place: Place, using: str) -> Place:
    with connections[using].cursor() as cursor:
        cursor.execute(_NEXT_ERA, [place.era])
        (era,) = cursor.fetchone()
    return place if era is None else Place(era, 0, 0)


def _take(batch: Batch, event: _Event) -> None:
    if event.is_search:
        batch.searches.append(event.searched())
    elif event.is_look:
        batch.looks.append(event.seen())
        batch.bases[event.id] = event.base or 0


def around(people: Iterable[int], since: datetime, until: datetime) -> Around:
    """All looks and searches of these people between two moments of the log."""
    found = Around()
    values: dict[str, Any] = {
        "people": sorted(people),
        "actions": [*KINDS, EventType.SEARCH_PERFORMED.value],
        "since": since,
        "until": until,
    }
    if not values["people"]:
        return found
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(_AROUND, values)
        for row in cursor.fetchall():
            event = _Event(*row)
            if event.is_search:
                found.searches[event.actor].append(event.searched())
            elif event.is_look:
                found.looks[event.actor].append(event.seen())
    return found


@dataclass(slots=True)
class _Event:
    """A row of the log."""

    id: int
    action: str
    actor: int
    role: str | None
    employer: int | None
    base: int | None
    child: int | None
    recorded_at: datetime
    session: Any  # memoryview of the driver, then bytes
    on_behalf_of: int | None
    network: int | None
    authority: str | None
    fields: list[str] | None
    count: int | None
    facts: Any

    def __post_init__(self) -> None:
        self.session = None if self.session is None else bytes(self.session)
        self.facts = json.loads(self.facts) if self.facts else {}

    @property
    def is_search(self) -> bool:
        return self.action == EventType.SEARCH_PERFORMED

    @property
    def is_look(self) -> bool:
        return self.action in KINDS and self.child is not None

    @property
    def at(self) -> datetime:
        """When it was done: as recorded, unless the event came later and says so."""
        done = self.facts.get("occurred_at")
        return datetime.fromisoformat(done) if done else self.recorded_at

    def seen(self) -> Seen:
        assert self.child is not None  # noqa: S101  is_look was asked
        return Seen(
            event_id=self.id,
            person=self.actor,
            child=self.child,
            at=self.at,
            kind=KINDS[self.action],
            role=self.role or "",
            employer=self.employer,
            authority=self.authority or "",
            network=self.network,
            session=self.session,
            on_behalf_of=self.on_behalf_of,
            facts=self.facts,
        )

    def searched(self) -> Searched:
        criteria = self.facts.get("criteria") or {}
        return Searched(
            event_id=self.id,
            person=self.actor,
            at=self.at,
            session=self.session,
            thin=_thin(self.fields or [], criteria),
            follows=self.facts.get("follows_previous") is True,
            hits=self.count or 0,
            said=frozenset(f"{box}={told}" for box, told in criteria.items()),
        )


def _thin(fields: list[str], criteria: Mapping[str, str]) -> str:
    """What a search by a name alone, or a postcode alone, said; empty for any other."""
    boxes = set(fields)
    if not boxes or not (boxes <= NAMES or boxes <= POSTCODE):
        return ""
    return "|".join(f"{box}={criteria.get(box, '')}" for box in sorted(boxes))
