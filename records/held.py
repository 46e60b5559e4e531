"""Search forms between their POST and their GET: kept encrypted, bound to their sender, soon gone.

Nothing is searched here and nothing disclosed; that is `access.py`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.encryption import decrypt, encrypt
from accounts.models import User
from accounts.policies import require
from accounts.prepared import Prepared
from accounts.roles import Permission
from records.actions.enquiries import open_enquiry
from records.models import AddressStep, Enquiry, SearchRequest
from records.policies import can_search, can_search_by_address
from records.purposes import Purpose, Reason
from records.search.criteria import follows
from records.search.terms import SearchTerms, TypedDate

SEARCH_LIVES = timedelta(minutes=15)
DRAFT_LIVES = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class HeldSearch:
    """A search request with its terms readable."""

    key: UUID
    terms: SearchTerms
    reason: Reason
    address_step: AddressStep | None = None  # None: not a search by address alone
    follows_previous: bool = False  # comes after the one before it, in a list


@dataclass(frozen=True, slots=True)
class Held:
    """The opaque key of a search that was posted, and the enquiry it is made under."""

    key: UUID
    enquiry: Enquiry


def hold_search(*, terms: SearchTerms, reason: Reason, by: Acting) -> Held:
    """Keeps a posted search for its GET, under an enquiry. Raises `Refused`."""
    require(can_search(by, reason), permission=Permission.SEARCH.value)
    return _hold(terms, reason, "", by)


def hold_address_search(*, postcode: str, reason: Reason, by: Acting) -> Held:
    """Keeps a posted search by address alone, of which nothing is shown yet. Raises `Refused`."""
    require(can_search_by_address(by, reason), permission=Permission.SEARCH_BY_ADDRESS.value)
    return _hold(SearchTerms(postcode=postcode), reason, AddressStep.ASKED, by)


def _hold(terms: SearchTerms, reason: Reason, address_step: str, by: Acting) -> Held:
    with transaction.atomic():
        kept = {
            "terms": asdict(terms),
            "purpose": reason.purpose.value,
            "case_reference": reason.case_reference,
            "follows_previous": follows(terms, _terms_before(by)),
        }
        enquiry = open_enquiry(reason=reason, by=by)
        request = SearchRequest.objects.create(
            user=cast(User, by.user),  # `the policies refuse nobody's search
            session_ref=by.actor.session_ref,
            grant_id=by.actor.grant_id,
            enquiry=enquiry,
            terms=_seal(kept),
            address_step=address_step,
        )
    return Held(request.key, enquiry)


def _terms_before(by: Acting) -> SearchTerms | None:
    """Those of the newest search that this account posted, while it is held."""
    held = SearchRequest.objects.filter(
        user=by.user, is_draft=False, created_at__gt=Now() - SEARCH_LIVES
    )
    newest = held.order_by("-created_at", "-pk").first()
    return _terms(_unseal(newest.terms)) if newest else None


def searches_held(by: Acting, within: timedelta = SEARCH_LIVES) -> int:
    """How many searches this account posted just now, in any session and role."""
    return SearchRequest.objects.filter(
        user=by.user, is_draft=False, created_at__gt=Now() - within
    ).count()


def address_searches_held(by: Acting) -> int:
    """How many searches by address this account has alive, in any session and role."""
    alive = SearchRequest.objects.filter(user=by.user, created_at__gt=Now() - SEARCH_LIVES)
    return alive.exclude(address_step="").count()


def take_step(key: UUID, step: AddressStep) -> bool:
    """Moves a search by address to `step`; False when it does not stand at the one before."""
    steps = list(AddressStep)
    before = steps[steps.index(step) - 1]
    moved = SearchRequest.objects.filter(key=key, address_step=before)
    return moved.update(address_step=step) == 1


def find_search(key: UUID, by: Acting) -> HeldSearch | None:
    """The held search of this account, session and grant, if alive in database time and its enquiry
    still open and one's own.
    """
    alive = _ALIVE.ask(key, by.user.pk) if by.user else []
    own = (
        request
        for request in alive
        if request.grant_id == by.actor.grant_id
        and bytes(request.session_ref or b"") == by.actor.session_ref
    )
    return next(map(_opened, own), None)


def _alive(key: UUID, user_id: int) -> QuerySet[SearchRequest]:
    return SearchRequest.objects.filter(
        key=key,
        is_draft=False,
        user=user_id,
        created_at__gt=Now() - SEARCH_LIVES,
        enquiry__closed_at__isnull=True,
        enquiry__holder=user_id,
    )


_ALIVE: Prepared[SearchRequest] = Prepared("records_searchrequest_alive", _alive, UUID, int)


def hold_draft(*, posted: dict[str, str], user_id: int) -> UUID:
    """Keeps a form whose session ended, for the same account to find after signing in again."""
    request = SearchRequest.objects.create(user_id=user_id, terms=_seal(posted), is_draft=True)
    return request.key


def find_draft(key: UUID, user_id: int) -> dict[str, str] | None:
    """What that account had typed, or nothing when it is too old or another's."""
    request = SearchRequest.objects.filter(
        key=key, is_draft=True, user_id=user_id, created_at__gt=Now() - DRAFT_LIVES
    ).first()
    return _unseal(request.terms) if request else None


def forget_old() -> int:
    """Deletes what is past its time; returns how many rows."""
    past = Q(is_draft=False, created_at__lte=Now() - SEARCH_LIVES) | Q(
        is_draft=True, created_at__lte=Now() - DRAFT_LIVES
    )
    return SearchRequest.objects.filter(past).delete()[0]


def _opened(request: SearchRequest) -> HeldSearch:
    kept = _unseal(request.terms)
    reason = Reason(Purpose(kept["purpose"]), kept["case_reference"], request.enquiry_id)
    step = AddressStep(request.address_step) if request.address_step else None
    follows_previous = bool(kept.get("follows_previous"))  # one held before this was kept says no
    return HeldSearch(request.key, _terms(kept), reason, step, follows_previous)


def _terms(kept: dict[str, Any]) -> SearchTerms:
    terms = dict(kept["terms"])
    if terms["date_of_birth"]:
        terms["date_of_birth"] = TypedDate(**terms["date_of_birth"])
    return SearchTerms(**terms)


def _seal(value: dict[str, Any]) -> str:
    return encrypt(json.dumps(value))


def _unseal(text: str) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(decrypt(text))
    return kept
