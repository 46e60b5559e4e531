"""Amending, disputing and recording who is involved: form, action, back to the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.acting import Acting
from accounts.http import Request
from accounts.policies import require_permission
from accounts.roles import Permission
from records import actions
from records.access import find_record
from records.forms import keeping as forms
from records.forms.base import RecordForm, posted
from records.models import ChildRecord, DisputedField, DisputeReason, NameUse, Sex, Shield
from records.reasons import stated_reason

AMENDED, KNOWN = "The record has been amended.", "This was recorded before."


@dataclass(frozen=True)
class Part:
    """One part of a record that can be amended: its form and its action.

    An action that finds nothing to change says False.
    """

    title: str
    form: type[Any]
    amend: Callable[[ChildRecord, Any, Acting], bool | None]


PARTS: dict[str, Part] = {
    "name": Part(
        "Change the name",
        forms.AmendNameForm,
        lambda child, form, by: actions.amend_name(
            child=child,
            name=form.name,
            previous_use=NameUse(form.cleaned_data["previous_use"]),
            by=by,
        ),
    ),
    "date-of-birth": Part(
        "Correct the date of birth",
        forms.BirthDateForm,
        lambda child, form, by: actions.amend_birth_date(
            child=child, born=form.cleaned_data["date_of_birth"], by=by
        ),
    ),
    "sex": Part(
        "Correct the sex",
        forms.SexForm,
        lambda child, form, by: actions.amend_sex(
            child=child, sex=Sex(form.cleaned_data["sex"]), by=by
        ),
    ),
    "authority": Part(
        "Change the responsible authority",
        forms.AuthorityForm,
        lambda child, form, by: actions.amend_authority(
            child=child, authority=form.cleaned_data["authority"], by=by
        ),
    ),
    "identifier": Part(
        "Add an NHS number or other identifier",
        forms.IdentifierForm,
        lambda child, form, by: actions.add_identifier(
            child=child, identifier=form.cleaned_data["identifier"], by=by
        ),
    ),
    "address": Part(
        "Change the address",
        forms.AddressForm,
        lambda child, form, by: actions.amend_address(
            child=child,
            address=form.address,
            is_additional=form.cleaned_data["is_additional"],
            by=by,
        ),
    ),
    "carer": Part(
        "Add or change a parent or carer",
        forms.CarerForm,
        lambda child, form, by: actions.amend_carers(
            child=child,
            carer=form.carer,
            is_additional=form.cleaned_data["is_additional"],
            by=by,
        ),
    ),
    "school": Part(
        "Change the school",
        forms.SchoolForm,
        lambda child, form, by: actions.amend_school(
            child=child, school=form.cleaned_data["urn"], by=by
        ),
    ),
    "practice": Part(
        "Change the general practice",
        forms.PracticeForm,
        lambda child, form, by: actions.amend_practice(
            child=child, practice=form.cleaned_data["ods_code"], by=by
        ),
    ),
}


@require_http_methods(["GET", "POST"])
def amend_record(request: Request, key: UUID, part: str) -> HttpResponse:
    """Amends one part of a record. The form shows nothing of the record."""
    require_permission(request.acting, Permission.AMEND_RECORD)
    if part not in PARTS:
        raise Http404
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key, Permission.AMEND_RECORD)
    form = PARTS[part].form(posted(request), acting=request.acting)
    if form.is_valid():
        changed = PARTS[part].amend(child, form, request.acting)
        return _done(request, key, KNOWN if changed is False and _tells(child) else AMENDED)
    return _form_page(request, key, form, PARTS[part].title)


@require_http_methods(["GET", "POST"])
def dispute_field(request: Request, key: UUID) -> HttpResponse:
    """ "This is wrong": marks a field for everyone who opens the record."""
    require_permission(request.acting, Permission.DISPUTE_FIELD)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key, Permission.DISPUTE_FIELD)
    form = forms.DisputeForm(posted(request), acting=request.acting)
    if form.is_valid():
        is_new = actions.dispute_field(
            child=child,
            field=DisputedField(form.cleaned_data["field"]),
            reason=DisputeReason(form.cleaned_data["reason"]),
            by=request.acting,
        )
        said = (
            "It is marked as wrong." if is_new else "You had marked this before; it still stands."
        )
        return _done(request, key, said)
    return _form_page(request, key, form, "Say what is wrong")


@require_http_methods(["GET", "POST"])
def record_involvement(request: Request, key: UUID) -> HttpResponse:
    """Records that a service of one's own organisation works with the child."""
    require_permission(request.acting, Permission.RECORD_INVOLVEMENT)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key, Permission.RECORD_INVOLVEMENT)
    form = forms.InvolvementForm(posted(request), acting=request.acting)
    if form.is_valid():
        practitioner = request.acting.user if form.cleaned_data["is_me"] else None
        involvement = actions.record_involvement(
            child=child, new=form.new, practitioner=practitioner, by=request.acting
        )
        said = "The involvement is recorded." if involvement else "This was recorded before."
        return _done(request, key, said)
    return _form_page(request, key, form, "Record that a service is involved")


