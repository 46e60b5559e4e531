"""My enquiries: go on with one in a click, close it, hand it over."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from accounts.policies import Refused, deny, require_permission
from accounts.refusals import record_refusal
from accounts.roles import Permission
from records.actions.enquiries import choose_enquiry, close_enquiry, hand_over_enquiry
from records.enquiries import OpenEnquiry, current_enquiry, enquiries_of, work_under
from records.forms.base import posted
from records.forms.enquiries import HandOverForm

NOT_YOURS = deny(
    "enquiry-not-yours",
    "There is no such enquiry of yours.",
    "Choose one from your enquiries, or state your reason to open a new one.",
)
OVER = "That enquiry is closed, or a colleague has it now. State your reason to open your own."


@require_safe
def my_enquiries(request: Request) -> HttpResponse:
    """What I am looking into, last used first."""
    require_permission(request.acting, Permission.SEARCH)
    current = current_enquiry(request)
    context = {"enquiries": enquiries_of(request.acting), "current": current and current.key}
    return render(request, "records/my_enquiries.html", context)


@require_POST
def choose(request: Request, key: UUID) -> HttpResponse:
    """One click: the search form is there, with the reason filled in."""
    require_permission(request.acting, Permission.SEARCH)
    if choose_enquiry(key=key, by=request.acting) is None:
        messages.error(request, OVER)
        return redirect("records:my-enquiries")
    work_under(request, key)
    return redirect("records:search")


@require_POST
def close(request: Request, key: UUID) -> HttpResponse:
    """Ends it. Looking again opens a new one, so nothing is lost and nothing need be confirmed."""
    require_permission(request.acting, Permission.SEARCH)
    if close_enquiry(key=key, by=request.acting):
        messages.success(request, "The enquiry is closed.")
    else:
        messages.error(request, OVER)
    return redirect("records:my-enquiries")


@require_http_methods(["GET", "POST"])
def hand_over(request: Request, key: UUID) -> HttpResponse:
    """To whom; then it is theirs, and they are told."""
    require_permission(request.acting, Permission.SEARCH)
    enquiry = _own_or_404(request, key)
    form = HandOverForm(posted(request), acting=request.acting)
    if form.is_valid():
        if hand_over_enquiry(key=key, to=form.cleaned_data["colleague"], by=request.acting):
            messages.success(request, "The enquiry is handed over. Your colleague is told.")
        else:
            messages.error(request, OVER)
        return redirect("records:my-enquiries")
    context = {"form": form, "enquiry": enquiry}
    return render(request, "records/hand_over_enquiry.html", context)


def _own_or_404(request: Request, key: UUID) -> OpenEnquiry:
    found = next((e for e in enquiries_of(request.acting) if e.key == key), None)
    if found is None:
        record_refusal(request.acting, Refused(NOT_YOURS, permission=Permission.SEARCH.value))
        raise Http404
    return found
