"""Telling about changes of how an account is signed in to: a row, and messages to the person and
to their team. In the transaction of the change; the event is the caller's.
"""

from __future__ import annotations

from datetime import timedelta

from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.messages import MessageKind, queue_message
from accounts.models import Organisation, RoleGrant, SignInChange, User
from accounts.models.signin_help import ChangeKind
from accounts.models.users import AccountStatus
from accounts.roles import PERMISSIONS, Permission, Role, needs_fresh_factor

WAIT = timedelta(hours=24)
_TEAM = [role for role, may in PERMISSIONS.items() if Permission.MANAGE_ACCOUNTS in may]
_POWERFUL = [role for role in Role if needs_fresh_factor(role)]


def note_change(
    *,
    user: User,
    kind: ChangeKind,
    authenticator_id: int | None = None,
    new_email: str = "",
    by: Acting,
) -> SignInChange:
    """Writes the change down and tells the person and the team. It waits a day if the person holds
    a powerful role; whoever asks `SignInChange.objects.waiting()` knows.
    """
    waits = holds_powerful_role(user)
    change = SignInChange.objects.create(
        user=user,
        kind=kind,
        authenticator_id=authenticator_id,
        new_email=new_email,
        made_by=by.user,
        effective_at=Now() + WAIT if waits else Now(),
    )
    _tell(user, MessageKind.SIGN_IN_CHANGED, change, by)
    for member in team_of(user):
        _tell(member, MessageKind.TEAM_SIGN_IN_CHANGED, change, by)
    return change


def holds_powerful_role(user: User) -> bool:
    """Whether a stolen sign-in of this person would do more harm than to look up one child."""
    held = RoleGrant.objects.live().filter(user=user, permission__codename__in=_POWERFUL)
    return bool(held.exists())


def team_of(user: User) -> list[User]:
    """The people who look after this account: active members of its management team, without it."""
    return members_of(user.employer.base, but=user)


def members_of(base: Organisation, *, but: User | None) -> list[User]:
    """Active members of a managing body's team, without the person it is about, if one is named."""
    members = RoleGrant.objects.live().filter(
        content_object=base,
        permission__codename__in=_TEAM,
        user__status=AccountStatus.ACTIVE,
    )
    ids = members.exclude(user=but).values("user")
    return list(User.objects.select_related("employer__parent").filter(pk__in=ids).order_by("pk"))


def _tell(to: User, kind: MessageKind, change: SignInChange, by: Acting) -> None:
    queue_message(kind=kind, to=to, about_type="sign_in_change", about_id=change.pk, by=by)
