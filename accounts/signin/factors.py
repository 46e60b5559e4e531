"""Which factors a session has shown, and which pages are open to a person who has not set up a second one yet."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.urls import ResolverMatch

from accounts.http import Request

OPEN_WITHOUT_FACTOR = frozenset(
    {
        "accounts:second-factor",
        "account_logout",
        "account_reauthenticate",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    }
)


def is_open_without_factor(match: ResolverMatch | None) -> bool:
    """Whether the page may be used before a second factor exists: setting one up, or leaving."""
    if match is None:
        return False
    return match.view_name in OPEN_WITHOUT_FACTOR or getattr(match.func, "login_required", True) is False


def has_second_factor(request: Request) -> bool:
    """True if this session was opened with a second factor, or its owner has set one up since."""
    records = get_authentication_records(request, request.user)
    if any(record.get("method") == "mfa" for record in records):
        return True
    return bool(
        Authenticator.objects.filter(
            user=request.user.pk, type__in=[Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
        ).exists()
    )
