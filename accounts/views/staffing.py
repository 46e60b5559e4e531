"""The team sends an employer's list of staff and answers what it proposes."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_safe

from accounts.actions import (
    EmailTaken,
    FeedSummary,
    TooManyLeavers,
    accept_joiner,
    accept_mover,
    import_staff,
    refuse_proposal,
)
from accounts.forms.staffing import ProposalForm, StaffFeedForm
from accounts.http import Request
from accounts.models import StaffProposal
from accounts.models.staffing import ProposalKind, StaffProposalQuerySet
from accounts.policies import Refused, deny, reads_whole_register, require_permission
from accounts.register import visible_organisations
from accounts.roles import Permission
from accounts.staffing import BrokenFeed, read_staff

NOT_WAITING = deny(
    "no-such-proposal",
    "There is no such proposal for your team.",
    "Look at the list of joiners and movers.",
)


def staff_feed(request: Request) -> HttpResponse:
    """The form, then what the list did or would do. It may be sent any number of times."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    employers = visible_organisations(request.acting).open().select_related("parent")
    form = StaffFeedForm(
        request.POST or None, request.FILES or None, employers=employers.order_by("name")
    )
    summary = _taken(request, form) if request.method == "POST" and form.is_valid() else None
    return render(request, "accounts/staff_feed.html", {"form": form, "summary": summary})


def _taken(request: Request, form: StaffFeedForm) -> FeedSummary | None:
    """What came of the list; a list that stops says why beside its field."""
    given = form.cleaned_data
    try:
        return import_staff(
            file=read_staff(given["file"]),
            employer=given["employer"],
            confirmed_leavers=given["confirmed_leavers"],
            dry_run=given["mode"] == "try",
            reason=given["reason"],
            by=request.acting,
        )
    except BrokenFeed as broken:
        form.add_error("file", f"{broken} Nothing was done.")
    except TooManyLeavers as stopped:
        form.add_error(
            "confirmed_leavers",
            f"The list would close {stopped.leavers} of {stopped.people} accounts, so nothing was"
            f" done. If all of them have left, enter {stopped.leavers} and send the list again.",
        )
    return None


@require_safe
def staff_proposals(request: Request) -> HttpResponse:
    """Joiners and movers that wait for the team."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    waiting = _seen_by(request).open().select_related("employer", "user", "to_employer")
    return render(request, "accounts/staff_proposals.html", {"waiting": waiting[:200]})


@sensitive_variables("invited")
def answer_proposal(request: Request, key: UUID) -> HttpResponse:
    """Accept or refuse one proposal; a joiner's code is shown once, in the answer itself."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    proposals = _seen_by(request).select_related("employer__parent", "user", "to_employer")
    proposal = proposals.filter(key=key).first()
    if proposal is None:
        raise Refused(NOT_WAITING, target_type="staff_proposal")
    is_joiner = proposal.kind == ProposalKind.JOINER
    form = ProposalForm(request.POST or None, is_joiner=is_joiner)
    if request.method == "POST" and form.is_valid():
        answered = _answered(request, proposal, form)
        if answered is not None:
            return answered
    context = {"form": form, "proposal": proposal, "is_joiner": is_joiner}
    return render(request, "accounts/answer_proposal.html", context)


def _answered(request: Request, proposal: StaffProposal, form: ProposalForm) -> HttpResponse | None:
    """The answer is given; None when the form has something to say instead."""
    if form.cleaned_data["answer"] == "no":
        refuse_proposal(proposal=proposal, reason=form.cleaned_data["reason"], by=request.acting)
        messages.success(request, "The proposal is refused. It will not be made again.")
    elif proposal.kind == ProposalKind.MOVER:
        accept_mover(proposal=proposal, by=request.acting)
        messages.success(request, "The new post is recorded. Give its roles on the person's page.")
    else:
        return _invited(request, proposal, form)
    return redirect("accounts:staff-proposals")


@sensitive_variables("invited")
def _invited(request: Request, proposal: StaffProposal, form: ProposalForm) -> HttpResponse | None:
    try:
        invited = accept_joiner(proposal=proposal, by=request.acting)
    except EmailTaken:
        form.add_error("answer", "There is an account with this address. Look for the person.")
        return None
    return render(request, "accounts/invited.html", {"invited": [invited]})


def _seen_by(request: Request) -> StaffProposalQuerySet:
    if reads_whole_register(request.acting):
        return StaffProposal.objects.all()
    base = request.acting.base
    return StaffProposal.objects.managed_by(base.pk) if base else StaffProposal.objects.none()
