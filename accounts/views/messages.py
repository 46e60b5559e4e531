"""Delivery of messages: what was sent to whose account, what waits, what was given up."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import Request
from accounts.messages.delivery import ATTEMPTS
from accounts.models import OutboxMessage
from accounts.models.messages import MessageState
from accounts.policies import require_permission
from accounts.roles import Permission

PAGE = 50


@require_safe
def messages(request: Request) -> HttpResponse:
    """The outbox of one's own user base, newest first; never what a message said."""
    require_permission(request.acting, Permission.MANAGE_ACCOUNTS)
    visible = OutboxMessage.objects.visible_to(request.acting).select_related("user")
    state = request.GET.get("state", "")
    chosen = visible.filter(state=state) if state in MessageState.values else visible
    context = {
        "page": Paginator(chosen, PAGE).get_page(request.GET.get("page")),
        "states": MessageState.choices,
        "state": state,
        "failed": visible.filter(state=MessageState.FAILED).count(),
        "attempts": ATTEMPTS,
    }
    return render(request, "accounts/messages.html", context)
