"""The contact slip: the one sheet of a record that is meant to be printed, and says by whom."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.policies import require_permission
from accounts.roles import Permission
from records.access import print_record
from records.models import ChildRecord
from records.purposes import Reason
from records.reasons import stated_reason
from records.shields import appeared_since
from records.visibility import present

MARKS = 12  # times that the watermark is repeated: enough for a sheet of paper


@require_safe
def contact_slip(request: Request, key: UUID) -> HttpResponse:
    """Whom to ring about this child, for the reason the record was opened. Showing it is the event
    of printing it, each time: what a browser then does cannot be seen from here.
    """
    require_permission(request.acting, Permission.OPEN_RECORD)
    reason = stated_reason(request, key)
    if reason is None:
        return redirect("records:give-reason", key=key)
    try:
        return _shown(request, key, reason)
    except ChildRecord.DoesNotExist:
        raise Http404 from None


def _shown(request: Request, key: UUID, reason: Reason) -> HttpResponse:
    """The sheet. A shield that is committed while it is made hides in it, too."""
    child = print_record(child_key=key, reason=reason, by=request.acting)
    context = {
        "record": present(child, request.acting),
        "reason": reason,
        "now": timezone.now(),
        "marks": range(MARKS),
    }
    page = render(request, "records/contact_slip.html", context)
    if appeared_since(child.pk, child.live_shield):
        return _shown(request, key, reason)
    return page
