"""Known devices: a browser that an account has fully signed in from carries a long-lived cookie.

The lock after failed sign-ins closes an account to devices never seen before, not to these, so
nobody can lock a duty worker out. The cookie opens nothing: password and second factor are asked
for as ever. A known device has its own, lower ceiling of failures; past it, it is a stranger again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from accounts.models import KnownDevice, User
from accounts.models.devices import EndOfDevice
from accounts.signin.browsers import device_name
from accounts.signin.sessions import DEVICE_DUE

SALT = "accounts.known-device"
CEILING = 10  # failures in a row from one known device
LIFETIME = 180 * 24 * 3600  # seconds; begins anew at each full sign-in
SEEN = "known_devices_seen"


def cookie_name(email: str) -> str:
    """One cookie an account, so that colleagues can share a browser; its name says nothing."""
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"{SALT}:{email}".encode(), hashlib.sha256)
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}device-{digest[:8].hex()}"


def known_device(request: HttpRequest | None, email: str) -> KnownDevice | None:
    """The device of this account that the request comes from, if it is one. Asked once a request.

    A cookie that was replaced long ago came from a copy: then neither counts any more.
    """
    token_hash = _hash_in(request, email)
    if request is None or token_hash is None:
        return None
    seen: dict[bytes, KnownDevice | None] = request.__dict__.setdefault(SEEN, {})
    if token_hash not in seen:
        devices = KnownDevice.objects.filter(user__email=email, ended_at__isnull=True)
        seen[token_hash] = devices.filter(token_hash=token_hash).first()
        if seen[token_hash] is None:
            _end(devices.filter(previous_hash=token_hash), EndOfDevice.REUSED)
    return seen[token_hash]


def remember_if_due(request: HttpRequest, response: HttpResponse) -> None:
    """After a full sign-in: gives the device its first cookie, or a new one for the old."""
    user = request.user
    if not isinstance(user, User) or not request.session.pop(DEVICE_DUE, False):
        return
    token = secrets.token_urlsafe(32)
    device = known_device(request, user.email)
    if device is None or not _renew(device, _hash(token)):
        name = device_name(request.headers.get("user-agent", ""))
        KnownDevice.objects.create(user=user, token_hash=_hash(token), name=name)
    response.set_cookie(
        cookie_name(user.email),
        TimestampSigner(salt=SALT).sign(token),
        max_age=LIFETIME,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def _renew(device: KnownDevice, token_hash: bytes) -> bool:
    """The old cookie is worth nothing from now on. False if the device has ended meanwhile."""
    renewed = KnownDevice.objects.filter(pk=device.pk, ended_at__isnull=True).update(
        token_hash=token_hash, previous_hash=device.token_hash, failures=0, last_used_at=Now()
    )
    return bool(renewed)


def note_failure(device: KnownDevice) -> bool:
    """One more failure from this device, in the caller's transaction.

    True when it was the last: it is a stranger from now on.
    """
    KnownDevice.objects.filter(pk=device.pk).update(failures=F("failures") + 1)
    worn_out = KnownDevice.objects.filter(pk=device.pk, failures__gte=CEILING)
    return bool(_end(worn_out.filter(ended_at__isnull=True), EndOfDevice.FAILURES))


def forget_devices(user: User) -> int:
    """Every device is a stranger again: the password or a factor changed hands, perhaps."""
    devices = KnownDevice.objects.filter(user=user, ended_at__isnull=True)
    return _end(devices, EndOfDevice.CREDENTIALS)


def forget_device(user: User, device_id: int) -> bool:
    """One device of the person is a stranger again, as they wish. False if it was already."""
    own = KnownDevice.objects.filter(user=user, pk=device_id, ended_at__isnull=True)
    return bool(_end(own, EndOfDevice.OWNER))


def _end(devices: Any, because: EndOfDevice) -> int:
    ended: int = devices.update(ended_at=Now(), ended_because=because)
    return ended


def _hash_in(request: HttpRequest | None, email: str) -> bytes | None:
    """The hash of the cookie's token, if the cookie is ours and not too old. Asks no database."""
    cookie = request.COOKIES.get(cookie_name(email)) if request is not None else None
    if not cookie:
        return None
    try:
        return _hash(TimestampSigner(salt=SALT).unsign(cookie, max_age=LIFETIME))
    except BadSignature:
        return None


def _hash(token: str) -> bytes:
    """SHA-256: the token carries full entropy, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()
