"""Searching for one child by what is known of it: look and event are one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import cast

from django.db import transaction

from accounts.acting import Acting
from accounts.models import User
from accounts.policies import first_no, require
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append
from records.access.facts import (
    asked_facts,
    homes_of,
    look_facts,
    own_surname,
    payload_text,
    request_facts,
)
from records.held import Held, HeldSearch, hold_search, searches_held
from records.mediation import behind
from records.policies import can_look_for_another, can_search
from records.purposes import Reason
from records.queries import ResultRow, result_rows
from records.search import Hit, Refusal, SearchResult, SearchTerms, search

MINUTE = timedelta(minutes=1)
MOST_A_MINUTE, MOST_HELD = 20, 120  # searches of one account: in a minute, in a quarter of an hour


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

    @property
    def best_is_strong(self) -> bool:
        """Whether the first child is a strong match: the one that people open."""
        return bool(self.found) and self.found[0].hit.strong


def ask(*, terms: SearchTerms, reason: Reason, by: Acting) -> Held | None:
    """Keeps a search for its answer; None, with an event, when there were more of them just now
    than a person types.

    The account is locked meanwhile, so that a script in many windows begins no more than one. The
    searches that are held are counted, in the database: no second count that could be down, or be
    emptied. No duty desk comes near the limits, so they are the same for everybody. Raises
    `Refused`.
    """
    require(can_search(by, reason), permission=Permission.SEARCH.value)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=cast(User, by.user).pk)
        few = searches_held(by, MINUTE) < MOST_A_MINUTE and searches_held(by) < MOST_HELD
        if few:
            return hold_search(terms=terms, reason=reason, by=by)
        append(
            EventType.SEARCH_LIMITED,
            actor=by.actor,
            outcome=Outcome.DENIED,
            reason="too-many-searches",
            purpose=reason.purpose.value,
        )
    return None


def search_records(*, request: HeldSearch, redisplay: bool = False, by: Acting) -> SearchAnswer:
    """Searches for one child and records it, in one transaction.

    `request` is a held search of `by`; `redisplay` says that this session has seen its results.
    Raises `Refused`; any database error loses the answer with the event.
    """
    require(
        first_no(can_search(by, request.reason), can_look_for_another(by, request.reason)),
        permission=Permission.SEARCH.value,
    )
    with transaction.atomic():
        result = search(request.terms)
        if result.refusal:
            record_refused(request, result.refusal, by)
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


def _record_search(
    request: HeldSearch,
    result: SearchResult,
    found: tuple[Found, ...],
    redisplay: bool,
    by: Acting,
) -> None:
    ids = [each.hit.child_id for each in found]
    both, mediation = behind(request.reason, by)
    append(
        EventType.SEARCH_PERFORMED,
        actor=both.actor,
        purpose=request.reason.purpose.value,
        enquiry_id=request.reason.enquiry_id,
        query_fields=request.terms.fields_used(),
        **look_facts(
            typed=request.terms.family_name,
            shown=[name.family_name for each in found for name in each.row.names],
            homes=lambda: homes_of(ids),
            asked=request_facts(request),
            by=by,
        ),
        result_count=len(found),
        result_ids=ids,
        detail={
            "candidates": result.candidates,
            "strong": sum(each.hit.strong for each in found),
            "redisplay": redisplay,
            "search_key": str(request.key),
            **mediation,
        },
        payload=terms_payload(request),
    )


def record_refused(request: HeldSearch, refusal: Refusal, by: Acting) -> None:
    """The event of a search that is not answered, in the caller's transaction."""
    both, mediation = behind(request.reason, by)
    append(
        EventType.SEARCH_REFUSED,
        actor=both.actor,
        outcome=Outcome.DENIED,
        reason=refusal.code,
        purpose=request.reason.purpose.value,
        enquiry_id=request.reason.enquiry_id,
        query_fields=request.terms.fields_used(),
        own_surname=own_surname(by, [request.terms.family_name]),
        facts=asked_facts(request),
        detail={"search_key": str(request.key), **mediation},
        payload=terms_payload(request),
    )


def terms_payload(request: HeldSearch) -> str:
    """The erasable part of a search's event: the terms as typed, and the case reference."""
    return payload_text(
        terms=_as_typed(request.terms), case_reference=request.reason.case_reference
    )


def _as_typed(terms: SearchTerms) -> dict[str, object]:
    return {name: value for name, value in asdict(terms).items() if name in terms.fields_used()}
