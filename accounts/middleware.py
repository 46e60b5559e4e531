"""What stands between a request and a view: who acts, for how long, with which factor; and refusals
turned into events.

Order matters and is set in `contactpoint/settings/base.py`. What a session carries is in
`accounts.signin.sessions`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from ipware import get_client_ip

from accounts import acting as who
from accounts.grants_for_request import grants_for
from accounts.http import Request
from accounts.models import RoleGrant, User
from accounts.policies import STEP_UP, Refused, deny
from accounts.refusals import record_refusal
from accounts.signin import sessions
from accounts.signin.devices import remember_if_due
from accounts.signin.factors import (
    CHOOSING,
    SETTING_UP,
    SHOWING,
    factors_shown,
    has_fresh_second_factor,
    has_shown_second_factor,
    holds_second_factor,
    is_public,
)
from accounts.signin.stopped import remember_stopped
from audit.ledger.events import EventType
from audit.ledger.writer import append

GetResponse = Callable[[Request], HttpResponse]
View = Callable[..., Any]


class _Middleware:
    """The part every class below shares: it only looks on the way in, at `process_view` or
    `process_exception`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)


def request_facts(get_response: GetResponse) -> GetResponse:
    """Sets `request.facts` (address, request id, session reference) and forbids storing what a
    person sees.
    """

    def middleware(request: Request) -> HttpResponse:
        request.facts = who.RequestFacts(
            source_ip=_address(request),
            request_id=uuid.uuid4(),
            session_ref=who.session_ref(request.session.session_key),
        )
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def _address(request: Request) -> str | None:
    """The client's address; a forwarded one is believed only if we were told how many proxies stand
    before us.
    """
    proxies = settings.AXES_IPWARE_PROXY_COUNT
    headers = settings.AXES_IPWARE_META_PRECEDENCE_ORDER if proxies else ["REMOTE_ADDR"]
    address, _ = get_client_ip(request, proxy_count=proxies or None, request_header_order=headers)
    return None if address is None else str(address)


def acting_for_request(get_response: GetResponse) -> GetResponse:
    """Sets `request.acting` and `request.grants`: one statement, anew on every request, in database
    time.
    """

    def middleware(request: Request) -> HttpResponse:
        claimed = request.session.get(
            SESSION_KEY
        )  # Django forgets it when the session no longer counts
        request.grants = grants_for(request)
        request.acting = _acting(request)
        request.revoked_user_id = (
            int(claimed) if claimed and not request.user.is_authenticated else None
        )
        return get_response(request)

    return middleware


def _acting(request: Request) -> who.Acting:
    user = request.user
    if not user.is_authenticated:
        return who.nobody(request.facts)
    grant = _acted_in(request)
    request.facts = replace(request.facts, network_id=getattr(grant, "network_id", None))
    return who.person(
        user,
        grant,
        request.facts,
        factor_is_fresh=has_fresh_second_factor(request),
        factors_shown=factors_shown(request),
        by_directory=sessions.DIRECTORY in request.session,
    )


def _acted_in(request: Request) -> RoleGrant | None:
    """The role this session chose, while it is live; the only one, if nothing was chosen yet.

    Never another one by itself: when the chosen role ends, the person is asked (`RoleChosen`).
    """
    chosen = request.session.get(sessions.GRANT)
    if chosen is None and len(request.grants) == 1:
        request.session[sessions.GRANT] = chosen = request.grants[0].pk
    return next((grant for grant in request.grants if grant.pk == chosen), None)


def remember_device(get_response: GetResponse) -> GetResponse:
    """After a full sign-in the answer carries the cookie of a known device."""

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        remember_if_due(request, response)
        return response

    return middleware


