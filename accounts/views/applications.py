"""The applicant's pages: the list of tasks, evidence, the thread, submitting; and the officer's
view of the same application.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions
from accounts.access import FileDamaged, read_evidence
from accounts.accrediting import pages
from accounts.accrediting.changes import changes_of
from accounts.forms.applying import EvidenceForm, TextForm
from accounts.http import Request
from accounts.models import AccreditationApplication, EvidenceItem, EvidenceKind
from accounts.policies import can_apply, can_change_evidence, ready_to_submit, require
from accounts.states import WITH_APPLICANT, State


@require_safe
def own_accreditation(request: Request) -> HttpResponse:
    """The way in for an applicant: the open application, else where the organisation stands."""
    organisation = pages.own_organisation(request.acting)
    mine = organisation.applications.open().first()
    if mine is not None and can_apply(request.acting, mine).allowed:
        return redirect("accounts:application", key=mine.key)
    return redirect("accounts:accreditation", key=organisation.key)


@require_safe
def application(request: Request, key: UUID) -> HttpResponse:
    """One application: tasks for its applicant, the case for an officer."""
    shown = pages.application_shown(key=key, by=request.acting)
    context = {
        "application": shown,
        "state": shown.state,
        "tasks": pages.tasks_of(shown),
        "changes": changes_of(shown),
        "thread": shown.thread.select_related("by"),
        "with_applicant": shown.status in WITH_APPLICANT,
    }
    if can_apply(request.acting, shown).allowed:
        context["ready"] = ready_to_submit(shown)
        return render(request, "accounts/application_tasks.html", context)
    context["may_decide"] = pages.may_decide(shown, request.acting)
    return render(request, "accounts/application_case.html", context)


@require_http_methods(["GET", "POST"])
def evidence(request: Request, key: UUID, kind: str) -> HttpResponse:
    """One item of evidence: what is shown, and another in its place."""
    mine = pages.application_of_ones_own(key=key, by=request.acting)
    require(can_change_evidence(request.acting, mine))
    chosen = _kind_or_404(kind)
    item = mine.evidence.filter(kind=chosen, removed_at=None).first()
    form = EvidenceForm(
        request.POST or None,
        request.FILES or None,
        kind=chosen,
        has_file=bool(item and item.file_key),
        initial=_said(item),
    )
    if request.method == "POST" and form.is_valid():
        actions.add_evidence(application=mine, new=form.new, upload=form.upload, by=request.acting)
        messages.success(request, f"{chosen.label}: saved.")
        return redirect("accounts:application", key=mine.key)
    context = {"form": form, "application": mine, "kind": chosen, "slug": kind, "item": item}
    return render(request, "accounts/evidence.html", context)


def _said(item: EvidenceItem | None) -> dict[str, object]:
    names = [name for name in EvidenceForm.base_fields if name != "file"]
    return {name: getattr(item, name) for name in names} if item else {}


def _kind_or_404(slug: str) -> EvidenceKind:
    try:
        return pages.kind_of(slug)
    except ValueError:
        raise Http404 from None


@require_POST
def remove_evidence(request: Request, key: UUID, kind: str) -> HttpResponse:
    """The button "Take out"."""
    mine = pages.application_of_ones_own(key=key, by=request.acting)
    item = mine.evidence.filter(kind=_kind_or_404(kind), removed_at=None).first()
    if item is not None and actions.remove_evidence(item=item, by=request.acting):
        messages.success(request, f"{item.get_kind_display()}: taken out.")
    return redirect("accounts:application", key=mine.key)


@require_safe
def evidence_file(request: Request, key: UUID) -> HttpResponse:
    """The file of an item, as an attachment that no browser runs or guesses about."""
    try:
        file = read_evidence(key=key, by=request.acting)
    except EvidenceItem.DoesNotExist:
        raise Http404 from None
    except FileDamaged:
        return render(request, "accounts/file_damaged.html", status=503)
    headers = {
        "Content-Disposition": f'attachment; filename="{file.name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(file.content, content_type=file.type.media_type, headers=headers)


@require_http_methods(["GET", "POST"])
def answer(request: Request, key: UUID) -> HttpResponse:
    """The thread, and the applicant's answer to the question that returned the application."""
    mine = pages.application_of_ones_own(key=key, by=request.acting)
    form = TextForm(
        request.POST or None,
        label="Your answer",
        button="Send the answer",
        missing="Enter your answer",
    )
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"]
        actions.answer_question(application=mine, text=text, by=request.acting)
        messages.success(request, "Your answer is kept. Submit the application again when ready.")
        return redirect("accounts:application", key=mine.key)
    context = {
        "form": form if mine.status == State.RETURNED else None,
        "application": mine,
        "thread": mine.thread.select_related("by"),
    }
    return render(request, "accounts/thread.html", context)


@require_http_methods(["GET", "POST"])
def submit(request: Request, key: UUID) -> HttpResponse:
    """What happens then, and the act."""
    mine = pages.application_of_ones_own(key=key, by=request.acting)
    if request.method == "POST":
        actions.submit_application(application=mine, by=request.acting)
        messages.success(request, "The application is submitted.")
        return redirect("accounts:application", key=mine.key)
    require(ready_to_submit(mine))
    return _confirm(request, mine, "submit")


@require_http_methods(["GET", "POST"])
def give_up(request: Request, key: UUID) -> HttpResponse:
    """Ends the application undecided."""
    mine = pages.application_of_ones_own(key=key, by=request.acting)
    if request.method == "POST":
        actions.give_up_application(application=mine, by=request.acting)
        messages.success(request, "The application is given up.")
        return redirect("accounts:accreditation", key=mine.organisation.key)
    return _confirm(request, mine, "give up")


def _confirm(request: Request, mine: AccreditationApplication, verb: str) -> HttpResponse:
    context = {"application": mine, "verb": verb, "tasks": pages.tasks_of(mine)}
    return render(request, "accounts/confirm_application.html", context)
