"""Reading the trail, audited: first the event, committed; then the query, under row-level security.

Who may is asked of `policies.py`; names and words are put by `rows.py`; HTTP in `views.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import OperationalError, connections, transaction
from django.utils import timezone
from psycopg2.errors import QueryCanceled

from accounts.acting import Acting
from accounts.models import User
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.models import AuditEvent, ReadOnlyQuerySet
from audit.ledger.scope import scope_to_base
from audit.ledger.writer import append
from audit.trail.groups import ActionGroup, actions_of
from audit.trail.policies import NO_SUCH_PERSON, NotInTrail, Scope, accounts_in, require_trail
from audit.trail.rows import TrailRow, rows_for

PAGE_SIZE = 50
DEFAULT_DAYS = 7
LONGEST_DAYS = 92
STATEMENT_MILLISECONDS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilters:
    """What a reader asks for: London days, both included; events older than the event `before`; by
    the account `person`, or done to the account `about`.
    """

    day_from: date
    day_to: date
    person: UUID | None = None
    about: UUID | None = None
    action: ActionGroup | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """One page, newest first. `older` is the `before` of the next page, None on the last."""

    rows: tuple[TrailRow, ...]
    filters: TrailFilters
    person: User | None
    about: User | None
    older: int | None
    read_at: datetime
    whole: bool


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
    person, about = _person(filters.person, scope), _person(filters.about, scope)
    read_at = _record(filters, person or about, scope, by)
    events = _events(filters, person, about, scope)
    shown, more = events[:PAGE_SIZE], len(events) > PAGE_SIZE
    return TrailPage(
        rows=rows_for(shown, scope),
        filters=filters,
        person=person,
        about=about,
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


def _record(filters: TrailFilters, person: User | None, scope: Scope, by: Acting) -> datetime:
    """Commits the event; under the base, since the local role reads its id back by the policy."""
    detail: dict[str, object] = {
        "day_from": filters.day_from.isoformat(),
        "day_to": filters.day_to.isoformat(),
        "filters": [name for name in ("person", "about", "action") if getattr(filters, name)],
    }
    if person:
        detail["user_id"] = person.pk
    if filters.action:
        detail["actions"] = filters.action.value
    if filters.before:
        detail["before_id"] = filters.before
    with transaction.atomic(using=scope.alias, durable=True):
        _narrow(scope)
        event = append(EventType.TRAIL_READ, actor=by.actor, detail=detail, using=scope.alias)
    return event.recorded_at


def _events(
    filters: TrailFilters, person: User | None, about: User | None, scope: Scope
) -> list[AuditEvent]:
    with transaction.atomic(using=scope.alias, durable=True):
        _narrow(scope)
        with connections[scope.alias].cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [STATEMENT_MILLISECONDS])
        try:
            return list(_query(filters, person, about, scope)[: PAGE_SIZE + 1])
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise TrailTooLong from error
            raise


def _narrow(scope: Scope) -> None:
    if scope.base_id is not None:
        scope_to_base(scope.base_id, using=scope.alias)


def _query(
    filters: TrailFilters, person: User | None, about: User | None, scope: Scope
) -> ReadOnlyQuerySet:
    """The explicit filter on the base is the first line; row-level security is the second."""
    events = AuditEvent.objects.using(scope.alias).filter(
        recorded_at__gte=_midnight(filters.day_from),
        recorded_at__lt=_midnight(filters.day_to + timedelta(days=1)),
    )
    if scope.base_id is not None:
        events = events.filter(actor_base=scope.base_id)
    if person is not None:
        events = events.filter(actor_id=person.pk)
    if about is not None:
        events = events.filter(target_type="user", target_id=about.pk)
    if filters.action is not None:
        events = events.filter(action__in=actions_of(filters.action))
    if filters.before is not None:
        events = events.filter(id__lt=filters.before)
    return events.order_by("-id")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
