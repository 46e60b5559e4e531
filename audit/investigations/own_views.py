"""The page of the person a case is about: reasons, questions, their answer, an appeal.

Open to an account that is stopped: the link comes by e-mail, and the password is shown first.
"""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.acting import Acting, known_as
from accounts.http import Request
from accounts.refusals import record_refusal
from accounts.signin.factors import has_shown_second_factor
from accounts.signin.stopped import YOUR_SIDE, stopped_person
from audit.investigations.forms import OwnAnswerForm
from audit.investigations.persons_side import answer, appeal, has_room, read_own_case
from audit.investigations.policies import NoSuchInvestigation


@login_not_required  # whoever is suspended cannot sign in; the password is asked for all the same
@require_http_methods(["GET", "HEAD", "POST"])
def your_side(request: Request, key: UUID) -> HttpResponse:
    """Why, who decides, how to answer and appeal."""
    by = _proved(request)
    if by is None:
        request.session[YOUR_SIDE] = str(key)
        return render(request, "investigations/your_side_sign_in.html")
    try:
        side = read_own_case(key=key, by=by)
    except NoSuchInvestigation as refused:
        record_refusal(by, refused)
        raise Http404 from refused
    form = OwnAnswerForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        may_answer=side.may_answer,
        has_room=has_room(side.case),
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "investigations/your_side.html", {"side": side, "form": form})
    said = form.cleaned_data["said"]
    if form.appeals:
        appeal(case=side.case, said=said, by=by)
        messages.success(request, "Your appeal is kept. The central team is told.")
    else:
        answer(case=side.case, said=said, upload=form.upload, by=by)
        messages.success(request, "Your answer is kept. Whoever decides is told.")
    return redirect("investigations:your-side", key=key)


def _proved(request: Request) -> Acting | None:
    """Who asks: signed in with both factors, or stopped and the password shown a moment ago."""
    if request.acting.user is not None:
        return request.acting if has_shown_second_factor(request) else None
    person = stopped_person(request)
    return known_as(request.acting, person) if person else None
