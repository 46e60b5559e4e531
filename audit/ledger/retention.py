"""How long payloads are kept: terms as typed, stated reasons. Events and proofs stay.

A payload is erased when its period is over, with an event that names it; the database lets nothing
else through, and nothing that a legal hold covers.
"""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.db import connections, transaction

from audit.ledger.actor import Actor, ActorKind
from audit.ledger.events import EventType
from audit.ledger.writer import append

MOST_AT_ONCE = 500  # as many numbers as fit into the detail of one event
MOST_IN_ONE_RUN = 1_000_000

_EXPIRED = """
    SELECT * FROM public.audit_expired_payloads(
        clock_timestamp() - make_interval(months => %s), %s)
"""


class Held(StrEnum):
    """What a legal hold covers: one event's payload, or those of everything a person did."""

    EVENT = "event"
    ACTOR = "actor"


_TARGET = {Held.EVENT: "event", Held.ACTOR: "user"}


def hold(kind: Held, whose: int, *, actor: Actor, using: str = "default") -> int:
    """Keeps payloads from expiring, with its event; returns the number of the hold.

    `whose` is the event's number or the person's account. Whether `actor` may is the caller's
    question.
    """
    with transaction.atomic(using=using):
        event = append(
            EventType.PAYLOAD_HELD,
            actor=actor,
            target_type=_TARGET[kind],
            target_id=whose,
            using=using,
        )
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT public.audit_place_hold(%s, %s, %s)", [kind.value, whose, event.id]
            )
            return int(cursor.fetchone()[0])


def release(number: int, kind: Held, whose: int, *, actor: Actor, using: str = "default") -> None:
    """Ends a hold, with its event. Raises LookupError if there is none in force."""
    with transaction.atomic(using=using):
        event = append(
            EventType.PAYLOAD_RELEASED,
            actor=actor,
            target_type=_TARGET[kind],
            target_id=whose,
            using=using,
        )
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT public.audit_release_hold(%s, %s)", [number, event.id])
            if not cursor.fetchone()[0]:
                raise LookupError("no such hold is in force")


def erase_expired(*, using: str = "default") -> int:
    """Erases what is older than `AUDIT_PAYLOAD_MONTHS` and not held; returns how much."""
    erased = 0
    while erased < MOST_IN_ONE_RUN and (some := _erase_some(using)):
        erased += some
    return erased


def _erase_some(using: str) -> int:
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(_EXPIRED, [settings.AUDIT_PAYLOAD_MONTHS, MOST_AT_ONCE])
        expired = [event for (event,) in cursor.fetchall()]
        if not expired:
            return 0
        append(
            EventType.PAYLOAD_ERASED,
            actor=Actor(kind=ActorKind.JOB, role="audit.erase_expired"),
            reason="expired",
            detail={"event_ids": expired},
            using=using,
        )
        cursor.execute("SELECT public.audit_erase_payloads(%s)", [expired])
        return int(cursor.fetchone()[0])
