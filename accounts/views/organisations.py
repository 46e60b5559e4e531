"""The register: finding organisations, one organisation over time, closing, merging, moving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.accrediting.pages import state_of
from accounts.forms.organisations import (
    CloseForm,
    FindOrganisationForm,
    IdentifierForm,
    MergeForm,
    MoveForm,
    RegisterFilterForm,
)
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.models import IdentifierScheme, Organisation, RoleGrant
from accounts.policies import can_close, can_reshape, require
from accounts.register import find_organisations, organisation_seen, register_page
from accounts.roles import MANAGING, OrganisationKind, Permission
from accounts.states import State
from accounts.touched import touched_by


@require_safe
def organisations(request: Request) -> HttpResponse:
    """The register, filtered, a page at a time."""
    form = RegisterFilterForm(request.GET)
    page = register_page(filters=form.filters, number=request.GET.get("page"), by=request.acting)
    context = {
        "form": form,
        "find_form": FindOrganisationForm(),
        "page": page,
        "rows": _with_states(page.object_list),
        "may_register": request.acting.has(Permission.REGISTER_ORGANISATION),
        "may_accredit": request.acting.has(Permission.ACCREDIT),
    }
    return render(request, "accounts/organisations.html", context)


def find(request: Request) -> HttpResponse:
    """Organisations found by name or identifier; posted, so that neither stands in an address."""
    form = FindOrganisationForm(request.POST or None)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    found = find_organisations(words=words, by=request.acting) if words else None
    if found is None:
        register_page(filters=RegisterFilterForm({}).filters, number=None, by=request.acting)
    rows = None if found is None else _with_states(found)
    return render(request, "accounts/find_organisations.html", {"form": form, "found": rows})


@require_safe
def organisation(request: Request, key: UUID) -> HttpResponse:
    """One organisation: what it is, what it was, what hangs on it, what can be done."""
    seen = organisation_seen(key=key, by=request.acting)
    context = {
        "organisation": seen,
        "state": state_of(seen),
        "identifiers": seen.identifiers.select_related("successor__organisation"),
        "moves": seen.moves.select_related("from_body", "to_body", "decided_by"),
        "accreditations": seen.accreditations.all(),
        "employers": seen.employers.order_by("name")[:200],
        "predecessors": seen.predecessors.order_by("closed_at"),
        "grants": RoleGrant.objects.live().filter(content_object=seen).count(),
        "may_reshape": can_reshape(request.acting, seen).allowed,
        "may_close": can_close(seen).allowed,
        "is_employer": seen.kind == OrganisationKind.EMPLOYER,
    }
    return render(request, "accounts/organisation.html", context)


@keeps_form
def close(request: Request, key: UUID) -> HttpResponse:
    """What closing would touch, then the closing."""
    chosen = _reshaped(request, key)
    touched = touched_by(chosen)
    form = CloseForm(posted_or_held(request), seal=touched.seal)
    if request.method == "POST" and form.is_valid():
        actions.close_organisation(
            organisation=chosen,
            reason=form.cleaned_data["reason"],
            with_people=form.cleaned_data["with_people"],
            seen=form.cleaned_data["seen"],
            by=request.acting,
        )
        return _done(request, chosen, f"{chosen.name} is closed. Its history stays here.")
    context = {"form": form, "organisation": chosen, "touched": touched}
    return render(request, "accounts/close_organisation.html", context)


@keeps_form
def merge(request: Request, key: UUID) -> HttpResponse:
    """What merging would touch, then the merging."""
    chosen = _reshaped(request, key)
    touched = touched_by(chosen)
    alike = Organisation.objects.open().filter(kind=chosen.kind).exclude(pk=chosen.pk)
    if chosen.parent_id:
        alike = alike.filter(parent=chosen.parent_id)
    form = MergeForm(posted_or_held(request), seal=touched.seal, successors=alike)
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        actions.merge_organisation(
            organisation=chosen,
            into=into,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            by=request.acting,
        )
        return _done(request, into, f"{chosen.name} is part of {into.name} now.")
    context = {"form": form, "organisation": chosen, "touched": touched}
    return render(request, "accounts/merge_organisation.html", context)


@keeps_form
def move(request: Request, key: UUID) -> HttpResponse:
    """To which managing body an employer moves, and from which day."""
    chosen = _reshaped(request, key)
    bodies = Organisation.objects.open().filter(kind__in=MANAGING).exclude(pk=chosen.parent_id)
    form = MoveForm(posted_or_held(request), bodies=bodies.order_by("name"))
    if request.method == "POST" and form.is_valid():
        planned: Any = actions.plan_move(
            organisation=chosen,
            to=form.cleaned_data["to"],
            effective_on=form.cleaned_data["effective_on"],
            reason=form.cleaned_data["reason"],
            by=request.acting,
        )
        day = f"{planned.effective_on:%-d %B %Y}"
        return _done(request, chosen, f"{planned.to_body.name} manages it from {day} on.")
    context = {"form": form, "organisation": chosen, "touched": touched_by(chosen)}
    return render(request, "accounts/move_organisation.html", context)


@require_POST
def cancel_move(request: Request, key: UUID, move_id: int) -> HttpResponse:
    """Calls a planned move off."""
    chosen = _reshaped(request, key)
    planned = get_object_or_404(chosen.moves.select_related("to_body"), pk=move_id)
    actions.cancel_move(move=planned, by=request.acting)
    return _done(request, chosen, "The move is called off.")


def record_identifier(request: Request, key: UUID) -> HttpResponse:
    """An identifier from a register of others."""
    chosen = _reshaped(request, key)
    form = IdentifierForm(request.POST or None)
    if form.is_valid():
        scheme = IdentifierScheme(form.cleaned_data["scheme"])
        actions.record_identifier(
            organisation=chosen,
            scheme=scheme,
            value=form.cleaned_data["value"],
            by=request.acting,
        )
        return _done(request, chosen, "The identifier is recorded.")
    context = {"form": form, "organisation": chosen}
    return render(request, "accounts/record_identifier.html", context)


@require_POST
def end_identifier(request: Request, key: UUID, identifier_id: int) -> HttpResponse:
    """From today, the organisation no longer has this identifier."""
    chosen = _reshaped(request, key)
    held = get_object_or_404(chosen.identifiers.select_related("organisation"), pk=identifier_id)
    actions.end_identifier(identifier=held, by=request.acting)
    return _done(request, chosen, "The identifier has ended. It stays in the history.")


def _with_states(found: Iterable[Organisation]) -> list[tuple[Organisation, State | None]]:
    return [(one, state_of(one)) for one in found]


def _reshaped(request: Request, key: UUID) -> Organisation:
    """An organisation that this person may change; the action asks again."""
    chosen = organisation_seen(key=key, by=request.acting)
    require(
        can_reshape(request.acting, chosen),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=chosen.pk,
    )
    return chosen


def _done(request: Request, organisation: Organisation, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("accounts:organisation", key=organisation.key)
