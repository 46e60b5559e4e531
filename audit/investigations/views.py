"""The pages of cases: the list, one case, and one page for each act that says what will happen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import Acting
from accounts.encryption import decrypt
from accounts.held_forms import keeps_form, posted_or_held
from accounts.http import Request
from accounts.policies import require
from accounts.refusals import record_refusal
from accounts.roles import Permission
from accounts.uploads import Damaged
from audit.investigations import actions
from audit.investigations.alerts import answer_alert, suspend_on_alert
from audit.investigations.forms import (
    AnswerForm,
    FindingForm,
    HandOverForm,
    TakeForm,
    WhyNotForm,
    WordsForm,
)
from audit.investigations.handing_over import hand_over as hand_over_all
from audit.investigations.handing_over import read_open_work
from audit.investigations.models import Alert, AskedOf, EmployerSanction, Investigation
from audit.investigations.policies import NoSuchInvestigation, can_act, can_answer
from audit.investigations.reading import (
    MOST,
    Show,
    find_alert,
    find_case,
    list_alerts,
    list_cases,
    read_alert,
    read_case,
    read_file,
    reasons_for,
)
from audit.investigations.reports import list_reports
from audit.investigations.table import Act


@dataclass(frozen=True, slots=True)
class ActPage:
    """How an act is asked for: title, button, what will happen, what is typed, what is done."""

    title: str
    button: str
    consequence: str
    done: str
    form: type[Any]
    do: Callable[[Investigation, Any, Acting], object]


def _words(act: Callable[..., object]) -> Callable[[Investigation, Any, Acting], object]:
    return lambda case, form, by: act(case=case, said=form.cleaned_data["said"], by=by)


PAGES: dict[Act, ActPage] = {
    Act.TAKE: ActPage(
        "Take this case",
        "Take the case",
        "You become its reviewer. A finding is due within ten working days. Hear the person first.",
        "The case is yours.",
        TakeForm,
        lambda case, form, by: actions.take(case=case, by=by),
    ),
    Act.NOTE: ActPage(
        "Write something down",
        "Add to the case",
        "What you write stays in the case; what was wrong is put right by another entry.",
        "Written down.",
        WordsForm,
        _words(actions.note),
    ),
    Act.CONFIRM: ActPage(
        "Confirm the suspension",
        "Confirm",
        "You have looked at it, and the account stays suspended until the finding. Say why.",
        "The suspension is confirmed.",
        WordsForm,
        _words(actions.confirm),
    ),
    Act.ASK_PERSON: ActPage(
        "Ask the person",
        "Ask",
        "The person is told by e-mail that there is a question, and reads it on their own page. Do"
        " not write where a child lives.",
        "The question is asked. The answer will stand here.",
        WordsForm,
        lambda case, form, by: actions.ask(
            case=case, of=AskedOf.PERSON, said=form.cleaned_data["said"], by=by
        ),
    ),
    Act.ASK_MANAGER: ActPage(
        "Ask the line manager",
        "Ask",
        "The line manager is asked by e-mail to ring your team, and may have no account. Ask this"
        " question on the telephone and write down the answer here.",
        "The line manager is asked to ring you.",
        WordsForm,
        lambda case, form, by: actions.ask(
            case=case, of=AskedOf.MANAGER, said=form.cleaned_data["said"], by=by
        ),
    ),
    Act.GIVE_BACK: ActPage(
        "Give the account back",
        "Give the account back",
        "The person can sign in again and is told. The case goes on until its finding is recorded.",
        "The account can be used again. The person is told.",
        WordsForm,
        _words(actions.give_back),
    ),
    Act.FIND: ActPage(
        "Record the finding",
        "Record the finding",
        "The finding, the intent and the data are kept apart. Where something went wrong, another"
        " person closes the case.",
        "The finding is recorded.",
        FindingForm,
        lambda case, form, by: actions.find(
            case=case, judgement=form.judgement, said=form.cleaned_data["said"], by=by
        ),
    ),
    Act.REFER: ActPage(
        "Refer to the employer",
        "Refer the case",
        "Discipline is the employer\u2019s matter, by its own procedure. Tell it outside this"
        " system what was found; its answer is due in 20 working days and is written down here.",
        "The case is referred. The employer\u2019s answer is due in 20 working days.",
        WordsForm,
        _words(actions.refer),
    ),
    Act.ANSWER: ActPage(
        "The employer answered",
        "Record the answer",
        "What the employer decided goes into the yearly figures as it stands here.",
        "The employer\u2019s answer is recorded.",
        AnswerForm,
        lambda case, form, by: actions.record_answer(
            case=case,
            sanction=EmployerSanction(form.cleaned_data["sanction"]),
            answered_on=form.cleaned_data["answered_on"],
            by=by,
        ),
    ),
    Act.CLOSE: ActPage(
        "Close this case",
        "Close the case",
        "Nothing more is due. An account that is still suspended stays so: give it back first, if"
        " that is what was decided.",
        "The case is closed.",
        WordsForm,
        _words(actions.close),
    ),
}


@require_safe
def cases(request: Request) -> HttpResponse:
    """The queue: by filter and page; what waits for an answer stands before what is to be done."""
    wanted = request.GET.get("show", "")
    show = Show(wanted) if wanted in list(Show) else Show.TO_DO
    queue = list_cases(request.acting, show, request.GET.get("page", "1"))
    context: dict[str, Any] = {"queue": queue, "most": MOST}
    if show is Show.TO_DO:
        context |= {"alerts": list_alerts(request.acting), "reports": list_reports(request.acting)}
    return render(request, "investigations/cases.html", context)


@require_safe
def alert(request: Request, key: UUID) -> HttpResponse:
    """One alert with its reasons, and the two answers to it."""
    try:
        found = read_alert(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        raise _not_found(request, refused) from refused
    return _alert_page(request, found, WhyNotForm())


@require_POST
def answer(request: Request, key: UUID) -> HttpResponse:
    """Why the account is not suspended."""
    found, form = _alert_or_404(request, key), WhyNotForm(request.POST)
    if not form.is_valid():
        return _alert_page(request, found, form)
    answer_alert(alert=found, said=form.cleaned_data["said"], by=request.acting)
    messages.success(request, "The alert is answered.")
    return redirect("investigations:cases")


@require_POST
def suspend_person(request: Request, key: UUID) -> HttpResponse:
    """Suspends the account for the reasons of the alert."""
    found = _alert_or_404(request, key)
    opened = suspend_on_alert(alert=found, by=request.acting)
    if opened is None:
        messages.error(request, "Nothing was changed: the account is not active.")
        return redirect("investigations:alert", key=key)
    messages.success(request, "The account is suspended, and its line manager is told.")
    return redirect("investigations:case", key=opened.key)


def _alert_page(request: Request, found: Alert, form: WhyNotForm) -> HttpResponse:
    form.helper.form_action = reverse("investigations:answer-alert", args=[found.key])
    context = {
        "alert": found,
        "reasons": reasons_for(found, request.acting),
        "answer": decrypt(found.answer) if found.answer else "",
        "may_answer": can_answer(request.acting, found).allowed,
        "form": form,
    }
    return render(request, "investigations/alert.html", context)


def _alert_or_404(request: Request, key: UUID) -> Alert:
    try:
        return find_alert(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        raise _not_found(request, refused) from refused


@require_safe
def case(request: Request, key: UUID) -> HttpResponse:
    """One case: reasons, what was done, and what can be done now."""
    try:
        whole = read_case(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        raise _not_found(request, refused) from refused
    offered = [(act, PAGES[act].title) for act in whole.acts]
    return render(request, "investigations/case.html", {"whole": whole, "offered": offered})


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: Request, key: UUID, name: str) -> HttpResponse:
    """What will happen, what is to be typed, and the act itself."""
    if name not in list(Act):
        raise Http404
    chosen = PAGES[Act(name)]
    try:
        found = find_case(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        raise _not_found(request, refused) from refused
    require(
        can_act(request.acting, found, Act(name)),
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=found.pk,
    )
    form = chosen.form(posted_or_held(request), label=chosen.button)
    if request.method != "POST" or not form.is_valid():
        return render(
            request, "investigations/act.html", {"form": form, "page": chosen, "case": found}
        )
    if chosen.do(found, form, request.acting) is False:
        messages.error(request, "Nothing was changed: the account is not suspended any more.")
    else:
        messages.success(request, chosen.done)
    return redirect("investigations:case", key=key)


@require_safe
def file(request: Request, key: UUID, file_key: UUID) -> HttpResponse:
    """A file that the person sent, as an attachment that no browser runs or guesses about."""
    try:
        found = read_file(key=key, file_key=file_key, by=request.acting)
    except NoSuchInvestigation as refused:
        raise _not_found(request, refused) from refused
    except Damaged:
        return render(request, "accounts/file_damaged.html", status=503)
    headers = {
        "Content-Disposition": f'attachment; filename="{found.name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return HttpResponse(found.content, content_type=found.type.media_type, headers=headers)


@keeps_form
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: Request, key: UUID) -> HttpResponse:
    """Who takes over what the person had open: one screen, one act."""
    try:
        found = find_case(key=key, by=request.acting)
    except NoSuchInvestigation as refused:
        raise _not_found(request, refused) from refused
    work = read_open_work(case=found, by=request.acting)
    form = HandOverForm(posted_or_held(request), work=work)
    if request.method != "POST" or not form.is_valid():
        context = {"case": found, "work": work, "form": form}
        return render(request, "investigations/hand_over.html", context)
    if hand_over_all(case=found, plan=form.plan, by=request.acting):
        messages.success(request, "Everything has a new owner. Each colleague is told.")
        return redirect("investigations:case", key=key)
    messages.error(request, "Nothing was handed over: there is more work than was shown. See it.")
    return redirect("investigations:hand-over", key=key)


def _not_found(request: Request, refused: NoSuchInvestigation) -> Http404:
    record_refusal(request.acting, refused)
    return Http404()
