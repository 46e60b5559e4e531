"""Shields: ask for one, see what it would hide, decide, review, remove, look behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import Acting
from accounts.http import Request
from accounts.policies import Decision, Refused, deny, require, require_permission
from accounts.refusals import record_refusal
from accounts.roles import Permission
from records.access import find_record, open_record
from records.actions import shields as actions
from records.actions.overriding import override_shield, review_override
from records.forms.base import posted
from records.forms.shields import (
    DecideShieldForm,
    ReasonsForm,
    RequestShieldForm,
    ReviewShieldForm,
)
from records.leaks import check_for_leaks, names_of
from records.models import ChildRecord, Shield, ShieldOverride, ShieldProfile, ShieldStatus
from records.policies import (
    can_appeal,
    can_ask_to_lift,
    can_decide_shield,
    can_lift,
    can_override_shield,
    can_preview_shield,
    can_request_shield,
    can_review_override,
    can_review_shield,
    can_see_shield,
)
from records.preview import READERS, preview_shield
from records.reasons import stated_reason
from records.shields import lists_for, read_shield

NO_SUCH_SHIELD = deny(
    "no-such-shield",
    "There is no such shield.",
    "Go back to the list of shields.",
)
SHIELDED = "The record is shielded, from now on and for everybody. It is decided within two days."
BEFORE = "This record was shielded before. To hide more of it, ring its shield administrator."
PROPOSE = {
    "submit_label": "Propose to remove it",
    "hint": "Nothing changes until a second person agrees.",
}
APPEAL = {
    "submit_label": "Appeal",
    "hint": "Somebody else decides about it. Until then the record is shielded again.",
}
OVERRIDE_HINT = "What you need to see, and for whose safety. It is read when it is reviewed."


@require_safe
def shields(request: Request) -> HttpResponse:
    """What waits for us, what stands, and what I asked for."""
    require_permission(request.acting, Permission.REQUEST_SHIELD)
    return render(request, "records/shields.html", {"lists": lists_for(request.acting)})


@require_http_methods(["GET", "POST"])
def request_shield(request: Request, key: UUID) -> HttpResponse:
    """Shields the record at once; a decision follows."""
    require(can_request_shield(request.acting), permission=Permission.REQUEST_SHIELD.value)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key, Permission.REQUEST_SHIELD)
    form = RequestShieldForm(posted(request), acting=request.acting)
    if form.is_valid():
        shield = actions.request_shield(
            child=child,
            profile=form.chosen,
            reason=form.cleaned_data["reason"],
            for_carer=form.cleaned_data["for_carer"],
            by=request.acting,
        )
        messages.success(request, SHIELDED if shield else BEFORE)
        return redirect("records:record", key=key)
    context = {"form": form, "record_key": key}
    return render(request, "records/request_shield.html", context)


@require_safe
def preview(request: Request, key: UUID) -> HttpResponse:
    """What a shield would hide of a record that is open to me, and from whom."""
    require(can_preview_shield(request.acting), permission=Permission.REQUEST_SHIELD.value)
    reason = stated_reason(request, key)
    if reason is None:
        return redirect("records:give-reason", key=key)
    profile, reader = _choice(request)
    try:
        child = open_record(child_key=key, reason=reason, by=request.acting)
    except ChildRecord.DoesNotExist:
        raise Http404 from None
    context = {
        "record_key": key,
        "rows": preview_shield(child=child, profile=profile, reader=reader, by=request.acting),
        "profile": profile,
        "profiles": ShieldProfile.choices,
        "reader": reader,
        "readers": [(name, each.label) for name, each in READERS.items()],
    }
    return render(request, "records/preview_shield.html", context)


def _choice(request: Request) -> tuple[ShieldProfile, str]:
    """The profile and the reader asked for, else the commonest."""
    profile, reader = request.GET.get("profile", ""), request.GET.get("reader", "")
    known = profile in ShieldProfile.values
    return (
        ShieldProfile(profile) if known else ShieldProfile.LOCATION,
        reader if reader in READERS else next(iter(READERS)),
    )


@require_http_methods(["GET", "POST"])
def override(request: Request, key: UUID) -> HttpResponse:
    """Looks behind the shield of one record for a quarter of an hour, after a plain warning."""
    require_permission(request.acting, Permission.OVERRIDE_SHIELD)
    reason = stated_reason(request, key)
    if reason is None:
        return redirect("records:give-reason", key=key)
    shield = Shield.objects.live().filter(child__key=key).first()
    require(
        can_override_shield(request.acting, shield, reason),
        permission=Permission.OVERRIDE_SHIELD.value,
    )
    form = ReasonsForm(
        posted(request),
        acting=request.acting,
        submit_label="Override the shield",
        hint=OVERRIDE_HINT,
    )
    if form.is_valid():
        why = form.cleaned_data["reason"]
        done = override_shield(child_key=key, why=why, reason=reason, by=request.acting)
        if done:
            messages.success(request, "You see the whole record for 15 minutes.")
        return redirect("records:record", key=key)
    context = {"form": form, "record_key": key, "reason": reason}
    return render(request, "records/override_shield.html", context)


@require_safe
def shield(request: Request, key: UUID) -> HttpResponse:
    """One shield: why, what was decided, what can be done now. Reading it is an event."""
    require_permission(request.acting, Permission.REQUEST_SHIELD)
    try:
        whole = read_shield(key=key, by=request.acting)
    except Shield.DoesNotExist:
        raise _missing(request, Permission.REQUEST_SHIELD) from None
    found, acting = whole.shield, request.acting
    decides = can_decide_shield(acting, found).allowed
    reviews = can_review_shield(acting, found).allowed
    leaks = check_for_leaks(found, acting) if decides or reviews else []
    names = names_of(leaks)
    context = {
        "whole": whole,
        "shield": found,
        "status": ShieldStatus(found.status).label,
        "decide": DecideShieldForm(**_on_page(request, found, "decide")) if decides else None,
        "review": ReviewShieldForm(**_on_page(request, found, "review")) if reviews else None,
        "propose": ReasonsForm(**PROPOSE, **_on_page(request, found, "propose-to-lift"))
        if can_ask_to_lift(acting, found).allowed
        else None,
        "may_lift": found.lift_requested_by_id is not None
        and can_lift(acting, found).code in {"", "step-up-needed"},
        "appeal": ReasonsForm(**APPEAL, **_on_page(request, found, "appeal"))
        if can_appeal(acting, found).allowed
        else None,
        "checked": decides or reviews,
        "leaks": [(leak, names.get(leak.child_id, "No name recorded")) for leak in leaks],
        "reviewable": {
            each.pk for each, _, _ in whole.overrides if can_review_override(acting, each).allowed
        },
    }
    return render(request, "records/shield.html", context)


@require_POST
def decide(request: Request, key: UUID) -> HttpResponse:
    """Yes or no to a provisional shield."""
    found = _shield_or_404(request, key, Permission.DECIDE_SHIELD, can_decide_shield)
    form = DecideShieldForm(posted(request), acting=request.acting)
    if not form.is_valid():
        return _again(request, form, found, "Decide about the shield")
    apply = form.cleaned_data["decision"] == "apply"
    actions.decide_shield(
        shield=found,
        apply=apply,
        profile=form.chosen,
        reason=form.cleaned_data["reason"],
        evidence=form.cleaned_data["evidence"],
        review_on=form.review_on if apply else None,
        by=request.acting,
    )
    said = "The shield stays." if apply else "The record is not shielded any more."
    return _done(request, key, said)


@require_POST
def review(request: Request, key: UUID) -> HttpResponse:
    """The shield is still needed."""
    found = _shield_or_404(request, key, Permission.DECIDE_SHIELD, can_review_shield)
    form = ReviewShieldForm(posted(request), acting=request.acting)
    if not form.is_valid():
        return _again(request, form, found, "Review the shield")
    actions.review_shield(
        shield=found,
        profile=form.chosen,
        reason=form.cleaned_data["reason"],
        review_on=form.review_on,
        by=request.acting,
    )
    return _done(request, key, "The shield stays, and comes back for review.")


@require_POST
def propose_to_lift(request: Request, key: UUID) -> HttpResponse:
    """The first of two people says that the shield is not needed any more."""
    found = _shield_or_404(request, key, Permission.LIFT_SHIELD, can_ask_to_lift)
    form = ReasonsForm(posted(request), acting=request.acting, **PROPOSE)
    if not form.is_valid():
        return _again(request, form, found, "Propose to remove the shield")
    actions.ask_to_lift_shield(shield=found, reason=form.cleaned_data["reason"], by=request.acting)
    return _done(request, key, "It is proposed. A second person has to agree; until then it stays.")


@require_http_methods(["GET", "POST"])
def lift(request: Request, key: UUID) -> HttpResponse:
    """The second person agrees, after being told what becomes visible."""
    found = _shield_or_404(request, key, Permission.LIFT_SHIELD, can_lift)
    if request.method == "POST":
        actions.lift_shield(shield=found, by=request.acting)
        return _done(request, key, "The shield is removed.")
    context = {"shield": found, "hides": ShieldProfile(found.profile).label}
    return render(request, "records/lift_shield.html", context)


@require_POST
def appeal(request: Request, key: UUID) -> HttpResponse:
    """Who asked for it appeals against the refusal; the record is shielded again meanwhile."""
    found = _shield_or_404(request, key, Permission.REQUEST_SHIELD, can_appeal)
    form = ReasonsForm(posted(request), acting=request.acting, **APPEAL)
    if not form.is_valid():
        return _again(request, form, found, "Appeal against the decision")
    again = actions.appeal_shield(
        shield=found, reason=form.cleaned_data["reason"], by=request.acting
    )
    if again is None:
        return _done(request, key, BEFORE)
    return _done(request, again.key, "The record is shielded again until somebody else decides.")


@require_POST
def shield_together(request: Request, key: UUID) -> HttpResponse:
    """Shields every record that leads to this child, as it is shielded itself: one click."""
    found = _shield_or_404(request, key, Permission.DECIDE_SHIELD, can_see_shield)
    leaks = check_for_leaks(found, request.acting)
    made = actions.shield_leaks(shield=found, leaks=leaks, by=request.acting)
    return _done(request, key, f"Records shielded as well, until somebody has decided: {made}.")


@require_POST
def close_override(request: Request, key: UUID) -> HttpResponse:
    """What an override was for, after asking."""
    found = _shield_or_404(request, key, Permission.LIFT_SHIELD, can_see_shield)
    number, finding = request.POST.get("override", ""), request.POST.get("finding", "").strip()
    override = (
        ShieldOverride.objects.select_related("shield")
        .filter(shield=found, pk=int(number) if number.isdecimal() else 0)
        .first()
    )
    if override is None:
        raise Http404
    if not finding:
        messages.error(request, "Write down what the override was for, then send it again.")
        return redirect("records:shield", key=key)
    done = review_override(override=override, finding=finding[:1_000], by=request.acting)
    return _done(request, key, "The override is reviewed." if done else "It was reviewed before.")


def _on_page(request: Request, shield: Shield, verb: str) -> dict[str, Any]:
    """What a form needs that stands beside others: where it goes, and names of its own."""
    return {
        "acting": request.acting,
        "initial": {"profile": shield.profile},
        "auto_id": f"{verb}-%s",
        "action": reverse(f"records:{verb}-shield", args=[shield.key]),
    }


def _shield_or_404(
    request: Request,
    key: UUID,
    permission: Permission,
    policy: Callable[[Acting, Shield], Decision],
) -> Shield:
    """The shield, if the policy lets this person do what they came for; a guess leaves an event."""
    require_permission(request.acting, permission)
    rows = Shield.objects.select_related("child", "appeal_of")
    found = rows.filter(key=key).first()
    if found is None:
        raise _missing(request, permission)
    require(
        policy(request.acting, found),
        permission=permission.value,
        target_type="child_record",
        target_id=found.child_id,
    )
    return found


def _missing(request: Request, permission: Permission) -> Http404:
    """404, after the event of a guess."""
    record_refusal(request.acting, Refused(NO_SUCH_SHIELD, permission=permission.value))
    return Http404()


def _record_or_404(request: Request, key: UUID, permission: Permission) -> ChildRecord:
    try:
        return find_record(child_key=key, permission=permission, by=request.acting)
    except ChildRecord.DoesNotExist:
        raise Http404 from None


def _again(request: Request, form: object, shield: Shield, title: str) -> HttpResponse:
    context = {"form": form, "title": title, "shield": shield}
    return render(request, "records/shield_form.html", context)


def _done(request: Request, key: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("records:shield", key=key)
