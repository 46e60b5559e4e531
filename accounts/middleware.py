"""What stands between a request and a view: who acts, for how long, with which factor; and refusals turned into events.

Order matters and is set in `contactpoint/settings.py`.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from ipware import get_client_ip

from accounts import acting as who
from accounts.http import Request
from accounts.models import RoleGrant, User
from accounts.signin.factors import has_second_factor, is_open_without_factor
from accounts.policies import Refused, deny
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append

GetResponse = Callable[[Request], HttpResponse]

LAST_SEEN, SIGNED_IN_AT, GRANT = "last_seen", "signed_in_at", "grant_id"


def request_facts(get_response: GetResponse) -> GetResponse:
    """Sets `request.facts` (address, request id, session reference) and forbids storing what a signed-in person sees."""

    def middleware(request: Request) -> HttpResponse:
        address, _ = get_client_ip(
            request,
            proxy_count=settings.AXES_IPWARE_PROXY_COUNT or None,
            request_header_order=settings.AXES_IPWARE_META_PRECEDENCE_ORDER
            if settings.AXES_IPWARE_PROXY_COUNT
            else ["REMOTE_ADDR"],
        )
        request.facts = who.RequestFacts(
            source_ip=address,
            request_id=uuid.uuid4(),
            session_ref=who.session_ref(request.session.session_key),
        )
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware


class SessionLimits:
    """Ends a session after 15 idle minutes or 8 hours, with an event; a half-filled form waits for its owner."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Runs after the CSRF check and before the view; an ended session answers with the way back in."""
        if not request.user.is_authenticated:
            return None
        reason = self._over(request)
        if reason:
            return self._end(request, view, reason)
        request.session[LAST_SEEN] = int(time.time())
        return None

    def _over(self, request: Request) -> str:
        now = time.time()
        started = request.session.setdefault(SIGNED_IN_AT, int(now))
        if now - request.session.get(LAST_SEEN, now) > settings.SESSION_IDLE_SECONDS:
            return "idle"
        return "too-long" if now - started > settings.SESSION_ABSOLUTE_SECONDS else ""

    def _end(self, request: Request, view: Callable[..., Any], reason: str) -> HttpResponse:
        with transaction.atomic():
            append(EventType.SESSION_EXPIRED, actor=request.acting.actor, reason=reason)
            back_to = _held(request, view)
        logout(request)
        return redirect(f"{reverse(settings.LOGIN_URL)}?{urlencode({'expired': 1, 'next': back_to})}")


def _held(request: Request, view: Callable[..., Any]) -> str:
    """Where to come back to. A view that can keep a posted form for its owner says so by its `hold_form` attribute."""
    hold_form = getattr(view, "hold_form", None)
    if request.method == "POST" and hold_form is not None:
        return str(hold_form(request))
    return request.path if request.method == "GET" else reverse("accounts:home")


def acting_for_request(get_response: GetResponse) -> GetResponse:
    """Sets `request.acting` and `request.grants`: one statement, anew on every request, in database time."""

    def middleware(request: Request) -> HttpResponse:
        request.grants = _grants(request)
        request.acting = _acting(request)
        return get_response(request)

    return middleware


def _grants(request: Request) -> list[RoleGrant]:
    if not request.user.is_authenticated:
        return []
    grants = RoleGrant.objects.live().with_standing().filter(user=request.user.pk)
    return list(grants.order_by("pk"))


def _acting(request: Request) -> who.Acting:
    if not isinstance(request.user, User):
        return who.nobody(request.facts)
    chosen = request.session.get(GRANT)
    grant = next((g for g in request.grants if g.pk == chosen), None)
    return who.person(request.user, grant or next(iter(request.grants), None), request.facts)


def acting_grant_unchanged(get_response: GetResponse) -> GetResponse:
    """A form carries the grant it was shown under; posted under another one it is refused, not reinterpreted."""

    def middleware(request: Request) -> HttpResponse:
        return get_response(request)

    def process_view(
        request: Request, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        shown_under = request.POST.get("acting_grant") if request.method == "POST" else None
        grant = request.acting.grant
        if shown_under is None or (grant is not None and shown_under == str(grant.pk)):
            return None
        return _refuse(request, Refused(ROLE_CHANGED))

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


ROLE_CHANGED = deny(
    "acting-role-changed",
    "You changed role in another window after this form was shown.",
    "Go back, check which role you are acting in, and send the form again.",
)


class SecondFactorRequired:
    """A signed-in person without a second factor can only set one up, or leave."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: Request, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not isinstance(request.user, User) or is_open_without_factor(request.resolver_match):
            return None
        if has_second_factor(request):
            return None
        return redirect("accounts:second-factor")


class RecordRefusals:
    """Turns a `Refused` into an `access.denied` event and the 403 page.

    It runs after the view's own transaction has rolled back, so the refusal is recorded whatever else was undone;
    if the event cannot be written the answer is an error, not a quiet refusal.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: Request, exception: Exception) -> HttpResponse | None:
        return _refuse(request, exception) if isinstance(exception, Refused) else None


def _refuse(request: Request, refused: Refused) -> HttpResponse:
    with transaction.atomic():
        record_refusal(request.acting, refused)
    return render(request, "403.html", {"decision": refused.decision}, status=403)


def record_refusal(acting: who.Acting, refused: Refused) -> None:
    """Writes the `access.denied` event of a refusal; used by the middleware, by tasks and by commands."""
    append(
        EventType.ACCESS_DENIED,
        actor=acting.actor,
        outcome=Outcome.DENIED,
        reason=refused.decision.code,
        target_type=refused.target_type,
        target_id=refused.target_id,
        detail={"permission": refused.permission} if refused.permission else None,
    )
