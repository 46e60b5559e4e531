"""Reading the trail, audited: first the event, committed; then the query, under row-level security.

Who may is asked of `policies.py`; names and words are put by `rows.py`; HTTP in `views.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import OperationalError, connections, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg2.errors import QueryCanceled

from accounts.acting import Acting
from accounts.models import Organisation, User
from accounts.roles import Permission
from audit.ledger.bundle import bundle
from audit.ledger.events import EventType, Outcome
from audit.ledger.models import AuditEvent, ReadOnlyQuerySet
from audit.ledger.scope import scope_to_base
from audit.ledger.seals import Sealed, seals_of
from audit.ledger.writer import append
from audit.trail.groups import ActionGroup, actions_of
from audit.trail.policies import (
    NO_SUCH_EVENT,
    NO_SUCH_ORGANISATION,
    NO_SUCH_PERSON,
    NotInTrail,
    Scope,
    accounts_in,
    organisations_in,
    require_trail,
)
from audit.trail.rows import TrailRow, rows_for

PAGE_SIZE = 50
NARROWING = ("person", "about", "organisation", "record", "action", "outcome")
DEFAULT_DAYS = 7
LONGEST_DAYS = 92
STATEMENT_MILLISECONDS = 5_000
MOST_OF_RECORD = 1_000  # events of one record in one period; older ones by another period

_OF_RECORD = "SELECT audit_events_of_record FROM public.audit_events_of_record(%s, %s, %s, %s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilters:
    """What a reader asks for: London days, both included; events older than the event `before`; by
    the account `person`, or done to the account `about`; by people of `organisation`; about or
    showing the child record of the number `record`.
    """

    day_from: date
    day_to: date
    person: UUID | None = None
    about: UUID | None = None
    organisation: UUID | None = None
    record: int | None = None
    action: ActionGroup | None = None
    outcome: Outcome | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """One page, newest first. `older` is the `before` of the next page, None on the last."""

    rows: tuple[TrailRow, ...]
    filters: TrailFilters
    person: User | None
    about: User | None
    organisation: Organisation | None
    older: int | None
    read_at: datetime
    whole: bool


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the opaque keys of the filters stand for."""

    person: User | None
    about: User | None
    organisation: Organisation | None


class TrailTooLong(Exception):
    """The query took longer than a page may; fewer days, one person or one action help."""


def latest_days(today: date | None = None) -> TrailFilters:
    """The filters of a reader who asked for nothing in particular."""
    today = today or timezone.localdate()
    return TrailFilters(day_from=today - timedelta(days=DEFAULT_DAYS - 1), day_to=today)


def read_trail(*, filters: TrailFilters, by: Acting) -> TrailPage:
    """One page of the trail, in words.

    The event of the reading is committed before the query begins; if it cannot be written, the
    database's error is raised and nothing was read. Raises `Refused`; `NotInTrail` for a person
    outside the reader's scope; `TrailTooLong` when the query takes more than five seconds.
    """
    scope = require_trail(by)
    chosen = _Chosen(
        _person(filters.person, scope),
        _person(filters.about, scope),
        _organisation(filters.organisation, scope),
    )
    read_at = _record(filters, chosen, scope, by)
    events, seals = _events(filters, chosen, scope)
    shown, more = events[:PAGE_SIZE], len(events) > PAGE_SIZE
    return TrailPage(
        rows=rows_for(shown, scope, seals),
        filters=filters,
        person=chosen.person,
        about=chosen.about,
        organisation=chosen.organisation,
        older=shown[-1].id if more else None,
        read_at=read_at,
        whole=scope.base_id is None,
    )


def _person(key: UUID | None, scope: Scope) -> User | None:
    if key is None:
        return None
    person: User | None = accounts_in(scope).filter(key=key).first()
    if person is None:
        raise NotInTrail(NO_SUCH_PERSON, permission=Permission.READ_LOCAL_TRAIL.value)
    return person


def _organisation(key: UUID | None, scope: Scope) -> Organisation | None:
    if key is None:
        return None
    organisation = organisations_in(scope).filter(key=key).first()
    if organisation is None:
        raise NotInTrail(NO_SUCH_ORGANISATION, permission=Permission.READ_LOCAL_TRAIL.value)
    return organisation


