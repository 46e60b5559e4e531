"""The events of signing in, as functions over a request.

`receivers.py` and the adapter decide when; this says what is written.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from django.http import HttpRequest

from accounts import acting as who
from accounts.models import User
from accounts.signin.factors import factor_name, method_of
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append


def facts_of(request: HttpRequest | None) -> who.RequestFacts:
    """Where the request came from; allauth may hand us a copy of it that our middleware
    never saw.
    """
    for candidate in (request, context.request):
        facts = getattr(candidate, "facts", None)
        if isinstance(facts, who.RequestFacts):
            return facts
    return who.NO_REQUEST


def acting_in(request: HttpRequest | None) -> who.Acting:
    """Who acts in the request, as the middleware found it; nobody before that."""
    acting = getattr(request, "acting", None) or getattr(context.request, "acting", None)
    return acting if isinstance(acting, who.Acting) else who.nobody(facts_of(request))


def signed_in(request: HttpRequest, user: User) -> None:
    """`auth.login`: which factors; the session reference is the new session's."""
    facts = facts_of(request)
    fresh = who.RequestFacts(
        source_ip=facts.source_ip,
        request_id=facts.request_id,
        session_ref=who.session_ref(request.session.session_key),
    )
    records = get_authentication_records(request, user)
    issuer = next((record["issuer"] for record in records if "issuer" in record), None)
    append(
        EventType.AUTH_LOGIN,
        actor=who.person(user, None, fresh).actor,
        detail={"method": method_of(records), **({"issuer": issuer} if issuer else {})},
    )


def failed(
    request: HttpRequest | None,
    user: User | None,
    *,
    reason: str,
    factor: str = "",
    issuer: str = "",
) -> None:
    """`auth.login_failed`, or `auth.reauthentication_failed` inside a session.

    Nobody has proved to be anybody, so the actor of a failed sign-in is anonymous; a known account
    is the target.
    """
    acting = acting_in(request)
    append(
        EventType.AUTH_LOGIN_FAILED
        if acting.user is None
        else EventType.AUTH_REAUTHENTICATION_FAILED,
        actor=acting.actor,
        outcome=Outcome.FAILURE,
        reason=reason,
        detail={key: said for key, said in (("factor", factor), ("issuer", issuer)) if said},
        **_target(user),
    )


def locked_out(
    request: HttpRequest | None, user: User | None, *, reason: str = "too-many-failures"
) -> None:
    """`auth.locked`: too many failures for this account name, known or not, or from one device."""
    append(
        EventType.AUTH_LOCKED,
        actor=acting_in(request).actor,
        outcome=Outcome.DENIED,
        reason=reason,
        **_target(user),
    )


def signed_out(request: HttpRequest | None, user: User) -> None:
    append(EventType.AUTH_LOGOUT, actor=_actor(request, user))


def factor_shown_again(request: HttpRequest | None, user: User, factor: str) -> None:
    """`auth.reauthenticated`: a step-up inside a session."""
    append(
        EventType.AUTH_REAUTHENTICATED,
        actor=_actor(request, user),
        detail={"factor": factor_name(factor)},
    )


def recovery_code_used(request: HttpRequest | None, user: User) -> None:
    append(EventType.AUTH_RECOVERY_CODE_USED, actor=_actor(request, user), **_target(user))


def factor_added(request: HttpRequest | None, user: User, factor: str) -> None:
    _factor(EventType.AUTH_FACTOR_ADDED, request, user, factor)


def factor_removed(request: HttpRequest | None, user: User, factor: str) -> None:
    _factor(EventType.AUTH_FACTOR_REMOVED, request, user, factor)


def recovery_codes_issued(request: HttpRequest | None, user: User) -> None:
    append(EventType.AUTH_RECOVERY_CODES_ISSUED, actor=_actor(request, user), **_target(user))


def password_changed(request: HttpRequest | None, user: User) -> None:
    append(EventType.AUTH_PASSWORD_CHANGED, actor=_actor(request, user), **_target(user))


def password_reset(request: HttpRequest | None, user: User) -> None:
    """`auth.password_reset`: by a mailed link. It signs nobody in."""
    append(EventType.AUTH_PASSWORD_RESET, actor=acting_in(request).actor, **_target(user))


def reset_requested(request: HttpRequest | None, user: User | None, *, refused: str = "") -> None:
    """`auth.password_reset_requested`: `refused` says why no link was sent."""
    append(
        EventType.AUTH_PASSWORD_RESET_REQUESTED,
        actor=acting_in(request).actor,
        outcome=Outcome.FAILURE if refused else Outcome.SUCCESS,
        reason=refused or None,
        **_target(user),
    )


def _factor(event: EventType, request: HttpRequest | None, user: User, factor: str) -> None:
    append(
        event,
        actor=_actor(request, user),
        detail={"factor": factor_name(factor)},
        **_target(user),
    )


def _actor(request: HttpRequest | None, user: User) -> Any:
    """The acting person if the middleware knows them, else the account that has just proved to be
    theirs.
    """
    acting = acting_in(request)
    return acting.actor if acting.user is not None else who.known_as(acting, user).actor


def _target(user: User | None) -> dict[str, Any]:
    return {} if user is None else {"target_type": "user", "target_id": user.pk}
