"""Granting, revoking and expiring roles.

A `RoleGrant` row lives as long as the grant; its history is never changed.
"""

from datetime import datetime

from django.contrib.auth.models import Permission as RolePermission
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction

from accounts.acting import Acting, job
from accounts.models import Organisation, RoleGrant, RoleGrantHistory, User
from accounts.policies import (
    can_grant,
    can_revoke,
    can_take_up,
    deny,
    require,
)
from accounts.roles import Permission, Role
from accounts.signin.sessions import GRANT
from audit.ledger.events import EventType
from audit.ledger.writer import append

Change = RoleGrantHistory.Change

ALREADY_HELD = deny(
    "role-already-held",
    "This person holds that role there already.",
    "Revoke the role first if it should end at another time.",
)


def grant_role(
    *,
    user: User,
    organisation: Organisation,
    role: Role,
    reason: str,
    until: datetime | None = None,
    by: Acting,
) -> RoleGrant:
    """Gives `user` the `role` at `organisation`, until a moment or until it is revoked.

    Raises `Refused` when the giver may not, the organisation is not accredited or not of the right
    kind, the account is stopped, the giver is the person concerned, or the role is held there
    already.
    """
    require(
        can_grant(by, user, organisation, role),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        return begin_grant(
            user=user, organisation=organisation, role=role, reason=reason, until=until, by=by
        )


def begin_grant(
    *,
    user: User,
    organisation: Organisation,
    role: Role,
    reason: str,
    until: datetime | None,
    by: Acting,
) -> RoleGrant:
    """The grant itself, its history and its event, in the caller's transaction; whether it may be
    is the caller's question.
    """
    User.objects.select_for_update().get(pk=user.pk)  # two givers at once: the second one waits
    permission = RolePermission.objects.get(
        content_type__app_label="accounts", content_type__model="organisation", codename=role.value
    )
    held = RoleGrant.objects.filter(user=user, permission=permission, content_object=organisation)
    _end_all(list(held.over()), Change.EXPIRED, "its time had come", by)
    if held.exists():
        require(ALREADY_HELD, target_type="user", target_id=user.pk)
    grant: RoleGrant = RoleGrant.objects.create(
        user=user,
        permission=permission,
        content_object=organisation,
        granted_by=by.user,
        reason=reason,
        until=until,
    )
    _remember(grant, Change.GRANTED, reason, by)
    return grant


def revoke_role(*, grant: RoleGrant, reason: str, by: Acting) -> bool:
    """Ends a grant now. False when it was gone already: no second event. Raises `Refused`."""
    require(
        can_revoke(by, grant),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=grant.user_id,
    )
    with transaction.atomic():
        return _end(grant, Change.REVOKED, reason, by)


def choose_role(*, grant: RoleGrant, session: SessionBase, by: Acting) -> None:
    """From the next request on, this session acts under `grant`, one of the person's own live ones.

    Raises `Refused`.
    """
    require(can_take_up(by, grant), target_type="role_grant", target_id=grant.pk)
    with transaction.atomic():
        append(
            EventType.AUTH_ROLE_SWITCHED,
            actor=by.actor,
            detail={
                "role": grant.role.value,
                "organisation_id": grant.content_object_id,
                "grant_id": grant.pk,
            },
        )
    session[GRANT] = grant.pk


def end_grants_of(user: User, *, reason: str, by: Acting) -> int:
    """Ends every grant of a closing account, in the caller's transaction.

    Returns how many there were.
    """
    grants = list(RoleGrant.objects.select_related("permission").filter(user=user))
    return _end_all(grants, Change.REVOKED, reason, by)


def expire_grants() -> int:
    """Ends every grant whose time has come, each in its own transaction; may run any number of
    times.

    Policies read the time themselves, so a late run opens nothing. Returns how many ended.
    """
    by = job("accounts.expire_grants")
    ended = 0
    for grant in RoleGrant.objects.over().select_related("permission"):
        with transaction.atomic():
            ended += _end(grant, Change.EXPIRED, "its time had come", by)
    return ended


def _end_all(grants: list[RoleGrant], change: str, reason: str, by: Acting) -> int:
    return sum(_end(grant, change, reason, by) for grant in grants)


def _end(grant: RoleGrant, change: str, reason: str, by: Acting) -> bool:
    """Removes the row if it is still there; whoever removes it writes history and event."""
    grant_id = grant.pk
    removed, _ = RoleGrant.objects.filter(pk=grant_id).delete()
    if removed:
        _remember(grant, change, reason, by)
    return bool(removed)


_EVENTS = {
    Change.GRANTED: EventType.ROLE_GRANTED,
    Change.REVOKED: EventType.ROLE_REVOKED,
    Change.EXPIRED: EventType.ROLE_EXPIRED,
}


def _remember(grant: RoleGrant, change: str, reason: str, by: Acting) -> None:
    RoleGrantHistory.objects.create(
        grant_id=grant.pk,
        change=change,
        user_id=grant.user_id,
        organisation_id=grant.content_object_id,
        role=grant.role.value,
        reason=reason,
        until=grant.until,
        by=by.user,
    )
    append(
        _EVENTS[Change(change)],
        actor=by.actor,
        target_type="user",
        target_id=grant.user_id,
        detail={
            "role": grant.role.value,
            "organisation_id": grant.content_object_id,
            "grant_id": grant.pk,
        },
        payload=reason,
    )
