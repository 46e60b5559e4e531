"""Referrals: what waits for our answer; one more in seconds; answer it, pass it on."""

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
from records.access import find_record
from records.actions.referrals import (
    answer_referral,
    name_child,
    pass_on_referral,
    record_referral,
)
from records.forms.base import posted
from records.forms.referrals import AnswerReferralForm, PassOnForm, ReferralForm
from records.models import Answer, ChildRecord, Referral
from records.policies import can_answer_referral
from records.policies.referrals import NOT_YOURS
from records.reasons import stated_reason
from records.referrals import answered_at, referrals_at, shown_referral
from records.views.searching import as_uuid

OVER = "That referral was answered meanwhile."


@require_safe
def referrals(request: Request) -> HttpResponse:
    """What waits at the organisation acted for, and what was answered last."""
    require_permission(request.acting, Permission.RECEIVE_REFERRAL)
    context = {"waiting": referrals_at(request.acting), "answered": answered_at(request.acting)}
    return render(request, "records/referrals.html", context)


@require_http_methods(["GET", "POST"])
def new_referral(request: Request) -> HttpResponse:
    """A call has come and nothing is looked up yet; then the search begins."""
    require_permission(request.acting, Permission.RECEIVE_REFERRAL)
    form = ReferralForm(posted(request), acting=request.acting)
    if form.is_valid():
        record_referral(new=form.new, child=None, by=request.acting)
        messages.success(
            request,
            "The referral is recorded. When you have opened the child\u2019s record, say there that"
            " it is the one.",
        )
        return redirect("records:search")
    return _form_page(request, form, "Record a referral", reverse("records:referrals"))


@require_http_methods(["GET", "POST"])
def refer_child(request: Request, key: UUID) -> HttpResponse:
    """A referral about the child whose record is open."""
    require_permission(request.acting, Permission.RECEIVE_REFERRAL)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key)
    form = ReferralForm(posted(request), acting=request.acting)
    if form.is_valid():
        record_referral(new=form.new, child=child, by=request.acting)
        messages.success(request, "The referral is recorded.")
        return redirect("records:record", key=key)
    title = "Record a referral about this child"
    return _form_page(request, form, title, reverse("records:record", args=[key]))


@require_POST
def name_referred_child(request: Request, key: UUID) -> HttpResponse:
    """The button on a record: this is the child that the call was about."""
    require_permission(request.acting, Permission.RECEIVE_REFERRAL)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key)
    referral_key = as_uuid(request.POST.get("referral", ""))
    if referral_key is None:
        raise Http404
    if name_child(key=referral_key, child=child, by=request.acting):
        messages.success(request, "The referral names this child now.")
    else:
        messages.error(request, OVER)
    return redirect("records:record", key=key)


@require_http_methods(["GET", "POST"])
def referral(request: Request, key: UUID) -> HttpResponse:
    """One referral, and the form to answer it."""
    require_permission(request.acting, Permission.RECEIVE_REFERRAL)
    found = _own_or_404(request, key)
    form = AnswerReferralForm(posted(request), acting=request.acting)
    if form.is_valid():
        answer = Answer(form.cleaned_data["answer"])
        if answer_referral(key=key, answer=answer, by=request.acting):
            messages.success(request, f"The referral is answered: {answer.label}.")
        else:
            messages.error(request, OVER)
        return redirect("records:referrals")
    context = {"form": form, "referral": shown_referral(found)}
    return render(request, "records/referral.html", context)


@require_http_methods(["GET", "POST"])
def pass_on(request: Request, key: UUID) -> HttpResponse:
    """To whom; then it waits there, and they are told."""
    require_permission(request.acting, Permission.RECEIVE_REFERRAL)
    _own_or_404(request, key)
    form = PassOnForm(posted(request), acting=request.acting)
    if form.is_valid():
        to, team = form.chosen
        if pass_on_referral(key=key, to=to, team=team, by=request.acting):
            messages.success(request, "The referral is passed on. They are told.")
        else:
            messages.error(request, OVER)
        return redirect("records:referrals")
    back = reverse("records:referral", args=[key])
    return _form_page(request, form, "Pass on a referral", back)


def _own_or_404(request: Request, key: UUID) -> Referral:
    """A referral of the organisation acted for; a guess leaves an event and gives 404."""
    found = Referral.objects.select_related("organisation").filter(key=key).first()
    decision = can_answer_referral(request.acting, found) if found else NOT_YOURS
    if found is None or not decision.allowed:
        refused = Refused(decision, permission=Permission.RECEIVE_REFERRAL.value)
        record_refusal(request.acting, refused)
        raise Http404
    return found


def _record_or_404(request: Request, key: UUID) -> ChildRecord:
    try:
        return find_record(child_key=key, permission=Permission.RECEIVE_REFERRAL, by=request.acting)
    except ChildRecord.DoesNotExist:
        raise Http404 from None


def _form_page(request: Request, form: object, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back": back}
    return render(request, "records/work_form.html", context)
