"""What the person looked at on the days a case is about: a picture and a table, without names.

Reading it is an event of its own, and so is to be shown the children's names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.acting import Acting
from accounts.clocks import LONDON
from accounts.policies import require
from accounts.roles import Permission
from audit.charts import Moment, day_strip
from audit.investigations.models import Investigation
from audit.investigations.policies import can_read_looks, can_see_names
from audit.ledger.events import EventType
from audit.ledger.models import AuditEvent, ReadOnlyQuerySet
from audit.ledger.scope import scope_to_base
from audit.ledger.seals import Sealed, seals_of
from audit.ledger.writer import append
from records.names import names_of

LOOKS = {
    EventType.SEARCH_PERFORMED: "Searched",
    EventType.RECORD_VIEWED: "Opened a record",
    EventType.RECORD_PRINTED: "Printed a record",
    EventType.SHIELD_OVERRIDDEN: "Looked behind a shield",
}
BACK = timedelta(days=92)  # before the case was opened
MOST_DAYS, MOST_LOOKS = 7, 500


@dataclass(frozen=True, slots=True)
class Look:
    """One look-up: when, what, which record, and whether the case is about it."""

    event_id: int
    at: datetime
    what: str
    child_id: int | None
    is_meant: bool
    leaf: int | None  # of the sealed tree; none: not sealed yet


@dataclass(frozen=True, slots=True)
class Looks:
    """The look-ups of some days. `not_seen` are ones the reader's team cannot read, since the
    person acted for another user base then.
    """

    looks: list[Look]
    picture: SafeString
    not_seen: int
    may_see_names: bool

    @property
    def is_about_children(self) -> bool:
        """Whether the case is about a record: else there is no name to show."""
        return any(look.is_meant and look.child_id for look in self.looks)


def read_looks(*, case: Investigation, by: Acting) -> Looks:
    """The person's look-ups on the days of the case (the last seven of them): an event, committed
    before anything is read. Raises `Refused`.
    """
    require(
        can_read_looks(by, case),
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=case.pk,
    )
    whole = by.has(Permission.READ_WHOLE_TRAIL)
    alias = "auditor" if whole else "local"
    base = None if whole or by.base is None else by.base.pk
    with transaction.atomic(using=alias, durable=True):
        _narrow(base, alias)
        append(
            EventType.TRAIL_READ,
            actor=by.actor,
            detail={"user_id": case.person_id, "investigation_id": case.pk},
            using=alias,
        )
    with transaction.atomic(using=alias, durable=True):
        _narrow(base, alias)
        meant, looks = _read(case, alias, base)
    return Looks(
        looks,
        _picture(looks),
        len(set(case.event_ids) - meant),
        can_see_names(by, case).allowed,
    )


def read_names(*, case: Investigation, looks: Looks, by: Acting) -> dict[int, str]:
    """The names of the children of the look-ups that the case is about, and an event that says
    whose were shown. Raises `Refused`.
    """
    require(
        can_see_names(by, case),
        permission=Permission.OVERRIDE_SHIELD,
        target_type="investigation",
        target_id=case.pk,
    )
    children = sorted({each.child_id for each in looks.looks if each.is_meant and each.child_id})
    with transaction.atomic():
        append(
            EventType.INVESTIGATION_READ,
            actor=by.actor,
            target_type="investigation",
            target_id=case.pk,
            result_count=len(children),
            result_ids=children,
            detail={"user_id": case.person_id, "kind": "names"},
        )
        return names_of(children)


def _read(case: Investigation, alias: str, base: int | None) -> tuple[set[int], list[Look]]:
    """The numbers of the case's own look-ups that could be read, and all of those days."""
    own = AuditEvent.objects.using(alias).filter(
        actor_id=case.person_id, recorded_at__gte=case.opened_at - BACK
    )
    if base is not None:
        own = own.filter(actor_base=base)
    meant = dict(own.filter(pk__in=case.event_ids).values_list("pk", "recorded_at"))
    moments = list(meant.values()) or [case.opened_at]
    days = sorted({timezone.localdate(at, LONDON) for at in moments})[-MOST_DAYS:]
    events = [event for day in days for event in _of_day(own, day)][:MOST_LOOKS]
    seals = seals_of([event.id for event in events], using=alias)
    return set(meant), [_look(event, set(meant), seals) for event in events]


def _of_day(own: ReadOnlyQuerySet, day: date) -> list[AuditEvent]:
    begins = datetime.combine(day, time.min, LONDON)
    ends = datetime.combine(day + timedelta(days=1), time.min, LONDON)
    events = own.filter(
        recorded_at__gte=begins, recorded_at__lt=ends, action__in=[each.value for each in LOOKS]
    )
    return list(events.order_by("recorded_at", "id")[:MOST_LOOKS])


def _look(event: AuditEvent, meant: set[int], seals: dict[int, Sealed]) -> Look:
    sealed = seals.get(event.id)
    return Look(
        event.id,
        event.recorded_at,
        LOOKS[EventType(event.action)],
        event.target_id if event.target_type == "child_record" else None,
        event.id in meant,
        sealed.leaf if sealed else None,
    )


def _picture(looks: list[Look]) -> SafeString:
    days: dict[date, list[Moment]] = {}
    for look in looks:
        at = look.at.astimezone(LONDON)
        moment = Moment(at.hour * 60 + at.minute, look.is_meant, f"{at:%H:%M} {look.what}")
        days.setdefault(at.date(), []).append(moment)
    meant = sum(look.is_meant for look in looks)
    return day_strip(
        f"{meant} of {len(looks)} look-ups had no reason that is recorded",
        "A line for each day from midnight to midnight. A square is a look-up that the case is"
        " about, a dot any other. The table beneath says the same.",
        [(f"{day.day} {day:%b %Y}", moments) for day, moments in days.items()],
    )


def _narrow(base: int | None, alias: str) -> None:
    if base is not None:
        scope_to_base(base, using=alias)
