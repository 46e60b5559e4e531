"""Writing an event, in the transaction of what it tells about. No event, no disclosure.

Nothing here reads, hashes a chain, waits or defers: one INSERT, and a second when there is an
erasable payload. What an event must and may say is in `requirements.py` and `details.py`.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from audit.ledger.actor import Actor
from audit.ledger.details import detail_text, facts_text
from audit.ledger.events import EventType, Outcome
from audit.ledger.requirements import NEVER_SUCCEEDS, required_for

SALT_BYTES = 16

# Column and its cast, in the order of the table. The database fills id, era, recorded_at and xid.
COLUMNS: dict[str, str] = {
    "action": "text",
    "outcome": "text",
    "reason": "text",
    "actor_kind": "text",
    "actor_id": "bigint",
    "actor_role": "text",
    "actor_org": "integer",
    "actor_base": "integer",
    "grant_id": "bigint",
    "on_behalf_of": "bigint",
    "session_ref": "bytea",
    "source_ip": "inet",
    "request_id": "uuid",
    "network_id": "integer",
    "target_type": "text",
    "target_id": "bigint",
    "child_authority": "text",
    "enquiry_id": "bigint",
    "purpose": "text",
    "query_fields": "text[]",
    "own_surname": "boolean",
    "own_address": "boolean",
    "result_count": "integer",
    "result_ids": "bigint[]",
    "facts": "text",
    "detail": "text",
    "payload_digest": "bytea",
}
# The schema is named, or a temporary table of the same name would catch the event.
_INSERT_EVENT = (
    f"INSERT INTO public.audit_event ({', '.join(COLUMNS)})"  # noqa: S608  constants only
    f" VALUES ({', '.join(f'%({name})s::{cast}' for name, cast in COLUMNS.items())})"
    " RETURNING id, recorded_at"
)
_INSERT_PAYLOAD = (
    "INSERT INTO public.audit_payload (event_id, recorded_at, salt, body) VALUES (%s, %s, %s, %s)"
)


class NoTransaction(RuntimeError):
    """An event was appended outside a transaction, where it could not share the act's fate."""


class IncompleteEvent(ValueError):
    """An event lacks what its type requires, or says something impossible for its type."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The event as the database numbered and dated it."""

    id: int
    recorded_at: datetime


def append(
    event: EventType,
    *,
    actor: Actor,
    outcome: Outcome = Outcome.SUCCESS,
    reason: str | None = None,
    target_type: str | None = None,
    target_id: int | None = None,
    child_authority: str | None = None,
    enquiry_id: int | None = None,
    purpose: str | None = None,
    query_fields: Sequence[str] = (),
    own_surname: bool | None = None,
    own_address: bool | None = None,
    result_count: int | None = None,
    result_ids: Sequence[int] = (),
    facts: Mapping[str, object] | None = None,
    detail: Mapping[str, object] | None = None,
    payload: str | None = None,
    using: str = "default",
) -> Appended:
    """Writes one event in the open transaction of the alias `using`.

    `reason` is a code (why it was refused, or failed, or done), `purpose` the reason for access
    from the closed list, `query_fields` which criteria were used, `result_ids` the child records
    shown in order, `child_authority` the GSS code of the authority responsible then. `payload` is
    the text that may be erased one day: terms as typed, free-text reason, case reference; the event
    keeps its salted digest.

    Raises NoTransaction outside `atomic()`, IncompleteEvent when the type requires more, ValueError
    and TypeError for a detail or fact that is not allowed, and django.db errors when the database
    refuses; then the caller's transaction is lost, and with it the disclosure.
    """
    said: dict[str, Any] = {
        "action": EventType(event).value,
        "outcome": Outcome(outcome).value,
        "reason": reason,
        "target_type": target_type,
        "target_id": target_id,
        "child_authority": child_authority,
        "enquiry_id": enquiry_id,
        "purpose": purpose,
        "query_fields": list(query_fields) or None,
        "own_surname": own_surname,
        "own_address": own_address,
        "result_count": result_count,
        "result_ids": list(result_ids) or None,
    }
    _require_complete(EventType(event), said, detail or {})
    said |= {"facts": facts_text(facts), "detail": detail_text(detail), **_actor_columns(actor)}
    connection = connections[using]
    if not connection.in_atomic_block:
        raise NoTransaction(f"{event.value} must be appended inside transaction.atomic()")
    return _insert(connection, said, payload)


def _require_complete(
    event: EventType, said: Mapping[str, object], detail: Mapping[str, object]
) -> None:
    given = {name for name, value in said.items() if value not in (None, "")}
    given |= {f"detail.{key}" for key, value in detail.items() if value not in (None, "", [], ())}
    if missing := required_for(event) - given:
        raise IncompleteEvent(f"{event.value} needs {', '.join(sorted(missing))}")
    if said["outcome"] != Outcome.SUCCESS and "reason" not in given:
        raise IncompleteEvent(f"{event.value} with outcome {said['outcome']} needs a reason")
    if event in NEVER_SUCCEEDS and said["outcome"] == Outcome.SUCCESS:
        raise IncompleteEvent(f"{event.value} cannot have the outcome success")


def _actor_columns(actor: Actor) -> dict[str, object]:
    return {
        "actor_kind": actor.kind.value,
        "actor_id": actor.id,
        "actor_role": actor.role,
        "actor_org": actor.org,
        "actor_base": actor.base,
        "grant_id": actor.grant_id,
        "on_behalf_of": actor.on_behalf_of,
        "session_ref": actor.session_ref,
        "source_ip": actor.source_ip,
        "request_id": None if actor.request_id is None else str(actor.request_id),
        "network_id": actor.network_id,
    }


def _insert(
    connection: BaseDatabaseWrapper, columns: dict[str, Any], payload: str | None
) -> Appended:
    salt = secrets.token_bytes(SALT_BYTES)
    columns["payload_digest"] = None if payload is None else payload_digest(salt, payload)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_EVENT, columns)
        appended = Appended(*cursor.fetchone())
        if payload is not None:
            row = (appended.id, appended.recorded_at, salt, payload)
            cursor.execute(_INSERT_PAYLOAD, row)
    return appended


def payload_digest(salt: bytes, body: str) -> bytes:
    """SHA-256 over the salt and the UTF-8 bytes of the body: binds an event to its payload."""
    return hashlib.sha256(salt + body.encode()).digest()
