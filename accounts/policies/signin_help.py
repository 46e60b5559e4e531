"""Rules about helping somebody to sign in: the lock, lost factors, a new e-mail address."""

from __future__ import annotations

from accounts.acting import Acting
from accounts.models import SignInChange, User
from accounts.models.signin_help import Checked
from accounts.models.users import AccountStatus
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.people import can_manage, not_oneself
from accounts.policies.standing import fresh_factor


def can_help(acting: Acting, user: User) -> Decision:
    """May this person look after how `user` signs in? Never after their own sign-in."""
    return first_no(can_manage(acting, user.employer.base.pk), not_oneself(acting, user))


def can_unlock(acting: Acting, user: User, checked: Checked) -> Decision:
    """May this person open the lock? Who is not of the person's own team, as the duty team at
    night, has to ring them back first.
    """
    return first_no(can_help(acting, user), _called_back(acting, user, checked))


def can_reset(acting: Acting, user: User) -> Decision:
    """May this person take away password and factors, or change the address? With a fresh factor,
    and of an active account only.
    """
    return first_no(can_help(acting, user), _is_active(user), fresh_factor(acting))


def can_confirm(acting: Acting, change: SignInChange) -> Decision:
    """May this person be the second one? Neither the holder of the account nor who changed it."""
    return first_no(can_help(acting, change.user), _another(acting, change), fresh_factor(acting))


def _called_back(acting: Acting, user: User, checked: Checked) -> Decision:
    own_team = acting.base is None or acting.base.pk == user.employer.base.pk
    if own_team or checked == Checked.CALL_BACK:
        return ALLOWED
    return deny(
        "call-back-needed",
        "This person belongs to another management team.",
        "Ring them back on the work phone number on file, then open the lock.",
    )


def _is_active(user: User) -> Decision:
    if user.status == AccountStatus.ACTIVE:
        return ALLOWED
    return deny(
        f"account-{user.status}",
        "This account is not active.",
        "Invite the person again, or reinstate the account first.",
    )


def _another(acting: Acting, change: SignInChange) -> Decision:
    if acting.user is None or acting.user.pk != change.made_by_id:
        return ALLOWED
    return deny(
        "own-change",
        "You made this change yourself.",
        "Ask another member of the management team to confirm it.",
    )
