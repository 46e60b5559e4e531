"""Which factors an account has, which this session has shown, and which pages are open
before that.
"""

from __future__ import annotations

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import ResolverMatch

from accounts.models import User

DIRECTORY_METHOD = "directory"  # as allauth's records of a session call it
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)

LEAVING = frozenset({"account_logout"})
# Open to a person whose account has no second factor yet: setting one up, the password again for
# that, or leaving.
SETTING_UP = LEAVING | {
    "accounts:second-factor",
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_add_webauthn",
}
# Open to a session that has not shown the second factor its account has: showing it, or leaving.
SHOWING = LEAVING | {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
# Open to a person who has not said yet in which of several roles they act.
CHOOSING = SETTING_UP | SHOWING | {"accounts:choose-role"}


def is_public(match: ResolverMatch) -> bool:
    """Whether the page is there for people who are not signed in."""
    return getattr(match.func, "login_required", True) is False


def second_factors() -> QuerySet[Authenticator]:
    """All second factors; recovery codes are none, they only stand in for one."""
    found: QuerySet[Authenticator] = Authenticator.objects.filter(type__in=SECOND_FACTORS)
    return found


def factors_of(user: User) -> QuerySet[Authenticator]:
    """The second factors of an account."""
    return second_factors().filter(user_id=user.pk)


def holds_second_factor(user: User) -> bool:
    """Whether this account has a second factor."""
    return bool(factors_of(user).exists())


def shown_in(request: HttpRequest) -> list[dict[str, Any]]:
    """What this session has shown, oldest first, as allauth recorded it."""
    return list(get_authentication_records(request, request.user))


def shown_by(request: HttpRequest, user: User) -> bool:
    """Whether this sign-in, not yet finished, has shown a second factor."""
    records = get_authentication_records(request, user)
    return any(record.get("method") == "mfa" for record in records)


def has_shown_second_factor(request: HttpRequest) -> bool:
    """True if a TOTP code, a passkey or a recovery code was shown in this session, or two factors
    at the directory that opened it.
    """
    return any(record.get("method") in {"mfa", DIRECTORY_METHOD} for record in shown_in(request))


def factors_shown(request: HttpRequest) -> frozenset[int]:
    """The second factors, or sets of recovery codes, that this session has shown."""
    records = shown_in(request)
    return frozenset(
        int(record["id"]) for record in records if record.get("method") == "mfa" and "id" in record
    )


def has_fresh_second_factor(request: HttpRequest) -> bool:
    """Was a second factor shown in this session within the last five minutes? Asks no database."""
    return _shown_lately(request, "mfa")


def is_fresh(request: HttpRequest) -> bool:
    """Was the strongest factor of this account shown within the last five minutes?"""
    if not isinstance(request.user, User):
        return False
    return _shown_lately(request, "mfa" if holds_second_factor(request.user) else "password")


def _shown_lately(request: HttpRequest, method: str) -> bool:
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return any(
        record.get("method") == method and record.get("at", 0) > since
        for record in shown_in(request)
    )


def method_of(records: list[dict[str, Any]]) -> str:
    """How somebody signed in, for the event: `password+totp`, `password+recovery_code`,
    `webauthn`.
    """
    names = [_name(record) for record in records]
    return "+".join(dict.fromkeys(names)) or "unknown"


def _name(record: dict[str, Any]) -> str:
    if record.get("method") != "mfa":
        return str(record.get("method"))
    return factor_name(str(record.get("type")))


def factor_name(kind: str) -> str:
    """allauth's type as the ledger's word for it."""
    return "recovery_code" if kind == Authenticator.Type.RECOVERY_CODES else kind
