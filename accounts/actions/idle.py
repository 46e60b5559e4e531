"""Accounts that nobody uses are held until their team vouches for them again (`reinstate_account`).

The last member of a management or central team who could act is never held: nobody would be left
to release anybody.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce, Greatest, Now

from accounts.acting import Acting, job
from accounts.actions.accounts import hold_account
from accounts.models import RoleGrant, User
from accounts.models.users import AccountStatus
from accounts.querysets import UserQuerySet
from accounts.roles import PERMISSIONS, Permission

IDLE = "not-used-for-30-days"
_TEAMS = [role for role, may in PERMISSIONS.items() if Permission.MANAGE_ACCOUNTS in may]


def hold_idle_accounts() -> int:
    """Holds every account that was not used for `IDLE_DAYS` days, each in its own transaction; may
    run any number of times. Returns how many were held.
    """
    by = job("accounts.hold_idle_accounts")
    held = 0
    for user in idle_accounts():
        with transaction.atomic():
            held += _hold(user, by)
    return held


def idle_accounts() -> UserQuerySet:
    """Active accounts whose last sign-in, and last change of status, lie too far back, by the
    database's clock.
    """
    users: UserQuerySet = User.objects.get_queryset()
    idle: UserQuerySet = (
        users.filter(status=AccountStatus.ACTIVE)
        .annotate(used_at=Greatest(Coalesce("last_login", "created_at"), F("status_since")))
        .filter(used_at__lt=Now() - timedelta(days=settings.IDLE_DAYS))
        .select_related("employer__parent")
        .order_by("pk")
    )
    return idle


def _hold(user: User, by: Acting) -> bool:
    """Asked again now that its turn has come: a colleague may have been held before."""
    if not idle_accounts().filter(pk=user.pk).exists() or _is_last_of_a_team(user):
        return False
    return hold_account(user=user, reason="not used for 30 days", code=IDLE, by=by)


def _is_last_of_a_team(user: User) -> bool:
    others = RoleGrant.objects.live().filter(
        Q(user__status=AccountStatus.ACTIVE),
        permission=OuterRef("permission"),
        content_object=OuterRef("content_object"),
    )
    posts = RoleGrant.objects.live().filter(user=user, permission__codename__in=_TEAMS)
    return posts.exclude(Exists(others.exclude(user=user))).exists()
