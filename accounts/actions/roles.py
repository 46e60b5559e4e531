"""Granting, revoking and expiring roles.

A `RoleGrant` row lives as long as the grant; its history is never changed.
"""

from datetime import datetime

from django.contrib.auth.models import Permission as RolePermission
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.models import Organisation, RoleGrant, RoleGrantHistory, RoleRequest, User
from accounts.policies import (
    ALLOWED,
    can_extend,
    can_grant,
    can_revoke,
    can_take_up,
    deny,
    require,
)
from accounts.querysets import RoleGrantQuerySet
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
OVER_OR_LONGER = deny(
    "grant-over-or-longer",
    "This role has ended, or somebody has extended it already.",
    "Look at the roles of this person again.",
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
    kind, the account is stopped, the giver is the person concerned, the role is held there
    already, or is one that two people give (`request_role`).
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
    asked_by: RoleRequest | None = None,
    by: Acting,
) -> RoleGrant:
    """The grant itself, its history and its event, in the caller's transaction; whether it may be
    is the caller's question. `asked_by` is the request it answers.
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
    _remember(grant, Change.GRANTED, reason, by, asked_by)
    return grant


def extend_grant(*, grant: RoleGrant, until: datetime, reason: str, by: Acting) -> None:
    """Lets a grant last until a later moment. Raises `Refused`."""
    require(
        can_extend(by, grant, until),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=grant.user_id,
    )
    with transaction.atomic():
        lengthen(grant=grant, until=until, reason=reason, by=by)


def lengthen(
    *,
    grant: RoleGrant,
    until: datetime | None,
    reason: str,
    asked_by: RoleRequest | None = None,
    by: Acting,
) -> None:
    """The later end itself, its history and its event, in the caller's transaction.

    Raises `Refused` when the grant has ended meanwhile, or somebody gave it that end or a later one
    first.
    """
    shorter = RoleGrant.objects.live().filter(pk=grant.pk, until__lt=until)
    require(
        ALLOWED if shorter.update(until=until) else OVER_OR_LONGER,
        target_type="user",
        target_id=grant.user_id,
    )
    grant.until = until
    _remember(grant, Change.EXTENDED, reason, by, asked_by)


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


def end_grants(grants: RoleGrantQuerySet, *, reason: str, by: Acting) -> int:
    """Ends these grants, in the caller's transaction. Returns how many there were."""
    return _end_all(list(grants.select_related("permission")), Change.REVOKED, reason, by)


def end_grants_of(user: User, *, reason: str, by: Acting) -> int:
    """Ends every grant of a closing account, in the caller's transaction.

    Returns how many there were.
    """
    return end_grants(RoleGrant.objects.filter(user=user), reason=reason, by=by)


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
    Change.EXTENDED: EventType.ROLE_EXTENDED,
}


def _remember(
    grant: RoleGrant,
    change: str,
    reason: str,
    by: Acting,
    asked_by: RoleRequest | None = None,
) -> None:
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
    detail: dict[str, object] = {
        "role": grant.role.value,
        "organisation_id": grant.content_object_id,
        "grant_id": grant.pk,
    }
    if grant.until is not None and change != Change.REVOKED:
        detail["valid_until"] = timezone.localdate(grant.until).isoformat()
    if asked_by is not None:
        detail["role_request_id"] = asked_by.pk
    append(
        _EVENTS[Change(change)],
        actor=by.actor,
        target_type="user",
        target_id=grant.user_id,
        detail=detail,
        payload=reason,
    )
