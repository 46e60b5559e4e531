"""Searching by an address alone: first about how many children, then, if asked for, who they are.

Each step is an event in the transaction of its look-up, and runs policies and look-up anew. More
than ten children are never listed, and there is no second page.
"""

from __future__ import annotations

from typing import cast

from django.db import transaction

from accounts.acting import Acting
from accounts.models import User
from accounts.policies import Decision, first_no, require
from accounts.policies.decisions import ALLOWED
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append
from records.access.facts import asked_facts, homes_of, look_facts, request_facts
from records.access.searching import Found, SearchAnswer, record_refused, terms_payload
from records.held import Held, HeldSearch, address_searches_held, hold_address_search, take_step
from records.models import AddressStep
from records.policies import (
    NOT_AN_ADDRESS_SEARCH,
    NOT_CONFIRMED,
    RANGE_FIRST,
    can_search_by_address,
)
from records.purposes import Reason
from records.queries import result_rows
from records.search import Band, Refusal, children_at

PERMISSION = Permission.SEARCH_BY_ADDRESS.value
MOST_ALIVE = 10  # searches by address that one account may begin in a quarter of an hour
NAME_OR_BIRTH = Refusal(
    "too_many",
    "More than 10 children are recorded at this postcode.",
    "Search again with a name or the date of birth as well as the postcode.",
)


def ask_by_address(*, postcode: str, reason: Reason, by: Acting) -> Held | None:
    """Keeps a search by address for its first answer; None, with an event, when there were too many
    of them just now.

    The account is locked meanwhile, so that many windows begin no more than one. Raises `Refused`.
    """
    require(can_search_by_address(by, reason), permission=PERMISSION)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=cast(User, by.user).pk)
        if address_searches_held(by) < MOST_ALIVE:
            return hold_address_search(postcode=postcode, reason=reason, by=by)
        append(
            EventType.SEARCH_LIMITED,
            actor=by.actor,
            outcome=Outcome.DENIED,
            reason="too-many-by-address",
            purpose=reason.purpose.value,
        )
    return None


def count_at_address(*, request: HeldSearch, by: Acting) -> Band:
    """About how many children are recorded at the postcode, and the event of telling it.

    Raises `Refused`.
    """
    require(
        first_no(can_search_by_address(by, request.reason), _reached(request, AddressStep.ASKED)),
        permission=PERMISSION,
    )
    with transaction.atomic():
        band = Band.of(len(children_at(request.terms.postcode)))
        is_first = take_step(request.key, AddressStep.COUNTED)
        append(
            EventType.SEARCH_PERFORMED,
            actor=by.actor,
            purpose=request.reason.purpose.value,
            enquiry_id=request.reason.enquiry_id,
            query_fields=request.terms.fields_used(),
            result_count=0,
            facts=asked_facts(request),
            detail={
                "band": band.value,
                "redisplay": not is_first,
                "search_key": str(request.key),
            },
            payload=terms_payload(request),
        )
    return band


def confirm_address_search(*, request: HeldSearch, by: Acting) -> None:
    """Somebody who has seen the range asks for the children; nothing is shown yet.

    Raises `Refused`.
    """
    require(
        first_no(can_search_by_address(by, request.reason), _reached(request, AddressStep.COUNTED)),
        permission=PERMISSION,
    )
    take_step(request.key, AddressStep.CONFIRMED)


def show_at_address(*, request: HeldSearch, redisplay: bool = False, by: Acting) -> SearchAnswer:
    """The children recorded at the postcode, at most ten, and the event of showing them.

    Raises `Refused`.
    """
    require(
        first_no(
            can_search_by_address(by, request.reason), _reached(request, AddressStep.CONFIRMED)
        ),
        permission=PERMISSION,
    )
    with transaction.atomic():
        hits = children_at(request.terms.postcode)
        if Band.of(len(hits)) is Band.MANY:  # somebody moved in since they were counted
            record_refused(request, NAME_OR_BIRTH, by)
            return SearchAnswer(NAME_OR_BIRTH, ())
        rows = result_rows([hit.child_id for hit in hits])
        found = tuple(Found(rows[hit.child_id], hit) for hit in hits)
        _record_shown(request, found, redisplay, by)
    return SearchAnswer(None, found)


def _record_shown(
    request: HeldSearch, found: tuple[Found, ...], redisplay: bool, by: Acting
) -> None:
    ids = [each.hit.child_id for each in found]
    append(
        EventType.SEARCH_PERFORMED,
        actor=by.actor,
        purpose=request.reason.purpose.value,
        enquiry_id=request.reason.enquiry_id,
        query_fields=request.terms.fields_used(),
        **look_facts(
            shown=[name.family_name for each in found for name in each.row.names],
            homes=lambda: homes_of(ids),
            asked=request_facts(request),
            by=by,
        ),
        result_count=len(found),
        result_ids=ids,
        detail={"redisplay": redisplay, "search_key": str(request.key)},
        payload=terms_payload(request),
    )


_SKIPPED: dict[AddressStep, Decision] = {
    AddressStep.ASKED: NOT_AN_ADDRESS_SEARCH,
    AddressStep.COUNTED: RANGE_FIRST,
    AddressStep.CONFIRMED: NOT_CONFIRMED,
}


def _reached(request: HeldSearch, step: AddressStep) -> Decision:
    """Whether this search by address has come as far as `step`."""
    if request.address_step is None:
        return NOT_AN_ADDRESS_SEARCH
    steps = list(AddressStep)
    return ALLOWED if steps.index(request.address_step) >= steps.index(step) else _SKIPPED[step]
