"""What people do to their own sign-in: end a session of theirs, make a known browser a stranger."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from accounts.acting import Acting
from accounts.models import User
from accounts.own import OwnSession, sessions_of
from accounts.policies import require, signed_in
from accounts.signin.devices import forget_device
from accounts.signin.sessions import end_sessions
from audit.ledger.events import EventType
from audit.ledger.writer import append

ENDED = "ended-by-its-owner"


def end_own_session(*, ref: str, by: Acting) -> int:
    """Ends the session that `sessions_of` calls `ref`, if it is the person's own and alive.

    Returns how many ended, 0 or 1. Raises `Refused` for nobody.
    """
    return _end(by, lambda session: session.ref == ref)


def end_other_sessions(*, by: Acting) -> int:
    """Ends every session of the person but the one they act in; returns how many.

    Raises `Refused` for nobody.
    """
    return _end(by, lambda session: not session.is_this)


def _end(by: Acting, chosen: Callable[[OwnSession], bool]) -> int:
    user = _whoever(by)
    with transaction.atomic():
        keys = [one.key for one in sessions_of(user, this=by.actor.session_ref) if chosen(one)]
        ended = end_sessions(user, keys)
        if ended:
            append(
                EventType.SESSION_REVOKED,
                actor=by.actor,
                reason=ENDED,
                target_type="user",
                target_id=user.pk,
                detail={"sessions": ended},
            )
    return ended


def forget_own_device(*, device_id: int, by: Acting) -> bool:
    """One known browser of the person is a stranger from now on. False if it was none of theirs, or
    a stranger already. Raises `Refused` for nobody.
    """
    user = _whoever(by)
    with transaction.atomic():
        forgotten = forget_device(user, device_id)
        if forgotten:
            append(
                EventType.AUTH_DEVICE_FORGOTTEN,
                actor=by.actor,
                target_type="user",
                target_id=user.pk,
            )
    return forgotten


def _whoever(by: Acting) -> User:
    require(signed_in(by))
    assert by.user is not None  # noqa: S101  tells mypy what the policy has said
    return by.user
