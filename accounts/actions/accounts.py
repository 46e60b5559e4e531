"""The life of an account after its invitation: hold, suspend, reinstate, close. Conditional
updates: who comes second changes nothing.

Stopping an account raises its session epoch, so that every session of it ends at its next request.
"""

from collections.abc import Collection
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.actions.roles import end_grants_of
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.models.users import AccountStatus
from accounts.policies import can_reinstate, can_stop, first_no, fresh_factor, require
from accounts.roles import Permission
from accounts.signin.changes import team_of
from audit.ledger.events import EventType
from audit.ledger.writer import append

BY_DECISION = "decided-by-a-person"


def suspend_account(*, user: User, reason: str, code: str = BY_DECISION, by: Acting) -> bool:
    """Stops an account at once: every session of it ends at its next request.

    `reason` is what was said (kept erasable); `code` the machine word for it, on the event. False
    when the account was not active or held, for instance because somebody was first: no second
    event. Raises `Refused`.
    """
    require(
        can_stop(by, user),
        permission=Permission.SUSPEND_ACCOUNT,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        stopped = _move(
            user, {AccountStatus.ACTIVE, AccountStatus.HELD}, AccountStatus.SUSPENDED, reason
        )
        if stopped:
            _tell(EventType.ACCOUNT_SUSPENDED, user, reason, code, by)
    return stopped


def hold_account(*, user: User, reason: str, code: str = BY_DECISION, by: Acting) -> bool:
    """Holds a dormant account until somebody vouches for it again.

    Same result and errors as `suspend_account`.
    """
    require(
        can_stop(by, user),
        permission=Permission.SUSPEND_ACCOUNT,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        held = _move(user, {AccountStatus.ACTIVE}, AccountStatus.HELD, reason)
        if held:
            _tell(EventType.ACCOUNT_HELD, user, reason, code, by)
            message_person_and_team(user, by=by)
    return held


def reinstate_account(*, user: User, reason: str, by: Acting) -> bool:
    """Gives a suspended or held account back to its owner: only a person does this, never the
    owner, and with a fresh second factor.

    False when the account was neither. Raises `Refused`.
    """
    require(
        first_no(can_reinstate(by, user), fresh_factor(by)),
        permission=Permission.SUSPEND_ACCOUNT,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        if _move(user, {AccountStatus.SUSPENDED}, AccountStatus.ACTIVE, reason):
            _tell(EventType.ACCOUNT_REINSTATED, user, reason, BY_DECISION, by)
        elif _move(user, {AccountStatus.HELD}, AccountStatus.ACTIVE, reason):
            _tell(EventType.ACCOUNT_RELEASED, user, reason, BY_DECISION, by)
            message_person_and_team(user, by=by)
        else:
            return False
    return True


def close_account(*, user: User, reason: str, by: Acting) -> bool:
    """Ends an account for good: its password, its roles and its sessions. The row stays; accounts
    are never deleted. Asks for a fresh second factor, since it cannot be undone.

    False when it was closed already. Raises `Refused`.
    """
    require(
        first_no(can_reinstate(by, user), fresh_factor(by)),
        permission=Permission.SUSPEND_ACCOUNT,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        return end_account(user, reason=reason, code=BY_DECISION, by=by)


def end_account(user: User, *, reason: str, code: str, by: Acting) -> bool:
    """Closes the account with its event, in the caller's transaction; whether it may be is the
    caller's question. False when it was closed already.
    """
    open_states = set(AccountStatus) - {AccountStatus.CLOSED}
    closed = _move(user, open_states, AccountStatus.CLOSED, reason, password=make_password(None))
    if closed:
        ended = end_grants_of(user, reason="the account was closed", by=by)
        _tell(EventType.ACCOUNT_CLOSED, user, reason, code, by, {"count": ended})
    return closed


def message_person_and_team(user: User, *, by: Acting) -> None:
    """Tells the person and their management team to sign in and look, in the caller's transaction.

    What it is about stands in no e-mail.
    """
    for person in (user, *team_of(user)):
        queue_message(
            kind=MessageKind.ACCOUNT_NEEDS_YOU,
            to=person,
            about_type="user",
            about_id=user.pk,
            by=by,
        )


def _move(
    user: User, before: Collection[str], after: AccountStatus, reason: str, **also: Any
) -> bool:
    """The conditional update; `user` is brought up to date when it took place."""
    moved = User.objects.filter(pk=user.pk, status__in=before).update(
        status=after,
        status_since=Now(),
        status_reason=reason,
        session_epoch=F("session_epoch") + 1,
        **also,
    )
    if moved:
        user.refresh_from_db(fields=["status", "status_since", "status_reason", "session_epoch"])
    return bool(moved)


def _tell(
    event: EventType,
    user: User,
    reason: str,
    code: str,
    by: Acting,
    detail: dict[str, object] | None = None,
) -> None:
    append(
        event,
        actor=by.actor,
        reason=code,
        target_type="user",
        target_id=user.pk,
        detail=detail,
        payload=reason,
    )
