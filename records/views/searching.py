"""Searching: the form, its POST that discloses nothing, and the GET that searches and records."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request
from accounts.policies import can, require_permission
from accounts.roles import Permission
from records.access import ask, record_expired_search, search_records
from records.enquiries import current_enquiry, work_under
from records.forms.search import SearchForm
from records.held import HeldSearch, find_draft, find_search, hold_draft
from records.policies import can_start_by_address
from records.visibility import present_result

SHOWN = "shown_search"
TOO_MANY_JUST_NOW = (
    "You have searched more often just now than a person can type. Wait a minute, then search"
    " again. Nothing you typed is lost"
)


@require_http_methods(["GET", "POST"])
def search(request: Request) -> HttpResponse:
    """The form; posted, the terms are kept encrypted and an opaque id takes their place."""
    require_permission(request.acting, Permission.SEARCH)
    enquiry = current_enquiry(request)
    form = SearchForm(_typed(request), acting=request.acting, enquiry=enquiry)
    too_many = False
    if request.method == "POST" and form.is_valid():
        held = ask(terms=form.terms, reason=form.reason, by=request.acting)
        if held:
            work_under(request, held.enquiry.key)
            return redirect("records:search-results", key=held.key)
        form.add_error(None, TOO_MANY_JUST_NOW)
        too_many = True
    context = {
        "form": form,
        "enquiry": enquiry,
        "may_search_by_address": can_start_by_address(request.acting).allowed,
        "may_receive_referral": can(request.acting, Permission.RECEIVE_REFERRAL).allowed,
    }
    return render(request, "records/search.html", context, status=429 if too_many else 200)


def _typed(request: Request) -> Any:
    """What to fill the form with: this POST, a draft of the same account, or nothing."""
    if request.method == "POST":
        return request.POST
    draft = as_uuid(request.GET.get("draft", ""))
    return find_draft(draft, request.user.pk) if draft else None


def _hold_form(request: Request) -> str:
    """Keeps a posted form whose session has ended; its owner finds it again after signing in."""
    posted = {name: request.POST[name] for name in request.POST if name in _BOXES}
    key = hold_draft(posted=posted, user_id=request.user.pk)
    return f"{reverse('records:search')}?draft={key}"


_BOXES = {
    *SearchForm.base_fields.keys() - {"date_of_birth"},
    *(f"date_of_birth_{box}" for box in range(3)),
}
search.hold_form = _hold_form  # type: ignore[attr-defined]  # read by accounts.middleware


@require_safe
def search_results(request: Request, key: UUID) -> HttpResponse:
    """Searches and records in one transaction; shown again, it is recorded again."""
    require_permission(request.acting, Permission.SEARCH)
    held = held_search_or_404(request, key)
    answer = search_records(
        request=held, redisplay=request.session.get(SHOWN) == str(key), by=request.acting
    )
    request.session[SHOWN] = str(key)
    context = {
        "search_key": key,
        "refusal": answer.refusal,
        "results": [present_result(found.row, found.hit) for found in answer.found],
        "best_is_strong": answer.best_is_strong,
        "has_strong": answer.has_strong,
        "reason": held.reason,
        "may_create": can(request.acting, Permission.CREATE_RECORD).allowed,
        "may_search_by_address": can_start_by_address(request.acting).allowed,
    }
    return render(request, "records/search_results.html", context)


def held_search_or_404(request: Request, key: UUID) -> HeldSearch:
    """The held search of this person, session and role; else an event and 404."""
    held = find_search(key, request.acting)
    if held is None:
        record_expired_search(by=request.acting)
        raise Http404
    return held


def as_uuid(text: str) -> UUID | None:
    """An opaque key from a query or a form, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None
