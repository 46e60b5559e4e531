"""The one place where signals are received: what Django, allauth and axes only announce becomes an
event.

Every receiver writes in its own transaction and lets errors through: no event, no sign-in.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed, password_changed, password_reset
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_used
from axes.signals import user_locked_out  # axes' receivers are connected here, before ours below
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.acting import Acting
from accounts.models import SignInChange, User
from accounts.models.signin_help import ChangeKind
from accounts.signin import events
from accounts.signin.changes import note_change
from accounts.signin.devices import forget_devices, known_device, note_failure
from accounts.signin.factors import SECOND_FACTORS, shown_by
from accounts.signin.lockout import account_name
from accounts.signin.sessions import DEVICE_DUE, begin_session


@receiver(user_logged_in)
def on_signed_in(*, request: HttpRequest, user: User, **_: Any) -> None:
    begin_session(
        request.session,
        user_agent=request.headers.get("user-agent", ""),
        address=events.facts_of(request).source_ip,
    )
    if shown_by(request, user):
        request.session[DEVICE_DUE] = True
    with transaction.atomic():
        events.signed_in(request, user)


@receiver(user_login_failed)
def on_password_refused(
    *, credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any
) -> None:
    """axes has seen this failure first; if it locked the account, that is the event (below), not
    this.
    """
    if getattr(request, "axes_locked_out", False):
        return
    name = account_name(request, credentials)
    user = _known(name)
    with transaction.atomic():
        events.failed(request, user, reason="password-refused", factor="password")
        _count_against_device(request, user, name)


def _count_against_device(request: HttpRequest | None, user: User | None, name: str) -> None:
    """A known device is not locked by others' failures, but it wears out by its own."""
    device = known_device(request, name)
    if device is not None and note_failure(device):
        events.locked_out(request, user, reason="device-forgotten")


@receiver(user_locked_out)
def on_locked_out(*, request: HttpRequest, username: str | None, **_: Any) -> None:
    with transaction.atomic():
        events.locked_out(request, _known(username or ""))


@receiver(user_logged_out)
def on_signed_out(*, request: HttpRequest, user: User | None, **_: Any) -> None:
    if user is not None:
        with transaction.atomic():
            events.signed_out(request, user)


@receiver(authentication_failed)
def on_factor_refused(
    *, request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    with transaction.atomic():
        events.failed(request, user, reason="factor-refused", factor=authenticator.type)
        _count_against_device(request, user, user.email)


@receiver(authenticator_used)
def on_factor_used(
    *,
    request: HttpRequest,
    user: User,
    authenticator: Authenticator,
    reauthenticated: bool = False,
    **_: Any,
) -> None:
    """A second factor at sign-in is part of `auth.login`; shown again, or a recovery code spent, it
    is an event.
    """
    with transaction.atomic():
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            events.recovery_code_used(request, user)
        if reauthenticated:
            events.factor_shown_again(request, user, authenticator.type)


@receiver(authentication_step_completed)
def on_step(
    *, request: HttpRequest, user: User, method: str, reauthenticated: bool = False, **_: Any
) -> None:
    if method == "password" and reauthenticated:
        with transaction.atomic():
            events.factor_shown_again(request, user, method)


@receiver(password_changed)
def on_password_changed(*, request: HttpRequest, user: User, **_: Any) -> None:
    with transaction.atomic():
        events.password_changed(request, user)
        forget_devices(user)
    request.session[DEVICE_DUE] = True  # this one has just shown who it belongs to


@receiver(password_reset)
def on_password_reset(*, request: HttpRequest, user: User, **_: Any) -> None:
    with transaction.atomic():
        events.password_reset(request, user)
        forget_devices(user)


@receiver(post_save, sender=Authenticator)
def on_factor_added(*, instance: Authenticator, created: bool, **_: Any) -> None:
    """The row itself, not allauth's announcement: that comes after the commit, too late to share
    its fate.

    A factor that was just set up was just shown, so the session has it. Rows made outside a request
    are invented people.
    """
    request = context.request
    if not created or request is None:
        return
    with transaction.atomic():
        _note_new_factor(instance, events.acting_in(request))
        if instance.type in SECOND_FACTORS:
            events.factor_added(request, instance.user, instance.type)
            record_authentication(request, instance.user, "mfa", id=instance.pk, type=instance.type)
            request.session[DEVICE_DUE] = True
        else:
            events.recovery_codes_issued(request, instance.user)


def _note_new_factor(factor: Authenticator, by: Acting) -> None:
    """The very first factor of an account is no change: it belongs to the invitation."""
    others = Authenticator.objects.filter(user=factor.user).exclude(pk=factor.pk)
    was_reset = SignInChange.objects.filter(user=factor.user, kind=ChangeKind.FACTORS_RESET)
    if others.exists() or was_reset.exists():
        kind = ChangeKind.FACTOR_ADDED
        note_change(user=factor.user, kind=kind, authenticator_id=factor.pk, by=by)


@receiver(post_delete, sender=Authenticator)
def on_factor_removed(*, instance: Authenticator, **_: Any) -> None:
    """Recovery codes are replaced by new ones, and issuing those is the event."""
    if context.request is not None and instance.type in SECOND_FACTORS:
        with transaction.atomic():
            events.factor_removed(context.request, instance.user, instance.type)


def _known(name: str) -> User | None:
    return User.objects.filter(email=name).first() if name else None
