"""The officer's pages: the queue, taking an application, returning, accrediting, refusing; and
withdrawing and sanctioning what is accredited.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.access import preview_sanction
from accounts.accrediting import pages
from accounts.accrediting.changes import changes_of
from accounts.actions.sanctions import level_of
from accounts.forms.applying import TextForm
from accounts.forms.deciding import ApprovalForm, RoundForm, SanctionForm, SeenForm
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.impact import Impact
from accounts.models import AccreditationApplication, Organisation
from accounts.policies import OVERTAKEN, can_accredit, can_decide, require
from accounts.roles import Permission
from accounts.states import SanctionLevel


@require_safe
def queue(request: Request) -> HttpResponse:
    """What waits for a decision, the soonest due first."""
    page = pages.queue(number=request.GET.get("page"), by=request.acting)
    context = {"page": page, "overdue": pages.overdue(page)}
    return render(request, "accounts/applications.html", context)


def _case(request: Request, key: UUID) -> AccreditationApplication:
    """The application, for who may decide on it."""
    shown = pages.application_shown(key=key, by=request.acting)
    require(
        can_decide(request.acting, shown),
        permission=Permission.ACCREDIT,
        target_type="accreditation_application",
        target_id=shown.pk,
    )
    return shown


@require_POST
def take(request: Request, key: UUID) -> HttpResponse:
    """The button "Begin the review"."""
    shown = _case(request, key)
    actions.take_application(application=shown, by=request.acting)
    messages.success(request, "You have begun the review.")
    return redirect("accounts:application", key=shown.key)


@require_http_methods(["GET", "POST"])
def ask(request: Request, key: UUID) -> HttpResponse:
    """Returns the application with a question."""
    shown = _case(request, key)
    form = TextForm(
        request.POST or None,
        label="Your question",
        button="Return with this question",
        missing="Enter your question",
        seen=shown.round,
    )
    if request.method == "POST" and form.is_valid():
        actions.ask_question(
            application=shown,
            seen=_seen(request, shown),
            text=form.cleaned_data["text"],
            by=request.acting,
        )
        messages.success(request, "The application is returned with your question.")
        return redirect("accounts:applications")
    return _text_page(request, shown, form, "Return the application with a question")


@require_http_methods(["GET", "POST"])
def refuse(request: Request, key: UUID) -> HttpResponse:
    """Refuses with a reason the applicant is shown."""
    shown = _case(request, key)
    form = TextForm(
        request.POST or None,
        label="Your reason, which the applicant will read",
        button="Refuse the application",
        missing="Enter your reason",
        longest=400,
        dangerous=True,
        seen=shown.round,
    )
    if request.method == "POST" and form.is_valid():
        actions.refuse_application(
            application=shown,
            seen=_seen(request, shown),
            reason=form.cleaned_data["text"],
            by=request.acting,
        )
        messages.success(request, "The application is refused.")
        return redirect("accounts:accreditation", key=shown.organisation.key)
    return _text_page(request, shown, form, "Refuse this application")


def _seen(request: Request, shown: AccreditationApplication) -> int:
    """The submission the page showed; a form without it has seen none."""
    form = RoundForm(request.POST)
    if not form.is_valid():
        require(OVERTAKEN, target_type="accreditation_application", target_id=shown.pk)
    return int(form.cleaned_data["round"])


def _text_page(
    request: Request, shown: AccreditationApplication, form: TextForm, title: str
) -> HttpResponse:
    context = {"form": form, "application": shown, "title": title}
    return render(request, "accounts/decide_with_words.html", context)


@require_http_methods(["GET", "POST"])
def approve(request: Request, key: UUID) -> HttpResponse:
    """From when until when, with the evidence once more in view; then it counts."""
    shown = _case(request, key)
    form = ApprovalForm(request.POST or None, application=shown)
    if request.method == "POST" and form.is_valid():
        actions.approve_application(
            application=shown,
            seen=form.cleaned_data["round"],
            valid_from=form.cleaned_data["valid_from"],
            valid_until=form.cleaned_data["valid_until"],
            by=request.acting,
        )
        messages.success(request, "The organisation is accredited.")
        return redirect("accounts:accreditation", key=shown.organisation.key)
    context = {
        "form": form,
        "application": shown,
        "tasks": pages.tasks_of(shown),
        "changes": changes_of(shown),
    }
    return render(request, "accounts/approve_application.html", context)


def _sanctionable(request: Request, key: UUID) -> Organisation:
    organisation = pages.organisation_shown(key=key, by=request.acting)
    require(
        can_accredit(request.acting, organisation),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )
    return organisation


@keeps_form
@require_http_methods(["GET", "POST"])
def sanction(request: Request, key: UUID) -> HttpResponse:
    """A level and a reason; whom it would touch; and only then the act."""
    organisation = _sanctionable(request, key)
    current = level_of(organisation)
    form = SanctionForm(posted_or_held(request), current=current)
    context: dict[str, Any] = {"organisation": organisation, "current": current, "form": form}
    if not form.is_bound or not form.is_valid():
        return render(request, "accounts/sanction.html", context)
    seen = SeenForm(request.POST)
    if request.method == "POST" and seen.is_valid():
        try:
            return _sanctioned(request, organisation, form, seen)
        except actions.ImpactChanged as changed:
            context |= {"impact": changed.impact, "was": _impact_of(seen)}
    else:
        context["impact"] = preview_sanction(organisation=organisation, by=request.acting)
    return render(request, "accounts/sanction_preview.html", context)


def _sanctioned(
    request: Request, organisation: Organisation, form: SanctionForm, seen: SeenForm
) -> HttpResponse:
    reason, was = form.cleaned_data["reason"], _impact_of(seen)
    levels = {level.code: level for level in SanctionLevel}
    shown = actions.Seen(levels.get(seen.cleaned_data["seen_level"]), was.users)
    if form.chosen is None:
        now = actions.lift_sanction(
            organisation=organisation, reason=reason, seen=shown, by=request.acting
        )
        done = "The sanction is lifted."
    else:
        now = actions.sanction_organisation(
            organisation=organisation,
            level=form.chosen,
            reason=reason,
            seen=shown,
            by=request.acting,
        )
        done = f"The sanction holds: {form.chosen.label.lower()}."
    messages.success(request, f"{done} {_touched(now, was)}")
    return redirect("accounts:accreditation", key=organisation.key)


def _impact_of(seen: SeenForm) -> Impact:
    given = seen.cleaned_data
    return Impact(given["seen_users"], given["seen_sessions"], given["seen_enquiries"])


def _touched(now: Impact, was: Impact) -> str:
    """What it touched, and what the officer had been shown if that was otherwise."""
    words = f"It touches {now.words}."
    return words if now == was else f"{words} When you looked it was {was.words}."


@keeps_form
@require_http_methods(["GET", "POST"])
def withdraw(request: Request, key: UUID) -> HttpResponse:
    """Ends the accreditation for good, after showing whom that touches."""
    organisation = _sanctionable(request, key)
    form = TextForm(
        posted_or_held(request),
        label="Your reason, which the organisation will read",
        button="Withdraw the accreditation",
        missing="Enter your reason",
        longest=400,
        dangerous=True,
    )
    live = organisation.accreditations.filter(status="accredited").first()
    if request.method == "POST" and form.is_valid() and live is not None:
        actions.withdraw_accreditation(
            accreditation=live, reason=form.cleaned_data["text"], by=request.acting
        )
        messages.success(request, "The accreditation is withdrawn.")
        return redirect("accounts:accreditation", key=organisation.key)
    impact = preview_sanction(organisation=organisation, by=request.acting)
    context = {"form": form, "organisation": organisation, "impact": impact, "live": live}
    return render(request, "accounts/withdraw_accreditation.html", context)
