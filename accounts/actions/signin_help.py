"""Helping somebody to sign in again: opening the lock, resetting lost factors after a check of who
they are, a new e-mail address, and the second person who confirms.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from allauth.mfa.models import Authenticator
from axes import utils as axes
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.urls import reverse

from accounts.acting import Acting, job, known_as
from accounts.actions.invitations import EmailTaken
from accounts.messages import MessageKind, queue_message
from accounts.models import Recovery, SignInChange, User
from accounts.models.signin_help import ChangeKind, Checked, RecoveryQuerySet
from accounts.models.users import AccountStatus
from accounts.policies import require
from accounts.policies.signin_help import can_confirm, can_reset, can_unlock
from accounts.roles import Permission
from accounts.signin.changes import note_change
from accounts.signin.devices import forget_devices
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append

RECOVERY_LIFETIME = timedelta(hours=24)
APPLY_JOB = "accounts.apply_email_changes"


class RecoveryRefused(Exception):
    """The link is unknown, used or too old, or the code was wrong; which of them is not said."""


@dataclass(frozen=True)
class OpenedRecovery:
    """The code to be said to the person; it is stored nowhere. The link goes by e-mail."""

    recovery: Recovery
    code: str


def unlock_account(*, user: User, checked: Checked, by: Acting) -> bool:
    """Opens the lock that too many wrong passwords closed, once the person has shown who they are.

    The event names both people and how it was checked. False when nothing was locked. Raises
    `Refused`.
    """
    require(
        can_unlock(by, user, checked),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        opened = bool(axes.reset(username=user.email))
        if opened:
            _append(EventType.AUTH_UNLOCKED, user, by, {"kind": checked.value})
    return opened


def reset_factors(*, user: User, identity_how: str, by: Acting) -> OpenedRecovery:
    """Takes away password and second factors of a person who lost them, and opens the way back in.

    `identity_how` is one of `IdentityCheck.How`: a fresh check. Every session and known device of
    the account ends; an earlier way back stops working. Raises `Refused`.
    """
    _require_reset(user, by)
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        for authenticator in Authenticator.objects.filter(user=user):
            authenticator.delete()
        user.recoveries.open().update(expires_at=Now())
        forget_devices(user)
        User.objects.filter(pk=user.pk).update(
            password=make_password(None), session_epoch=F("session_epoch") + 1
        )
        opened = _open_recovery(user, identity_how, by)
        note_change(user=user, kind=ChangeKind.FACTORS_RESET, by=by)
        _append(EventType.AUTH_FACTOR_RESET, user, by, {"kind": identity_how})
    return opened


def use_recovery(*, token: str, code: str, password: str, by: Acting) -> User:
    """The person comes back: link, code and a new password; a second factor is set up next.

    `password` has passed the validators in the form. Raises `RecoveryRefused`, which is an event
    too.
    """
    with transaction.atomic():
        found = _open(token).select_for_update(of=("self",)).select_related("user").first()
        is_right = found is not None and check_password(code.replace(" ", ""), found.code_hash)
        if found is not None and is_right:
            _come_back(found, password, by)
        else:
            _refuse(found, by)
    if found is None or not is_right:
        raise RecoveryRefused
    return found.user


def recovering_person(token: str) -> User | None:
    """Whose way back this link is while it works; the page asks before it shows a form."""
    found = _open(token).select_related("user__employer").first()
    return None if found is None else found.user


def change_email(*, user: User, email: str, by: Acting) -> SignInChange:
    """Gives the account another e-mail address: at once, or for a powerful role after a day or a
    second person. The old address and the new one are told.

    Raises `Refused`, or `EmailTaken`.
    """
    _require_reset(user, by)
    address = email.strip().lower()
    with transaction.atomic():
        if User.objects.filter(email=address).exists():
            raise EmailTaken
        change = note_change(user=user, kind=ChangeKind.EMAIL_CHANGED, new_email=address, by=by)
        kind, about = MessageKind.SIGN_IN_CHANGED, {"about_type": "sign_in_change"}
        for told in (user.email, address):
            queue_message(kind=kind, to=told, about_id=change.pk, by=by, **about)
        if not SignInChange.objects.waiting().filter(pk=change.pk).exists():
            _apply_email(change, by)
    return change


def confirm_change(*, change: SignInChange, by: Acting) -> bool:
    """The second person: it is really them, so the change need not wait. False when it did not.

    Raises `Refused`, or `EmailTaken`.
    """
    require(
        can_confirm(by, change),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=change.user_id,
    )
    with transaction.atomic():
        waiting = SignInChange.objects.waiting().filter(pk=change.pk)
        if not waiting.update(confirmed_at=Now(), confirmed_by=by.user):
            return False
        _append(EventType.ACCOUNT_IDENTITY_CONFIRMED, change.user, by, {"kind": change.kind})
        if change.kind == ChangeKind.EMAIL_CHANGED:
            _apply_email(change, by)
    return True


def apply_email_changes() -> int:
    """Carries out the changes of address whose day is over; may run any number of times."""
    due = SignInChange.objects.filter(
        kind=ChangeKind.EMAIL_CHANGED, applied_at__isnull=True, effective_at__lte=Now()
    ).select_related("user")
    applied = 0
    for change in due:
        with transaction.atomic():
            applied += _apply_email(change, job(APPLY_JOB))
    return applied


def _require_reset(user: User, by: Acting) -> None:
    require(
        can_reset(by, user),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )


def _open(token: str) -> RecoveryQuerySet:
    return Recovery.objects.open().filter(
        token_hash=Recovery.hash_of(token), user__status=AccountStatus.ACTIVE
    )


def _open_recovery(user: User, identity_how: str, by: Acting) -> OpenedRecovery:
    token, code = Recovery.new_token(), Recovery.new_code()
    recovery = Recovery.objects.create(
        user=user,
        token_hash=Recovery.hash_of(token),
        code_hash=make_password(code),
        identity_how=identity_how,
        opened_by=by.user,
        expires_at=Now() + RECOVERY_LIFETIME,
    )
    queue_message(
        kind=MessageKind.RECOVERY_LINK,
        to=user,
        about_type="recovery",
        about_id=recovery.pk,
        link=reverse("accounts:recovery", args=[token]),
        by=by,
    )
    return OpenedRecovery(recovery, code)


def _come_back(recovery: Recovery, password: str, by: Acting) -> None:
    Recovery.objects.filter(pk=recovery.pk).update(used_at=Now())
    user = recovery.user
    user.set_password(password)
    user.save(update_fields=["password"])
    _append(EventType.AUTH_PASSWORD_RESET, user, known_as(by, user), {})


def _refuse(recovery: Recovery | None, by: Acting) -> None:
    if recovery is not None:
        Recovery.objects.filter(pk=recovery.pk).update(failures=F("failures") + 1)
    append(
        EventType.AUTH_FACTOR_RESET,
        actor=by.actor,
        outcome=Outcome.FAILURE,
        reason="recovery-not-open" if recovery is None else "code-refused",
        target_type="user" if recovery else None,
        target_id=recovery.user_id if recovery else None,
    )


def _apply_email(change: SignInChange, by: Acting) -> bool:
    """The new address takes the old one's place, unless somebody else has it meanwhile."""
    first = SignInChange.objects.filter(pk=change.pk, applied_at__isnull=True)
    if not first.update(applied_at=Now()):
        return False
    if User.objects.filter(email=change.new_email).exists():
        if by.user is not None:
            raise EmailTaken
        return False
    User.objects.filter(pk=change.user_id).update(email=change.new_email)
    _append(EventType.AUTH_EMAIL_CHANGED, change.user, by, {})
    return True


def _append(event: EventType, user: User, by: Acting, detail: dict[str, object]) -> None:
    append(event, actor=by.actor, target_type="user", target_id=user.pk, detail=detail)
