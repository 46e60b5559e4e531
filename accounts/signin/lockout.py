"""Locked out: axes' answer to failed sign-ins. It is for half an hour, by account name on devices
never seen before, and is no suspension.

TOTP and recovery codes are counted by allauth's own limiter, by account (`ACCOUNT_RATE_LIMITS`):
axes hears of passwords only. Passkeys and known devices (`devices.py`) stay usable meanwhile, so
that nobody can lock another person out.
"""

from typing import Any

from axes.helpers import get_cool_off
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.signin.devices import known_device


def account_name(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> str:
    """What attempts are counted by: the e-mail address as typed, in lower case.

    axes asks us for it.
    """
    given = credentials or {}
    name = given.get("email") or given.get("login") or given.get("username")
    if not name and request is not None:
        name = request.POST.get("login", "")
    return str(name or "").strip().lower()


def is_known_device(request: HttpRequest | None, credentials: dict[str, Any] | None = None) -> bool:
    """Whether the lock does not concern this request; axes asks us. Its failures are counted by
    the device.
    """
    return known_device(request, account_name(request, credentials)) is not None


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """The 429 page: the same for accounts that exist and that do not."""
    cool_off = get_cool_off(request)
    minutes = int(cool_off.total_seconds() // 60) if cool_off else 0
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response.headers["Retry-After"] = str(minutes * 60)
    return response
