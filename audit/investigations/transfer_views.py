"""A case goes to another team: the asking, and the other team\u2019s answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.policies import Decision, require
from accounts.refusals import record_refusal
from accounts.roles import Permission
from audit.investigations.forms import OfferForm, WordsForm
from audit.investigations.models import Investigation
from audit.investigations.policies import (
    NoSuchInvestigation,
    can_accept,
    can_transfer,
    has_reviewer_left,
)
from audit.investigations.reading import find_case
from audit.investigations.transfer import accept, decline, offer, teams_to_offer


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def transfer(request: Request, key: UUID) -> HttpResponse:
    """Which team is asked, and why."""
    case = _case_or_404(request, key)
    _require(can_transfer(request.acting, case), case)
    teams = teams_to_offer(case)
    form = OfferForm(posted_or_held(request), teams=teams, label="Ask this team")
    if request.method != "POST" or not form.is_valid():
        context: dict[str, Any] = {"case": case, "form": form, "teams": teams}
        context["nobody_left"] = not has_reviewer_left(case.person)
        return render(request, "investigations/transfer.html", context)
    offer(case=case, to=form.to, said=form.cleaned_data["said"], by=request.acting)
    messages.success(request, "The team is asked. The case stays where it is until it accepts.")
    return redirect("investigations:case", key=key)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def offered(request: Request, key: UUID) -> HttpResponse:
    """Take it over, or say why not."""
    case = _case_or_404(request, key)
    _require(can_accept(request.acting, case), case)
    if request.method == "POST" and "accept" in request.POST:
        accept(case=case, by=request.acting)
        messages.success(request, "The case is yours. A finding is due within ten working days.")
        return redirect("investigations:case", key=key)
    form = WordsForm(posted_or_held(request), label="Do not take it over")
    if request.method != "POST" or not form.is_valid():
        return render(request, "investigations/offered.html", {"case": case, "form": form})
    decline(case=case, said=form.cleaned_data["said"], by=request.acting)
    messages.success(request, "The other team is told that you do not take it over.")
    return redirect("investigations:cases")


def _require(decision: Decision, case: Investigation) -> None:
    require(
        decision,
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=case.pk,
    )


def _case_or_404(request: Request, key: UUID) -> Investigation:
    try:
        return find_case(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        record_refusal(request.acting, refused)
        raise Http404 from refused
