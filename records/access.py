"""Audited reads: searching and opening. Look and event are one transaction.

No event, no disclosure.
Who may is asked of `policies.py`; what one person sees of a record is cut out by `visibility.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require, require_permission
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append
from records.held import HeldSearch
from records.models import ChildRecord
from records.policies import can_open, can_search
from records.purposes import Reason
from records.queries import ResultRow, result_rows, whole_record
from records.search import Hit, Refusal, SearchResult, SearchTerms, search
from records.search.normalise import parts
from records.visibility import sections_shown

CHILD = "child_record"


@dataclass(frozen=True, slots=True)
class Found:
    """One child that may be meant, and why it is listed."""

    row: ResultRow
    hit: Hit


@dataclass(frozen=True, slots=True)
class SearchAnswer:
    """What a search disclosed: a refusal with advice, or at most ten children, best first."""

    refusal: Refusal | None
    found: tuple[Found, ...]

    @property
    def has_strong(self) -> bool:
        return any(found.hit.strong for found in self.found)


def search_records(*, request: HeldSearch, redisplay: bool = False, by: Acting) -> SearchAnswer:
    """Searches for one child and records it, in one transaction.

    `request` is a held search of `by`; `redisplay` says that this session has seen its results.
    Raises `Refused`; any database error loses the answer with the event.
    """
    require(can_search(by, request.reason), permission=Permission.SEARCH.value)
    with transaction.atomic():
        result = search(request.terms)
        if result.refusal:
            _record_refused(request, result.refusal, by)
            return SearchAnswer(result.refusal, ())
        rows = result_rows([hit.child_id for hit in result.hits])
        found = tuple(Found(rows[hit.child_id], hit) for hit in result.hits)
        _record_search(request, result, found, redisplay, by)
        return SearchAnswer(None, found)


def record_expired_search(*, by: Acting) -> None:
    """The event of a search id that is over, unknown, or another person's, session's or role's."""
    with transaction.atomic():
        append(
            EventType.SEARCH_EXPIRED,
            actor=by.actor,
            outcome=Outcome.DENIED,
            reason="search-over-or-not-yours",
        )


def open_record(*, child_key: UUID, reason: Reason | None, by: Acting) -> ChildRecord:
    """Reads one whole record and records that it was read, in one transaction.

    Raises `Refused`, or, when its event is written, `ChildRecord.DoesNotExist`.
    """
    require(can_open(by, reason), permission=Permission.OPEN_RECORD.value, target_type=CHILD)
    assert reason is not None  # noqa: S101  for the type checker: `can_open` refused otherwise
    try:
        return _open(child_key, reason, by)
    except ChildRecord.DoesNotExist:
        _record_guess(Permission.OPEN_RECORD, by)
        raise


def find_record(*, child_key: UUID, permission: Permission, by: Acting) -> ChildRecord:
    """The record that somebody wants to change. Shows nothing of it, so finding it is no event.

    Raises `Refused`, or, when its event is written, `ChildRecord.DoesNotExist`.
    """
    require_permission(by, permission, target_type=CHILD)
    try:
        return ChildRecord.objects.get(key=child_key)
    except ChildRecord.DoesNotExist:
        _record_guess(permission, by)
        raise


def _record_guess(permission: Permission, by: Acting) -> None:
    """The event of a key that no record has: mistyped, or tried out."""
    with transaction.atomic():
        append(
            EventType.ACCESS_DENIED,
            actor=by.actor,
            outcome=Outcome.DENIED,
            reason="no-such-record",
            target_type=CHILD,
            detail={"permission": permission.value},
        )


def _open(child_key: UUID, reason: Reason, by: Acting) -> ChildRecord:
    with transaction.atomic():
        child = whole_record(child_key)
        append(
            EventType.RECORD_VIEWED,
            actor=by.actor,
            target_type=CHILD,
            target_id=child.pk,
            child_authority=child.authority_id,
            purpose=reason.purpose.value,
            own_surname=_own_surname(by, (name.family_name for name in child.names.all())),
            detail={"fields": list(sections_shown(by))},
            payload=_payload(case_reference=reason.case_reference),
        )
    return child


def _record_search(
    request: HeldSearch,
    result: SearchResult,
    found: tuple[Found, ...],
    redisplay: bool,
    by: Acting,
) -> None:
    shown = [name.family_name for each in found for name in each.row.names]
    append(
        EventType.SEARCH_PERFORMED,
        actor=by.actor,
        purpose=request.reason.purpose.value,
        query_fields=request.terms.fields_used(),
        own_surname=_own_surname(by, [request.terms.family_name, *shown]),
        result_count=len(found),
        result_ids=[each.hit.child_id for each in found],
        detail={
            "candidates": result.candidates,
            "strong": sum(each.hit.strong for each in found),
            "redisplay": redisplay,
            "search_key": str(request.key),
        },
        payload=_terms_payload(request),
    )


def _record_refused(request: HeldSearch, refusal: Refusal, by: Acting) -> None:
    append(
        EventType.SEARCH_REFUSED,
        actor=by.actor,
        outcome=Outcome.DENIED,
        reason=refusal.code,
        purpose=request.reason.purpose.value,
        query_fields=request.terms.fields_used(),
        own_surname=_own_surname(by, [request.terms.family_name]),
        detail={"search_key": str(request.key)},
        payload=_terms_payload(request),
    )


def _own_surname(by: Acting, family_names: Iterable[str]) -> bool | None:
    """Whether one of the names, or a part of it, is the searcher's own family name."""
    if by.user is None:
        return None
    own = set(parts(by.user.family_name))
    return any(own & set(parts(name)) for name in set(family_names) if name)


def _terms_payload(request: HeldSearch) -> str:
    return _payload(terms=_as_typed(request.terms), case_reference=request.reason.case_reference)


def _as_typed(terms: SearchTerms) -> dict[str, object]:
    return {name: value for name, value in asdict(terms).items() if name in terms.fields_used()}


def _payload(**facts: object) -> str:
    """The erasable part of an event: JSON, readable as it is."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True)
