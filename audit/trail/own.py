"""What everybody may read of the ledger: how their own account was signed in to, and who opened
their file. Audited like every reading: first the event, committed; then the query.

The database shows this person's events and no others (`audit_own_events`); no role of the trail is
needed for it, and none is lent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require, signed_in
from accounts.signin.browsers import network_of
from audit.ledger.events import EventType
from audit.ledger.models import AuditEvent
from audit.ledger.scope import scope_to_person
from audit.ledger.writer import append
from audit.trail.policies import Scope
from audit.trail.rows import TrailRow, rows_for

ALIAS = "local"
MOST = 200
DAYS = 92  # as the function in the database has it


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """One event, with the range of addresses it came from; `is_own` when the person did it."""

    row: TrailRow
    network: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class OwnEvents:
    """Newest first; `looks` are the times when somebody opened this person's file."""

    signing_in: tuple[OwnEvent, ...]
    looks: tuple[OwnEvent, ...]
    read_at: datetime
    days: int = DAYS
    most: int = MOST


def read_own_events(*, by: Acting) -> OwnEvents:
    """The signed-in person's own events of the last three months, 200 at most. The event of the
    reading is committed before the query begins. Raises `Refused` for nobody.
    """
    require(signed_in(by))
    user = by.user
    assert user is not None  # noqa: S101  tells mypy what the policy has said
    with transaction.atomic(durable=True):
        read = append(EventType.TRAIL_READ, actor=by.actor, detail={"filters": ["own_account"]})
    with transaction.atomic(using=ALIAS, durable=True):
        scope_to_person(user.pk, using=ALIAS)
        found = AuditEvent.objects.using(ALIAS).raw(
            "SELECT * FROM public.audit_own_events(%s)", [MOST]
        )
        events = list(found)
    rows = rows_for(events, Scope(ALIAS, None))
    own = [
        OwnEvent(row, network_of(event.source_ip), event.actor_id == user.pk)
        for event, row in zip(events, rows, strict=True)
    ]
    opened = [event.action == EventType.ACCOUNT_READ for event in events]
    return OwnEvents(
        signing_in=tuple(one for one, look in zip(own, opened, strict=True) if not look),
        looks=tuple(one for one, look in zip(own, opened, strict=True) if look),
        read_at=read.recorded_at,
    )
