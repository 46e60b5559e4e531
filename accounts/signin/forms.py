"""allauth's forms of factors, with an event for every refusal that allauth does not announce.

Refused TOTP and recovery codes are announced by a signal (`accounts/receivers.py`); passkeys and
the limiter of tries are not.
"""

from __future__ import annotations

from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as passkeys
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.signin import events

LIMITER = "too_many_login_attempts"


def record_limit(error: ValidationError, user: User | None, factor: str) -> None:
    """The limiter answered instead of looking at the code or password: an event like any
    refusal.
    """
    if error.code == LIMITER:
        with transaction.atomic():
            events.failed(context.request, user, reason="too-many-tries", factor=factor)


class _CodeForm:
    def clean_code(self) -> str:
        try:
            return str(super().clean_code())  # type: ignore[misc]  # mixed into allauth's forms
        except ValidationError as error:
            record_limit(error, self.user, Authenticator.Type.TOTP)  # type: ignore[attr-defined]
            raise


class AuthenticateForm(_CodeForm, codes.AuthenticateForm):
    """A TOTP or recovery code as the second step of signing in."""


class ReauthenticateForm(_CodeForm, codes.ReauthenticateForm):
    """A TOTP or recovery code again, inside a session."""


class _PasskeyForm:
    def clean_credential(self) -> Authenticator:
        """Raises ValidationError for a passkey that is not this account's, or no passkey at all."""
        try:
            return super().clean_credential()  # type: ignore[misc]  # mixed into allauth's forms
        except ValidationError as error:
            self._refuse(error)
            raise
        except (AttributeError, KeyError, TypeError, ValueError) as broken:
            unusable: ValidationError = get_adapter().validation_error("incorrect_code")
            self._refuse(unusable)
            raise unusable from broken

    def _refuse(self, error: ValidationError) -> None:
        user: User | None = self.user  # type: ignore[attr-defined]
        reason = "too-many-tries" if error.code == LIMITER else "factor-refused"
        with transaction.atomic():
            events.failed(context.request, user, reason=reason, factor=Authenticator.Type.WEBAUTHN)


class AuthenticatePasskeyForm(_PasskeyForm, passkeys.AuthenticateWebAuthnForm):
    """A passkey as the second step of signing in."""


class LoginPasskeyForm(_PasskeyForm, passkeys.LoginWebAuthnForm):
    """A passkey alone. Whose it claims to be is not believed, so a refused one has no target."""


class ReauthenticatePasskeyForm(_PasskeyForm, passkeys.ReauthenticateWebAuthnForm):
    """A passkey again, inside a session."""