class SessionLimits(_Middleware):
    """Ends a session after 15 idle minutes or 8 hours, with an event; a half-filled form waits for
    its owner.

    A session that stopped counting because its account was stopped, or its password changed, is
    told so.
    """

    def process_view(
        self, request: Request, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Runs after the CSRF check and before the view; an ended session answers with the way back
        in.
        """
        if request.revoked_user_id is not None:
            return _revoked(request, request.revoked_user_id)
        if not request.user.is_authenticated:
            return None
        reason = sessions.over(request.session)
        if reason:
            return _end(request, view, reason)
        sessions.touch(request.session, request.facts.source_ip)
        return None


def _revoked(request: Request, user_id: int) -> HttpResponse | None:
    user = User.objects.filter(pk=user_id).first()
    stopped = user is not None and not user.is_active
    with transaction.atomic():
        append(
            EventType.SESSION_REVOKED,
            actor=request.acting.actor,
            reason=f"account-{user.status}" if user and stopped else "credentials-changed",
            target_type="user",
            target_id=user_id,
        )
    request.session.flush()
    if user and stopped:
        remember_stopped(request, user)
    if request.resolver_match and is_public(request.resolver_match):
        return None
    return redirect("account_inactive") if stopped else redirect_to_login(request.path)


def _end(request: Request, view: View, reason: str) -> HttpResponse | None:
    """The event, the held form, and no sign-out event: nobody signed out."""
    with transaction.atomic():
        append(EventType.SESSION_EXPIRED, actor=request.acting.actor, reason=reason)
        back_to = _held(request, view)
    request.session.flush()
    request.user = AnonymousUser()
    request.grants = []
    request.acting = who.nobody(request.facts)
    if request.resolver_match and is_public(request.resolver_match):
        return None
    return _sign_in_again(back_to)


def _sign_in_again(back_to: str) -> HttpResponse:
    return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'expired': 1, 'next': back_to})}")


def _held(request: Request, view: View | None) -> str:
    """Where to come back to.

    A view that can keep a posted form for its owner says so by its `hold_form` attribute.
    """
    hold_form = getattr(view, "hold_form", None)
    if request.method == "POST" and hold_form is not None:
        return str(hold_form(request))
    return request.get_full_path() if request.method == "GET" else reverse("accounts:home")


class SecondFactorRequired(_Middleware):
    """A session that has not shown a second factor reaches nothing: it can show it, set one up, or
    leave.
    """

    def process_view(
        self, request: Request, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if not isinstance(request.user, User) or match is None or is_public(match):
            return None
        if has_shown_second_factor(request):
            return None
        if holds_second_factor(request.user):
            target, allowed = "mfa_reauthenticate", SHOWING
        else:
            target, allowed = "accounts:second-factor", SETTING_UP
        if match.view_name in allowed:
            return None
        return redirect(f"{reverse(target)}?{urlencode({'next': request.path})}")


ROLE_CHANGED = deny(
    "acting-role-changed",
    "You changed role in another window after this form was shown.",
    "Go back, check which role you are acting in, and send the form again.",
)


class ActingGrantUnchanged(_Middleware):
    """A form carries the grant it was shown under; posted under another one it is refused, not
    reinterpreted.
    """

    def process_view(
        self, request: Request, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        shown_under = request.POST.get("acting_grant") if request.method == "POST" else None
        grant = request.acting.grant
        if shown_under is None or shown_under == (str(grant.pk) if grant else ""):
            return None
        return refused_page(request, Refused(ROLE_CHANGED))


class RoleChosen(_Middleware):
    """A person with live roles who acts in none of them is asked which: after signing in with
    several, and when the chosen one has ended.
    """

    def process_view(
        self, request: Request, view: View, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.acting.grant is not None or not request.grants or match is None:
            return None
        if is_public(match) or match.view_name in CHOOSING:
            return None
        back_to = request.get_full_path() if request.method == "GET" else reverse("accounts:home")
        return redirect(f"{reverse('accounts:choose-role')}?{urlencode({'next': back_to})}")


class RecordRefusals(_Middleware):
    """Turns a `Refused` into an `access.denied` event and the 403 page, or the way to the second
    factor and back.

    It runs after the view's own transaction has rolled back, so the refusal is recorded whatever
    else was undone; if the event cannot be written the answer is an error, not a quiet refusal.
    """

    def process_exception(self, request: Request, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refused):
            return None
        if exception.decision is STEP_UP and has_shown_second_factor(request):
            return _step_up(request, exception)
        return refused_page(request, exception)


def _step_up(request: Request, refused: Refused) -> HttpResponse:
    """The event, the held form, and the page that asks for the second factor."""
    record_refusal(request.acting, refused)
    back_to = _after_step_up(request)
    return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back_to})}")


def _after_step_up(request: Request) -> str:
    """Where to come back to: with what was typed if the view keeps it, else to the form's page."""
    view = request.resolver_match.func if request.resolver_match else None
    keep_form = getattr(view, "keep_form", None)
    if request.method == "POST" and keep_form is not None:
        return str(keep_form(request))
    if request.method == "GET" or hasattr(view, "hold_form"):
        return _held(request, view)
    came_from = urlsplit(request.headers.get("referer", ""))
    same_site = came_from.netloc == request.get_host()
    return came_from.path if same_site and came_from.path else reverse("accounts:home")


def refused_page(request: Request, refused: Refused) -> HttpResponse:
    """The event, then the page that says why and what to do."""
    record_refusal(request.acting, refused)
    return render(request, "403.html", {"decision": refused.decision}, status=403)
