"""allauth's forms of factors and of resetting a password, with an event for every refusal that
allauth does not announce.

Refused TOTP and recovery codes are announced by a signal (`accounts/receivers.py`); passkeys and
the limiter of tries are not.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ResetPasswordForm as ResetForm
from allauth.core import context, ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkeys
from allauth.mfa.webauthn.internal import auth as ceremony
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.signin import events
from accounts.signin.devices import known_device

LIMITER = "too_many_login_attempts"


def record_limit(error: ValidationError, user: User | None, factor: str) -> None:
    """The limiter answered instead of looking at the code or password: an event like any
    refusal.
    """
    if error.code == LIMITER:
        with transaction.atomic():
            events.failed(context.request, user, reason="too-many-tries", factor=factor)


def _make_way(user: User) -> None:
    """allauth counts codes by account; a known device has its own count (`devices.py`)."""
    if known_device(context.request, user.email) is not None:
        key = f"mfa-auth-user-{user.pk}"
        ratelimit.clear(context.request, action="login_failed", key=key)


class _CodeForm:
    def clean_code(self) -> str:
        """On a known device, others' wrong codes for this account do not count."""
        _make_way(self.user)  # type: ignore[attr-defined]  # mixed into allauth's forms
        try:
            return str(super().clean_code())  # type: ignore[misc]  # mixed into allauth's forms
        except ValidationError as error:
            record_limit(error, self.user, Authenticator.Type.TOTP)  # type: ignore[attr-defined]
            raise


class ResetPasswordForm(ResetForm):
    """Asking for a link to reset a password. Who asks in vain leaves the same traces."""

    users: list[User]

    def clean_email(self) -> str:
        """Accounts are found by the address they have now, not by one that they had."""
        email = str(super().clean_email())
        self.users = [user for user in self.users if user.email == email.strip().lower()]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            with transaction.atomic():
                events.reset_requested(request, None, refused="unknown-address")
        return str(super().save(request, **kwargs))


class AuthenticateForm(_CodeForm, codes.AuthenticateForm):
    """A TOTP or recovery code as the second step of signing in."""


class ReauthenticateForm(_CodeForm, codes.ReauthenticateForm):
    """A TOTP or recovery code again, inside a session."""


class _PasskeyForm:
    def clean_credential(self) -> Authenticator:
        """Raises ValidationError for a passkey that is not this account's, or no passkey at all."""
        try:
            return self._answered()
        except ValidationError:
            self._refuse()
            raise
        except (AttributeError, KeyError, TypeError, ValueError) as broken:
            unusable: ValidationError = get_adapter().validation_error("incorrect_code")
            self._refuse()
            raise unusable from broken

    def _answered(self) -> Authenticator:
        """A passkey cannot be guessed, so it stays open when others have tried too many codes."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # mixed into allauth's forms
        except ValidationError as error:
            if error.code != LIMITER:
                raise
            credential = self.cleaned_data["credential"]  # type: ignore[attr-defined]
            return ceremony.complete_authentication(self.user, credential)  # type: ignore[attr-defined]

    def _refuse(self) -> None:
        user: User | None = self.user  # type: ignore[attr-defined]
        with transaction.atomic():
            events.failed(
                context.request,
                user,
                reason="factor-refused",
                factor=Authenticator.Type.WEBAUTHN,
            )


class AuthenticatePasskeyForm(_PasskeyForm, passkeys.AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""


class LoginPasskeyForm(_PasskeyForm, passkeys.LoginWebAuthnForm):
    """A passkey alone. Whose it claims to be is not believed, so a refused one has no target."""


class ReauthenticatePasskeyForm(_PasskeyForm, passkeys.ReauthenticateWebAuthnForm):
    """A passkey again, inside a session."""
