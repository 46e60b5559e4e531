"""Making a record: the terms of a fruitless search carried over, then a look for the same child."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.acting import Acting
from accounts.http import Request
from accounts.policies import require_permission
from accounts.roles import Permission
from records.access import Found, search_records
from records.actions import create_record
from records.actions.enquiries import open_enquiry
from records.forms.base import posted
from records.forms.creating import NewChildForm
from records.held import HeldSearch, find_search, hold_search
from records.presented import ResultView
from records.reasons import state_reason
from records.views.searching import as_uuid
from records.visibility import present_result


@require_http_methods(["GET", "POST"])
def new_record(request: Request) -> HttpResponse:
    """The form; posted, a recorded look for the same child comes before anything is made."""
    require_permission(request.acting, Permission.CREATE_RECORD)
    form = NewChildForm(posted(request), acting=request.acting, initial=_carried_over(request))
    results: list[ResultView] = []
    if form.is_valid():
        if _was_warned(form, request.acting):
            return _created(request, form)
        key, alike = _look(form, request.acting)
        if not alike:
            return _created(request, form)
        form.warn(key)
        results = [present_result(found.row, found.hit) for found in alike]
    context = {"form": form, "results": results, "search_key": form.data.get("looked_up")}
    return render(request, "records/new_record.html", context)


def _created(request: Request, form: NewChildForm) -> HttpResponse:
    child = create_record(new=form.new, by=request.acting)
    enquiry = open_enquiry(reason=form.reason, by=request.acting)
    state_reason(request, child.key, form.reason.under(enquiry.pk))
    messages.success(request, "The record has been created.")
    return redirect("records:record", key=child.key)


def _look(form: NewChildForm, by: Acting) -> tuple[UUID, tuple[Found, ...]]:
    """The key of a recorded look for the new child, and the strong matches."""
    held = hold_search(terms=form.terms, reason=form.reason, by=by)
    request = HeldSearch(held.key, form.terms, form.reason.under(held.enquiry.pk))
    found = search_records(request=request, by=by).found
    return held.key, tuple(each for each in found if each.hit.strong)


def _was_warned(form: NewChildForm, by: Acting) -> bool:
    """Whether this person has seen what is alike, for these very terms, and said so."""
    key = form.cleaned_data["looked_up"]
    if not (form.cleaned_data["is_another_child"] and key):
        return False
    held = find_search(key, by)
    return held is not None and held.terms == form.terms


def _carried_over(request: Request) -> dict[str, Any]:
    """The terms of this person's own search, to begin with."""
    key = as_uuid(request.GET.get("search", ""))
    held = find_search(key, request.acting) if key else None
    if held is None:
        return {}
    terms = held.terms
    return {
        "family_name": terms.family_name,
        "given_name": terms.given_name,
        "date_of_birth": terms.date_of_birth,
        "sex": terms.sex or "N",
        "postcode": terms.postcode,
        "identifier": terms.identifier,
        "case_reference": held.reason.case_reference,
    }