def _record(filters: TrailFilters, chosen: _Chosen, scope: Scope, by: Acting) -> datetime:
    """Commits the event; under the base, since the local role reads its id back by the policy."""
    detail: dict[str, object] = {
        "day_from": filters.day_from.isoformat(),
        "day_to": filters.day_to.isoformat(),
        "filters": [name for name in NARROWING if getattr(filters, name)],
    }
    if person := chosen.person or chosen.about:
        detail["user_id"] = person.pk
    if chosen.organisation:
        detail["organisation_id"] = chosen.organisation.pk
    if filters.record:
        detail["child_id"] = filters.record
    if filters.outcome:
        detail["status"] = filters.outcome.value
    if filters.action:
        detail["actions"] = filters.action.value
    if filters.before:
        detail["before_id"] = filters.before
    with transaction.atomic(using=scope.alias, durable=True):
        _narrow(scope)
        event = append(EventType.TRAIL_READ, actor=by.actor, detail=detail, using=scope.alias)
    return event.recorded_at


def _events(
    filters: TrailFilters, chosen: _Chosen, scope: Scope
) -> tuple[list[AuditEvent], dict[int, Sealed]]:
    with transaction.atomic(using=scope.alias, durable=True):
        _narrow(scope)
        with connections[scope.alias].cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [STATEMENT_MILLISECONDS])
        try:
            events = list(_query(filters, chosen, scope)[: PAGE_SIZE + 1])
            return events, seals_of([event.id for event in events], using=scope.alias)
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise TrailTooLong from error
            raise


def _narrow(scope: Scope) -> None:
    if scope.base_id is not None:
        scope_to_base(scope.base_id, using=scope.alias)


def _query(filters: TrailFilters, chosen: _Chosen, scope: Scope) -> ReadOnlyQuerySet:
    """The explicit filter on the base is the first line; row-level security is the second.

    In the order of time and then of numbers: that is the order of the indexes by person, by target
    and by base, and of the partitions, so a page reads no more events than it shows.
    """
    since, until = _midnight(filters.day_from), _midnight(filters.day_to + timedelta(days=1))
    events = AuditEvent.objects.using(scope.alias).filter(recorded_at__gte=since)
    if scope.base_id is not None:
        events = events.filter(actor_base=scope.base_id)
    if filters.before is None:
        events = events.filter(recorded_at__lt=until)
    else:
        until = min(until, _time_of(filters.before, scope) or since)
        earlier = Q(recorded_at__lt=until) | Q(id__lt=filters.before)
        events = events.filter(earlier, recorded_at__lte=until)
    events = events.filter(**_asked(filters, chosen))
    if filters.record is not None:
        events = events.filter(id__in=_of_record(filters.record, since, until, scope))
    return events.order_by("-recorded_at", "-id")


def _asked(filters: TrailFilters, chosen: _Chosen) -> dict[str, object]:
    """The conditions that stand in columns of their own."""
    asked: dict[str, object] = {}
    if chosen.person is not None:
        asked["actor_id"] = chosen.person.pk
    if chosen.about is not None:
        asked |= {"target_type": "user", "target_id": chosen.about.pk}
    if chosen.organisation is not None:
        asked["actor_org"] = chosen.organisation.pk
    if filters.action is not None:
        asked["action__in"] = actions_of(filters.action)
    if filters.outcome is not None:
        asked["outcome"] = filters.outcome.value
    return asked


def _time_of(event: int, scope: Scope) -> datetime | None:
    """When the event was recorded after which a page goes on; None if the reader may not see it."""
    found = AuditEvent.objects.using(scope.alias).filter(pk=event)
    at: datetime | None = found.values_list("recorded_at", flat=True).first()
    return at


def _of_record(record: int, since: datetime, until: datetime, scope: Scope) -> list[int]:
    """The numbers of the newest events about or showing a child record, to `until` inclusive."""
    end = until + timedelta(microseconds=1)
    with connections[scope.alias].cursor() as cursor:
        cursor.execute(_OF_RECORD, [record, since, end, MOST_OF_RECORD])
        return [row[0] for row in cursor.fetchall()]


def read_proof(*, event: int, by: Acting) -> dict[str, object]:
    """The proof of one event the reader may see, ready for JSON; reading it is an event first.

    Raises `Refused`; `NotInTrail` for an event outside the reader's scope; `NotSealed` for one that
    is not sealed yet.
    """
    scope = require_trail(by)
    with transaction.atomic(using=scope.alias, durable=True):
        _narrow(scope)
        if _time_of(event, scope) is None:
            raise NotInTrail(NO_SUCH_EVENT, permission=Permission.READ_LOCAL_TRAIL.value)
        append(
            EventType.AUDIT_BUNDLED,
            actor=by.actor,
            detail={"event_ids": [event]},
            using=scope.alias,
        )
        return bundle([event], using=scope.alias)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