@require_POST
def work_with(request: Request, key: UUID) -> HttpResponse:
    """The button "I am working with this child": nothing to fill in."""
    require_permission(request.acting, Permission.RECORD_INVOLVEMENT)
    reason = stated_reason(request, key)
    if reason is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key, Permission.RECORD_INVOLVEMENT)
    involvement = actions.work_with(child=child, reason=reason, by=request.acting)
    said = (
        "You are recorded as working with this child."
        if involvement
        else "You were recorded as working with this child before."
    )
    return _done(request, key, said)


@require_POST
def name_lead(request: Request, key: UUID) -> HttpResponse:
    """The button "Name as lead practitioner"."""
    require_permission(request.acting, Permission.RECORD_INVOLVEMENT)
    child = _record_or_404(request, key, Permission.RECORD_INVOLVEMENT)
    named = actions.name_lead(
        child=child, involvement_id=_posted_id(request, "involvement"), by=request.acting
    )
    said = "The lead practitioner is named." if named else "Nothing was changed."
    return _done(request, key, said)


@require_POST
def confirm_involvement(request: Request, key: UUID) -> HttpResponse:
    """The button "still involved"."""
    require_permission(request.acting, Permission.RECORD_INVOLVEMENT)
    child = _record_or_404(request, key, Permission.RECORD_INVOLVEMENT)
    confirmed = actions.confirm_involvement(
        child=child, involvement_id=_posted_id(request, "involvement"), by=request.acting
    )
    said = "Confirmed as still involved." if confirmed else "This involvement has ended."
    return _done_where_asked(request, key, said)


@require_POST
def end_involvement(request: Request, key: UUID) -> HttpResponse:
    """The button "no longer involved"."""
    require_permission(request.acting, Permission.RECORD_INVOLVEMENT)
    child = _record_or_404(request, key, Permission.RECORD_INVOLVEMENT)
    ended = actions.end_involvement(
        child=child, involvement_id=_posted_id(request, "involvement"), by=request.acting
    )
    said = "The involvement has been ended." if ended else "This involvement had ended before."
    return _done_where_asked(request, key, said)


@require_POST
def end_identifier(request: Request, key: UUID) -> HttpResponse:
    """The button "End" beside a wrong identifier."""
    require_permission(request.acting, Permission.AMEND_RECORD)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key, Permission.AMEND_RECORD)
    ended = actions.end_identifier(
        child=child, identifier_id=_posted_id(request, "identifier"), by=request.acting
    )
    said = "The identifier has been ended." if ended else "This identifier had ended before."
    return _done(request, key, said)


def _record_or_404(request: Request, key: UUID, permission: Permission) -> ChildRecord:
    """The record with that key; a guess leaves an event and gives 404."""
    try:
        return find_record(child_key=key, permission=permission, by=request.acting)
    except ChildRecord.DoesNotExist:
        raise Http404 from None


def _tells(child: ChildRecord) -> bool:
    """May "this was recorded before" be said? Of a shielded record it would confirm a guess."""
    return not Shield.objects.live().filter(child=child).exists()


def _posted_id(request: Request, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.isdecimal():
        raise Http404
    return int(text)


def _done(request: Request, key: UUID, said: str) -> HttpResponse:
    messages.success(request, said)
    return redirect("records:record", key=key)


def _done_where_asked(request: Request, key: UUID, said: str) -> HttpResponse:
    """Back to where "still involved?" was asked: the home page, else the record."""
    if request.POST.get("asked_on") != "home":
        return _done(request, key, said)
    messages.success(request, said)
    return redirect("accounts:home")


def _form_page(request: Request, key: UUID, form: RecordForm, title: str) -> HttpResponse:
    return render(
        request, "records/record_form.html", {"form": form, "title": title, "record_key": key}
    )
