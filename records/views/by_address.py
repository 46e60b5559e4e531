"""Searching by address alone, in its pages: the form, about how many, and, if asked for, who."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from accounts.policies import require
from accounts.roles import Permission
from records.access import (
    ask_by_address,
    confirm_address_search,
    count_at_address,
    show_at_address,
)
from records.enquiries import current_enquiry, work_under
from records.forms.base import posted
from records.forms.by_address import AddressSearchForm
from records.policies import can_start_by_address
from records.views.searching import SHOWN, held_search_or_404
from records.visibility import present_result

TOO_MANY_JUST_NOW = (
    "You have searched by address too often in the last 15 minutes. Wait a little, or search by the"
    " child's name and date of birth"
)


@require_http_methods(["GET", "POST"])
def search_by_address(request: Request) -> HttpResponse:
    """The form; posted, the postcode is kept encrypted and an opaque id takes its place."""
    _require_allowed(request)
    form = AddressSearchForm(
        posted(request), acting=request.acting, enquiry=current_enquiry(request)
    )
    if form.is_valid():
        held = ask_by_address(
            postcode=form.cleaned_data["postcode"], reason=form.reason, by=request.acting
        )
        if held:
            work_under(request, held.enquiry.key)
            return redirect("records:address-range", key=held.key)
        form.add_error(None, TOO_MANY_JUST_NOW)
    return render(request, "records/search_by_address.html", {"form": form})


@require_safe
def address_range(request: Request, key: UUID) -> HttpResponse:
    """About how many children, and whether they can be shown."""
    _require_allowed(request)
    held = held_search_or_404(request, key)
    band = count_at_address(request=held, by=request.acting)
    context = {"search_key": key, "band": band, "reason": held.reason}
    return render(request, "records/address_range.html", context)


@require_POST
def confirm(request: Request, key: UUID) -> HttpResponse:
    """The button below the range: asks for the children and discloses nothing itself."""
    _require_allowed(request)
    confirm_address_search(request=held_search_or_404(request, key), by=request.acting)
    return redirect("records:address-children", key=key)


@require_safe
def children(request: Request, key: UUID) -> HttpResponse:
    """The children, at most ten; shown again, it is recorded again."""
    _require_allowed(request)
    held = held_search_or_404(request, key)
    answer = show_at_address(
        request=held, redisplay=request.session.get(SHOWN) == str(key), by=request.acting
    )
    request.session[SHOWN] = str(key)
    context = {
        "search_key": key,
        "refusal": answer.refusal,
        "results": [present_result(found.row, found.hit) for found in answer.found],
        "reason": held.reason,
    }
    return render(request, "records/address_children.html", context)


def _require_allowed(request: Request) -> None:
    require(can_start_by_address(request.acting), permission=Permission.SEARCH_BY_ADDRESS.value)
