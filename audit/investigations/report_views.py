"""The other doors to the desk: a suspicion, a report from anybody, a case that a team opens."""

from __future__ import annotations

from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.policies import require, require_permission
from accounts.refusals import record_refusal
from accounts.roles import Permission
from audit.investigations.actions import open_case, prompt
from audit.investigations.forms import (
    NoCaseForm,
    OpenCaseForm,
    OpenOnReportForm,
    ReportForm,
    ReportStatusForm,
    SuspicionForm,
    WordsForm,
)
from audit.investigations.models import Origin, Report
from audit.investigations.policies import (
    NoSuchInvestigation,
    can_prompt,
    can_report,
)
from audit.investigations.reading import find_case
from audit.investigations.reports import (
    ReportShown,
    answer_report,
    find_report,
    open_on_report,
    raise_suspicion,
    read_report,
    report_from_outside,
    status_of,
)

STATUS_WORDS = {
    "received": "Your report was received. A team answers it within one working day.",
    "looked-at": "Your report is being looked at.",
    "finished": "Your report was looked at, and nothing more is to be done.",
}
MINUTES = 60


@require_http_methods(["GET", "HEAD", "POST"])
def raise_a_suspicion(request: Request) -> HttpResponse:
    """Somebody signed in says what they saw of a colleague."""
    require(can_report(request.acting))
    form = SuspicionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        raise_suspicion(new=form.suspicion, by=request.acting)
        messages.success(request, "Thank you. A team answers within one working day.")
        return redirect("accounts:home")
    return render(request, "investigations/suspicion.html", {"form": form})


@login_not_required  # anybody may report, and stay unnamed
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: Request) -> HttpResponse:
    """Anybody says what they saw; the reference is shown once."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "investigations/report.html", {"form": form})
    if not _may("report", _address(request), request) or not _may("reports", "all", request):
        return _too_many(request, MINUTES)
    reference = report_from_outside(
        new=form.suspicion,
        base=form.cleaned_data["where"],
        passphrase=form.cleaned_data["passphrase"],
    )
    groups = [reference[at : at + 4] for at in range(0, len(reference), 4)]
    return render(request, "investigations/reported.html", {"reference": "-".join(groups)})


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: Request) -> HttpResponse:
    """Where a report stands, and nothing else."""
    form = ReportStatusForm(request.POST if request.method == "POST" else None)
    found = None
    if request.method == "POST" and form.is_valid():
        if not _may("report_status", _address(request), request):
            return _too_many(request, 1)
        found = status_of(**form.cleaned_data)
        if found is None:
            form.add_error("reference", "No report has this reference and this passphrase")
    context = {"form": form, "status": STATUS_WORDS.get(found or "")}
    return render(request, "investigations/report_status.html", context)


@require_safe
def shown(request: Request, key: UUID) -> HttpResponse:
    """One report, and its two answers."""
    try:
        found = read_report(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        record_refusal(request.acting, refused)
        raise Http404 from refused
    return _report_page(request, found)


@require_POST
def open_on(request: Request, key: UUID) -> HttpResponse:
    """A report becomes a case about the person named."""
    found, form = _report_or_404(request, key), OpenOnReportForm(request.POST, label="Open a case")
    if not form.is_valid() or form.person is None:
        return _report_page(request, read_report(key=key, by=request.acting), opens=form)
    case = open_on_report(report=found, person=form.person, by=request.acting)
    messages.success(request, "The case is open. The account goes on.")
    if case.base != request.acting.base:
        return redirect("investigations:cases")
    return redirect("investigations:case", key=case.key)


@require_POST
def answer(request: Request, key: UUID) -> HttpResponse:
    """Why a report becomes no case."""
    found, form = _report_or_404(request, key), NoCaseForm(request.POST, label="Answer")
    if not form.is_valid():
        return _report_page(request, read_report(key=key, by=request.acting), answers=form)
    answer_report(report=found, said=form.cleaned_data["said"], by=request.acting)
    messages.success(request, "The report is answered.")
    return redirect("investigations:cases")


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def open_new(request: Request) -> HttpResponse:
    """A case about somebody who is not suspended, by their team or the central team."""
    require_permission(request.acting, Permission.INVESTIGATE)
    form = OpenCaseForm(posted_or_held(request), label="Open a case")
    if request.method != "POST" or not form.is_valid() or form.person is None:
        return render(request, "investigations/open_case.html", {"form": form})
    central = request.acting.has(Permission.READ_WHOLE_TRAIL)
    case = open_case(
        person=form.person,
        reason=form.cleaned_data["said"],
        origin=Origin.CENTRAL if central else Origin.SAID,
        by=request.acting,
    )
    messages.success(request, "The case is open. The account goes on; the team is told.")
    return redirect("investigations:case", key=case.key)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def ask_the_team(request: Request, key: UUID) -> HttpResponse:
    """The central team asks about a case, which stays its team\u2019s."""
    try:
        found = find_case(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        record_refusal(request.acting, refused)
        raise Http404 from refused
    require(
        can_prompt(request.acting, found),
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=found.pk,
    )
    form = WordsForm(posted_or_held(request), label="Ask the team")
    if request.method != "POST" or not form.is_valid():
        return render(request, "investigations/prompt.html", {"form": form, "case": found})
    prompt(case=found, said=form.cleaned_data["said"], by=request.acting)
    messages.success(request, "The team is asked.")
    return redirect("investigations:case", key=key)


def _report_page(
    request: Request,
    found: ReportShown,
    opens: OpenOnReportForm | None = None,
    answers: NoCaseForm | None = None,
) -> HttpResponse:
    person = found.report.person
    opens = opens or OpenOnReportForm(
        label="Open a case", initial={"email": person.email if person else ""}
    )
    answers = answers or NoCaseForm(label="Answer without a case")
    opens.helper.form_action = f"{_address_of(found.report)}open/"
    answers.helper.form_action = f"{_address_of(found.report)}answer/"
    context = {"found": found, "opens": opens, "answers": answers}
    context["form"] = opens if opens.errors else answers
    return render(request, "investigations/shown_report.html", context)


def _address_of(found: Report) -> str:
    return reverse("investigations:shown-report", args=[found.key])


def _report_or_404(request: Request, key: UUID) -> Report:
    try:
        return find_report(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        record_refusal(request.acting, refused)
        raise Http404 from refused


def _address(request: Request) -> str:
    return request.facts.source_ip or "unknown"


def _may(action: str, key: str, request: Request) -> bool:
    """Counts it; the key is hashed and forgotten within the hour."""
    return bool(ratelimit.consume(request, action=action, key=key))


def _too_many(request: Request, minutes: int) -> HttpResponse:
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response
