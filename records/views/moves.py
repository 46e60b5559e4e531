"""House moves between authorities: record one, answer one, open the record it is about."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request
from accounts.policies import Refused, can, require_permission
from accounts.refusals import record_refusal
from accounts.roles import Permission
from records.access import find_record
from records.actions.enquiries import open_enquiry
from records.actions.moves import accept_move, record_move, refuse_move, withdraw_move
from records.enquiries import work_under
from records.forms.base import posted
from records.forms.moves import MoveForm, RefuseMoveForm
from records.models import ChildRecord, HouseMove, MoveRefusal
from records.moves import moves_of, visible_to
from records.policies.moves import ANSWER_NOT_YOURS
from records.purposes import Purpose, Reason
from records.reasons import state_reason, stated_reason

OVER = "That was answered meanwhile, or another authority is responsible already."


@require_safe
def moves(request: Request) -> HttpResponse:
    """By whose turn it is: ours to answer, the others', answered."""
    require_permission(request.acting, Permission.AMEND_RECORD)
    context = {
        "moves": moves_of(request.acting),
        "may_answer": can(request.acting, Permission.ANSWER_MOVE).allowed,
    }
    return render(request, "records/moves.html", context)


@require_http_methods(["GET", "POST"])
def move_child(request: Request, key: UUID) -> HttpResponse:
    """The child moved: the other side is asked, and until it agrees nothing changes."""
    require_permission(request.acting, Permission.AMEND_RECORD)
    if stated_reason(request, key) is None:
        return redirect("records:give-reason", key=key)
    child = _record_or_404(request, key)
    form = MoveForm(posted(request), acting=request.acting)
    if form.is_valid():
        move = record_move(
            child=child,
            to=form.cleaned_data["to"],
            moved_on=form.cleaned_data["moved_on"],
            by=request.acting,
        )
        if move:
            messages.success(request, f"{move.awaits} is asked. Until it agrees, nothing changes.")
        else:
            messages.error(request, "An answer about this child is awaited already.")
        return redirect("records:record", key=key)
    context = {
        "form": form,
        "title": "The child moved to another authority",
        "back": reverse("records:record", args=[key]),
        "said": "The other authority is asked to agree and has five working days. The authority"
        " that is responsible today stays so until then.",
    }
    return render(request, "records/work_form.html", context)


@require_http_methods(["GET", "POST"])
def answer_move(request: Request, key: UUID) -> HttpResponse:
    """One move that waits for our answer: yes on this page, or no with the reason."""
    require_permission(request.acting, Permission.ANSWER_MOVE)
    move = _ours_or_404(request, key)
    form = RefuseMoveForm(
        posted(request) if "accept" not in request.POST else None, acting=request.acting
    )
    if request.method == "POST" and "accept" in request.POST:
        return _said(request, accept_move(key=key, by=request.acting), "Your answer is given: yes.")
    if form.is_valid():
        why = MoveRefusal(form.cleaned_data["why"])
        done = refuse_move(key=key, why=why, by=request.acting)
        return _said(request, done, "Your answer is given: no. They are told why.")
    return render(request, "records/answer_move.html", {"form": form, "move": move})


@require_POST
def withdraw(request: Request, key: UUID) -> HttpResponse:
    """Takes back what we asked. It can be asked again, so nothing need be confirmed."""
    require_permission(request.acting, Permission.AMEND_RECORD)
    _ours_or_404(request, key)
    return _said(request, withdraw_move(key=key, by=request.acting), "Taken back.")


@require_POST
def open_moved(request: Request, key: UUID) -> HttpResponse:
    """Opens the record a move is about, under an enquiry of that move."""
    require_permission(request.acting, Permission.OPEN_RECORD)
    move = _ours_or_404(request, key)
    reason = Reason(Purpose.MOVED, f"House move {move.pk}")
    enquiry = open_enquiry(reason=reason, by=request.acting)
    work_under(request, enquiry.key)
    state_reason(request, move.child.key, reason.under(enquiry.pk))
    return redirect("records:record", key=move.child.key)


def _said(request: Request, done: bool, words: str) -> HttpResponse:
    (messages.success if done else messages.error)(request, words if done else OVER)
    return redirect("records:moves")


def _ours_or_404(request: Request, key: UUID) -> HouseMove:
    """A move of the authority acted for; a guess leaves an event and gives 404."""
    ours = request.acting.base.authority_id if request.acting.base else None
    found = visible_to(request.acting).filter(key=key).first()
    if found is None or ours not in {found.from_authority_id, found.to_authority_id}:
        refused = Refused(ANSWER_NOT_YOURS, permission=Permission.ANSWER_MOVE.value)
        record_refusal(request.acting, refused)
        raise Http404
    return found


def _record_or_404(request: Request, key: UUID) -> ChildRecord:
    try:
        return find_record(child_key=key, permission=Permission.AMEND_RECORD, by=request.acting)
    except ChildRecord.DoesNotExist:
        raise Http404 from None
