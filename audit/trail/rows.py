"""What a reader sees of an event: names as they are now, words, tags. No event is read here.

The ledger keeps identifiers only. A person or organisation that can no longer be found is shown by
the identifier recorded; nothing of a child is shown but the number of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Organisation, User
from audit.ledger.actor import ActorKind
from audit.ledger.events import Outcome
from audit.ledger.models import AuditEvent
from audit.ledger.seals import Sealed
from audit.trail.parts import plain, role_label
from audit.trail.policies import Scope, accounts_in
from audit.trail.wording import sentence
from records.purposes import Purpose

CHILD_RECORD, ACCOUNT, ORGANISATION = "child_record", "user", "organisation"

# The word says it; the colour only repeats it.
OUTCOMES: dict[Outcome, tuple[str, str]] = {
    Outcome.SUCCESS: ("Done", "green"),
    Outcome.FAILURE: ("Failed", "orange"),
    Outcome.DENIED: ("Refused", "red"),
    Outcome.ERROR: ("Error", "purple"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The acting party: `key` opens the trail of that person, None when there is none to open."""

    name: str
    role: str
    organisation: str
    organisation_key: UUID | None
    on_behalf_of: str
    key: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailRow:
    """One event as the page shows it."""

    id: int
    at: datetime
    who: Who
    what: str
    reason_for_access: str
    outcome: str
    outcome_colour: str
    records: tuple[int, ...]
    about: str
    sealed: Sealed | None


@dataclass(frozen=True, slots=True)
class _Names:
    """What the identifiers on one page stand for today."""

    accounts: dict[int, User]
    in_scope: frozenset[int]
    organisations: dict[int, tuple[str, UUID]]


def rows_for(
    events: Sequence[AuditEvent], scope: Scope, seals: Mapping[int, Sealed] | None = None
) -> tuple[TrailRow, ...]:
    """The rows of a page, in the order of `events`; three statements, however many rows."""
    names, seals = _names(events, scope), seals or {}
    return tuple(_row(event, names, seals.get(event.id)) for event in events)


def _names(events: Sequence[AuditEvent], scope: Scope) -> _Names:
    targets = {e.target_id for e in events if e.target_type == ACCOUNT and e.target_id}
    actors = {number for e in events for number in (e.actor_id, e.on_behalf_of) if number}
    organisations = {e.actor_org for e in events if e.actor_org}
    organisations |= {e.target_id for e in events if e.target_type == ORGANISATION and e.target_id}
    in_scope = accounts_in(scope).filter(pk__in=targets | actors).values_list("pk", flat=True)
    return _Names(
        accounts=User.objects.in_bulk(targets | actors),
        in_scope=frozenset(in_scope),
        organisations={
            number: (name, key)
            for number, name, key in Organisation.objects.filter(pk__in=organisations).values_list(
                "pk", "name", "key"
            )
        },
    )


def _row(event: AuditEvent, names: _Names, sealed: Sealed | None) -> TrailRow:
    label, colour = OUTCOMES[Outcome(event.outcome)]
    return TrailRow(
        id=event.id,
        at=event.recorded_at,
        who=_who(event, names),
        what=sentence(event),
        reason_for_access=_purpose(event.purpose),
        outcome=label,
        outcome_colour=colour,
        records=_records(event),
        about=_about(event, names),
        sealed=sealed,
    )


def _who(event: AuditEvent, names: _Names) -> Who:
    user = names.accounts.get(event.actor_id or 0)
    return Who(
        name=_name_of(event, user),
        role=role_label(event.actor_role) if user and event.actor_role else "",
        organisation=_organisation(event.actor_org, names),
        organisation_key=names.organisations.get(event.actor_org or 0, ("", None))[1],
        on_behalf_of=_account(event.on_behalf_of, names.accounts),
        key=user.key if user and user.pk in names.in_scope else None,
    )


def _name_of(event: AuditEvent, user: User | None) -> str:
    if user is not None:
        return user.full_name
    if event.actor_id is not None:
        return f"Account {event.actor_id}, as recorded"
    if event.actor_kind == ActorKind.ANONYMOUS:
        return "Somebody not signed in"
    return f"{event.actor_kind.capitalize()}: {event.actor_role or 'unnamed'}"


def _account(number: int | None, accounts: dict[int, User]) -> str:
    if number is None:
        return ""
    return accounts[number].full_name if number in accounts else f"Account {number}, as recorded"


def _organisation(number: int | None, names: _Names) -> str:
    if number is None:
        return ""
    known = names.organisations.get(number)
    return known[0] if known else f"Organisation {number}, as recorded"


def _purpose(code: str | None) -> str:
    if not code:
        return ""
    return str(Purpose(code).label) if code in Purpose.values else plain(code)


def _records(event: AuditEvent) -> tuple[int, ...]:
    """The numbers of the child records shown or acted on, in the order they were shown."""
    target: Iterable[int] = (
        [event.target_id] if event.target_type == CHILD_RECORD and event.target_id else []
    )
    return tuple(dict.fromkeys([*target, *(event.result_ids or ())]))


def _about(event: AuditEvent, names: _Names) -> str:
    """The account or organisation concerned. Of another base's account nothing is shown."""
    if event.target_type == ORGANISATION:
        return _organisation(event.target_id, names)
    if event.target_type == ACCOUNT and event.target_id in names.in_scope:
        return _account(event.target_id, names.accounts)
    return ""
