"""Opening a record: under a stated reason, recorded each time it is shown."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.acting import Acting
from accounts.http import Request
from accounts.policies import can, require_permission
from accounts.roles import Permission
from records.access import open_record
from records.actions.enquiries import open_enquiry
from records.enquiries import current_enquiry, work_under
from records.explanations import Look, explain
from records.forms.base import ReasonForm, posted
from records.models import ChildRecord
from records.own_work import own_work
from records.purposes import Reason
from records.reasons import state_reason, stated_reason
from records.referrals import without_child
from records.shields import appeared_since
from records.views.searching import as_uuid, held_search_or_404
from records.visibility import present


@require_POST
def open_from_search(request: Request, key: UUID) -> HttpResponse:
    """The button on a result: takes over the reason of the search it stands under."""
    require_permission(request.acting, Permission.OPEN_RECORD)
    search_key = as_uuid(request.POST.get("search", ""))
    if search_key is None:
        raise Http404
    state_reason(request, key, held_search_or_404(request, search_key).reason)
    return redirect("records:record", key=key)


@require_http_methods(["GET", "POST"])
def give_reason(request: Request, key: UUID) -> HttpResponse:
    """Asks why, when no search came before. Does not say whether such a record exists."""
    require_permission(request.acting, Permission.OPEN_RECORD)
    form = ReasonForm(posted(request), acting=request.acting, enquiry=current_enquiry(request))
    if form.is_valid():
        enquiry = open_enquiry(reason=form.reason, by=request.acting)
        work_under(request, enquiry.key)
        state_reason(request, key, form.reason.under(enquiry.pk))
        return redirect("records:record", key=key)
    return render(request, "records/give_reason.html", {"form": form})


@require_safe
def record(request: Request, key: UUID) -> HttpResponse:
    """One record: who is involved and how to reach them. Every display is an event."""
    require_permission(request.acting, Permission.OPEN_RECORD)
    reason = stated_reason(request, key)
    if reason is None:
        return redirect("records:give-reason", key=key)
    try:
        return _shown(request, key, reason)
    except ChildRecord.DoesNotExist:
        raise Http404 from None


def _shown(request: Request, key: UUID, reason: Reason) -> HttpResponse:
    """The page of one record. A shield that is committed while it is made hides in it, too."""
    child = open_record(child_key=key, reason=reason, by=request.acting)
    shown = present(
        child, request.acting, own_work=_own_work(request.acting), why=_why(child, request.acting)
    )
    context = {
        "record": shown,
        "reason": reason,
        "referrals": without_child(request.acting),
    }
    page = render(request, "records/record.html", context)
    if appeared_since(child.pk, child.live_shield):
        return _shown(request, key, reason)
    return page


def _own_work(acting: Acting) -> str:
    """What "I am working with this child" would record, in words; nothing for who may not."""
    if not can(acting, Permission.RECORD_INVOLVEMENT).allowed:
        return ""
    work = own_work(acting)
    return f"{work.role}, {work.name}" if work else ""


def _why(child: ChildRecord, acting: Acting) -> str:
    """The strongest recorded reason for this look, in a sentence; empty if there is none."""
    if acting.user is None:
        return ""
    look = Look(
        person=acting.user.pk,
        child=child.pk,
        moment=timezone.now(),
        on_behalf_of=acting.actor.on_behalf_of,
    )
    (found,) = explain([look])
    return found.explanations[0].sentence if found.explanations else ""
