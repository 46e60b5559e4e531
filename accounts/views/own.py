"""One's own account: details and roles, sessions and known browsers, what is on file."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.actions.directories import end_directory_link
from accounts.http import Request
from accounts.models import IdentityProvider
from accounts.own import devices_of, due_of, links_of, on_file, sessions_of
from accounts.signin.factors import factors_of


@require_safe
def your_account(request: Request) -> HttpResponse:
    """What is kept about this person, what falls due, and their factors."""
    own = IdentityProvider.objects.live().filter(organisation=request.user.employer.base)
    context = {
        "factors": factors_of(request.user),
        "directories": own,
        "links": links_of(request.user),
        "due": due_of(request.user),
    }
    return render(request, "accounts/your_account.html", context)


@require_safe
def sessions(request: Request) -> HttpResponse:
    """Where this person is signed in, and which browsers are known."""
    context = {
        "sessions": sessions_of(request.user, this=request.acting.actor.session_ref),
        "devices": devices_of(request.user),
    }
    return render(request, "accounts/own_sessions.html", context)


@require_POST
def end_sessions(request: Request) -> HttpResponse:
    """Ends one session of one's own, or every other one."""
    ref = request.POST.get("session", "")
    if ref == "others":
        ended = actions.end_other_sessions(by=request.acting)
    else:
        ended = actions.end_own_session(ref=ref, by=request.acting)
    if ended:
        said = "The session has ended." if ended == 1 else f"{ended} sessions have ended."
        messages.success(request, said)
    else:
        messages.info(request, "Nothing was left to end: it is over already.")
    return redirect("accounts:own-sessions")


@require_POST
def forget_device(request: Request) -> HttpResponse:
    """One known browser becomes a stranger."""
    given = request.POST.get("device", "")
    if given.isdecimal() and actions.forget_own_device(device_id=int(given), by=request.acting):
        messages.success(request, "The browser is forgotten.")
    else:
        messages.info(request, "That browser was forgotten already.")
    return redirect("accounts:own-sessions")


@require_POST
def end_own_link(request: Request, key: UUID) -> HttpResponse:
    """Parts the account from its work account in a directory."""
    provider = get_object_or_404(IdentityProvider, key=key)
    if end_directory_link(provider=provider, user=request.user, by=request.acting):
        messages.success(request, "The link has ended, and with it the sessions it opened.")
    else:
        messages.info(request, "Your account was not linked any more.")
    return redirect("accounts:your-account")


@require_safe
def recorded(request: Request) -> HttpResponse:
    """What is recorded about this person beside their details."""
    return render(request, "accounts/recorded.html", {"file": on_file(request.user)})
