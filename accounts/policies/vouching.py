"""Rules about what one person puts on file for another: identity, record check, training."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from accounts.acting import Acting
from accounts.conditions import VOUCHED
from accounts.models import User
from accounts.models.users import AccountStatus
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.people import can_manage, not_oneself
from accounts.policies.standing import fresh_factor, standing_but_for
from accounts.roles import Permission

_STOPPED = {
    AccountStatus.INVITED: deny(
        "account-invited",
        "This person has not accepted their invitation yet.",
        "Wait until they have: the invitation and its code come first.",
    ),
    AccountStatus.CLOSED: deny(
        "account-closed", "This account is closed.", "Invite the person to a new account."
    ),
}


def can_look_after(acting: Acting, user: User) -> Decision:
    """May this person see what the account lacks, and act on it?"""
    if _founders_together(acting, user):
        return ALLOWED
    return can_manage(acting, user.employer.base.pk)


def can_vouch(acting: Acting, user: User, *, is_first: bool) -> Decision:
    """May this person put something on file about `user`? Never about themselves.

    `is_first`: nothing of that kind is on file yet. Then each founder may do it for the other one,
    since nobody else could; ever after the rule for everybody holds.
    """
    if is_first and _founders_together(acting, user):
        return _can_be_vouched_for(user)
    return first_no(
        can_manage(acting, user.employer.base.pk),
        not_oneself(acting, user),
        _can_be_vouched_for(user),
    )


def can_withdraw_identity(acting: Acting, user: User) -> Decision:
    """May this person take back that somebody confirmed who `user` is? With a fresh factor."""
    return first_no(
        can_manage(acting, user.employer.base.pk), not_oneself(acting, user), fresh_factor(acting)
    )


def _can_be_vouched_for(user: User) -> Decision:
    return _STOPPED.get(AccountStatus(user.status), ALLOWED)


def _founders_together(acting: Acting, user: User) -> bool:
    """Two founders, the acting one lacking nothing but what the other has to vouch for."""
    me = acting.user
    if me is None or not (me.is_founder and user.is_founder) or me.pk == user.pk:
        return False
    ready = standing_but_for(acting, VOUCHED).allowed
    return ready and acting.has(Permission.MANAGE_ACCOUNTS)


def other_founder(acting: Acting) -> User | None:
    """Whom this founder may vouch for at the beginning; for anybody else, and later, nobody."""
    if acting.user is None or not acting.user.is_founder:
        return None
    others = User.objects.filter(is_founder=True, status=AccountStatus.ACTIVE)
    found = others.exclude(pk=acting.user.pk).first()
    return found if found is not None and _founders_together(acting, found) else None


def has_happened(day: date) -> Decision:
    """Nothing is put on file before it took place."""
    if day <= timezone.localdate():
        return ALLOWED
    return deny("date-in-the-future", "This date is in the future.", "Enter a date up to today.")
