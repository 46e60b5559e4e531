"""Looking up for a colleague: the request, the call back, the search, the answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from accounts.policies import Refused, require_permission
from accounts.refusals import record_refusal
from accounts.roles import Permission
from records.actions.enquiries import choose_enquiry
from records.actions.mediation import answer_request, request_mediation, verify_requester
from records.enquiries import work_under
from records.forms.base import posted
from records.forms.mediation import MediationForm, OutcomeForm
from records.held import hold_draft
from records.mediation import RequestView, asked_in_name_of, request_of, requests_of
from records.models import MediationOutcome
from records.policies.mediation import NOT_YOURS
from records.purposes import Purpose

CODE = "mediation_code"
OVER = "This request is over. Record a new one if they still need something."


@require_safe
def requests(request: Request) -> HttpResponse:
    """The operator's requests that are not answered."""
    require_permission(request.acting, Permission.MEDIATE)
    return render(request, "records/mediation.html", {"requests": requests_of(request.acting)})


@require_safe
def asked_for_me(request: Request) -> HttpResponse:
    """What was looked up in one's own name: when, by whom, for which reason."""
    require_permission(request.acting, Permission.SEARCH)
    asked = [
        {"asked": each, "purpose": Purpose(each.purpose).label}
        for each in asked_in_name_of(request.acting)
    ]
    return render(request, "records/asked_for_me.html", {"asked": asked})


@require_http_methods(["GET", "POST"])
def new_request(request: Request) -> HttpResponse:
    """Who asks and why, before anything is looked up."""
    require_permission(request.acting, Permission.MEDIATE)
    form = MediationForm(posted(request), acting=request.acting)
    if form.is_valid():
        made = request_mediation(new=form.new, by=request.acting)
        if made.code:
            request.session[CODE] = [str(made.request.key), made.code]
        return redirect("records:mediation-request", key=made.request.key)
    context = {
        "form": form,
        "title": "Look something up for a colleague",
        "back": reverse("records:mediation"),
        "said": "Write down who asks, and why, before you look. You then ring them back. Both of"
        " you stand on every event.",
    }
    return render(request, "records/work_form.html", context)


@require_http_methods(["GET", "POST"])
def mediation_request(request: Request, key: UUID) -> HttpResponse:
    """One request and its next step: ring back, look, or say how it ended."""
    require_permission(request.acting, Permission.MEDIATE)
    shown = _own_or_404(request, key)
    form = OutcomeForm(posted(request), acting=request.acting)
    if form.is_valid():
        outcome = MediationOutcome(form.cleaned_data["outcome"])
        if answer_request(key=key, outcome=outcome, by=request.acting):
            messages.success(request, f"The request is ended: {outcome.label}.")
        else:
            messages.error(request, OVER)
        return redirect("records:mediation")
    context = {
        "form": form,
        "request_shown": shown,
        "code": _code_for(request, key),
    }
    return render(request, "records/mediation_request.html", context)


@require_POST
def verify(request: Request, key: UUID) -> HttpResponse:
    """They were rung back: on their number on file, or they said the code."""
    require_permission(request.acting, Permission.MEDIATE)
    _own_or_404(request, key)
    if verify_requester(key=key, code=request.POST.get("code", ""), by=request.acting):
        request.session.pop(CODE, None)
        messages.success(request, "They are verified. You can look now.")
    else:
        messages.error(
            request, "That is not the code, or the request is over. After three wrong codes it is."
        )
    return redirect("records:mediation-request", key=key)


@require_POST
def look(request: Request, key: UUID) -> HttpResponse:
    """The search form, with what the caller said of the child filled in."""
    require_permission(request.acting, Permission.MEDIATE)
    shown = _own_or_404(request, key)
    enquiry = shown.enquiry_key and choose_enquiry(key=shown.enquiry_key, by=request.acting)
    if not enquiry:
        messages.error(request, OVER)
        return redirect("records:mediation-request", key=key)
    work_under(request, enquiry.key)
    typed = {name: shown.said_of_child.get(name, "") for name in ("given_name", "family_name")}
    reason = {"purpose": Purpose.MEDIATED.value, "case_reference": shown.enquiry_reference}
    draft = hold_draft(posted={**typed, **reason}, user_id=request.user.pk)
    return redirect(f"{reverse('records:search')}?draft={draft}")


def _code_for(request: Request, key: UUID) -> str:
    """The code to tell the caller: in this session alone, until it was said back."""
    kept = request.session.get(CODE) or ["", ""]
    return str(kept[1]) if kept[0] == str(key) else ""


def _own_or_404(request: Request, key: UUID) -> RequestView:
    """A request of this operator; a guess leaves an event and gives 404."""
    found = request_of(key, request.acting)
    if found is None:
        record_refusal(request.acting, Refused(NOT_YOURS, permission=Permission.MEDIATE.value))
        raise Http404
    return found
