"""Making an account for a named person by invitation, and the invited person setting the first
password.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts.acting import Acting, known_as
from accounts.messages import MessageKind, queue_message
from accounts.models import Authority, Invitation, Organisation, User
from accounts.models.invitations import WRONG_CODES_ALLOWED, InvitationQuerySet
from accounts.models.users import AccountStatus
from accounts.policies import can_invite, can_join, deny, require
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append


@dataclass(frozen=True)
class Invited:
    """The account and what opens its invitation: the token, which goes by mail, and the code, which
    never does. Both are stored nowhere: tell the code to the inviter now.
    """

    user: User
    token: str
    code: str


class InvitationRefused(Exception):
    """The invitation is unknown, used, withdrawn, too old or dead; which of them is not said."""


class WrongCode(Exception):
    """The link works, the code does not; `left` tries remain."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


class EmailTaken(Exception):
    """There is an account with that e-mail address already."""


NOT_INVITED = deny(
    "account-not-invited",
    "This person has accepted an invitation already.",
    "If they cannot sign in, ask them to reset their password.",
)


def invite_person(
    *,
    email: str,
    given_name: str,
    family_name: str,
    work_phone: str,
    line_manager_name: str,
    line_manager_email: str,
    employer: Organisation,
    job_title: str = "",
    home_authority: Authority | None = None,
    is_invented: bool = False,
    by: Acting,
) -> Invited:
    """Makes an account without a password, and an invitation to set one.

    Raises `Refused` when the inviter may not or the employer is not accredited, `EmailTaken` for a
    known address.
    """
    require(
        can_invite(by, employer),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="organisation",
        target_id=employer.pk,
    )
    with transaction.atomic():
        # Waits for a closing that is under way, and then finds the employer closed.
        rows = Organisation.objects.select_for_update(of=("self",)).select_related("parent")
        row = rows.get(pk=employer.pk)
        require(can_invite(by, row), target_type="organisation", target_id=row.pk)
        if User.objects.filter(email=email.strip().lower()).exists():
            raise EmailTaken
        user = _new_account(
            email,
            given_name=given_name,
            family_name=family_name,
            work_phone=work_phone,
            line_manager_name=line_manager_name,
            line_manager_email=line_manager_email,
            employer=employer,
            job_title=job_title,
            home_authority=home_authority,
            is_invented=is_invented,
        )
        return open_invitation(user, by=by)


def invite_again(*, user: User, by: Acting) -> Invited:
    """A fresh invitation for a person who did not use theirs; earlier ones stop working.

    Raises `Refused`.
    """
    require(
        can_invite(by, user.employer),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        return replace_invitation(user, by=by)


def replace_invitation(user: User, *, by: Acting) -> Invited:
    """A fresh invitation in place of the ones still open, in the caller's transaction; whether it
    may be is the caller's question. Raises `Refused` when the person has accepted one.
    """
    invited = User.objects.select_for_update().filter(pk=user.pk, status=AccountStatus.INVITED)
    if not invited.exists():
        require(NOT_INVITED, target_type="user", target_id=user.pk)
    if user.invitations.open().update(expires_at=Now()):
        append(
            EventType.ACCOUNT_INVITATION_REVOKED,
            actor=by.actor,
            reason="replaced",
            target_type="user",
            target_id=user.pk,
        )
    return open_invitation(user, by=by)


def _new_account(email: str, **facts: Any) -> User:
    """Two teams may invite the same person at once: the address decides, and one is told."""
    try:
        with transaction.atomic():
            return User.objects.create_user(email, **facts)
    except IntegrityError:
        raise EmailTaken from None


def open_invitation(user: User, *, by: Acting) -> Invited:
    """The invitation, its event and the mail with its link, in the caller's transaction; whether it
    may be is the caller's question.
    """
    token, code = Invitation.new_token(), Invitation.new_code()
    invitation = Invitation.objects.create(
        user=user,
        token_hash=Invitation.hash_of(token),
        code_hash=Invitation.hash_of_code(code),
        invited_by=by.user,
        expires_at=Now() + timedelta(hours=settings.INVITATION_HOURS),
    )
    append(
        EventType.ACCOUNT_INVITED,
        actor=by.actor,
        target_type="user",
        target_id=user.pk,
        detail={"invitation_id": invitation.pk, "organisation_id": user.employer_id},
    )
    queue_message(
        kind=MessageKind.INVITATION,
        to=user,
        about_type="invitation",
        about_id=invitation.pk,
        link=reverse("accounts:invitation", args=[token]),
        by=by,
    )
    return Invited(user, token, code)


def is_open(token: str) -> bool:
    """Whether this link works; whose it is is not said before the code was."""
    return _open(token).exists()


def accept_invitation(*, token: str, code: str, password: str, by: Acting) -> User:
    """The invited person shows link and code and sets the first password, once; the account becomes
    active, and nothing more: what else it needs stands in `conditions.py`.

    `password` has passed the validators in the form, but for those that need the person; they speak
    here, after the code: `ValidationError`, and nothing has happened. Raises `InvitationRefused`
    and `WrongCode`, which are events too; `Refused` while the organisation takes nobody new.
    """
    with transaction.atomic():
        invitation = (
            _open(token)
            .select_for_update(of=("self",))
            .select_related("user__employer__parent")
            .first()
        )
        if invitation is None:
            _refuse(None, "invitation-not-open", by)
        elif invitation.takes(code):
            require(can_join(invitation.user), target_type="user", target_id=invitation.user_id)
            validate_password(password, invitation.user)
            _activate(invitation, password, by)
            return invitation.user
        else:
            _count_wrong_code(invitation, by)
    if invitation is None or invitation.wrong_codes >= WRONG_CODES_ALLOWED:
        raise InvitationRefused
    raise WrongCode(WRONG_CODES_ALLOWED - invitation.wrong_codes)


def _open(token: str) -> InvitationQuerySet:
    return Invitation.objects.open().filter(
        token_hash=Invitation.hash_of(token), user__status=AccountStatus.INVITED
    )


def _count_wrong_code(invitation: Invitation, by: Acting) -> None:
    """Counted under the row's lock, so that many guesses at once are still counted one by one. The
    last one kills the invitation, and whoever invited is told.
    """
    invitation.wrong_codes += 1
    invitation.save(update_fields=["wrong_codes"])
    _refuse(invitation, "wrong-code", by)
    if invitation.wrong_codes < WRONG_CODES_ALLOWED:
        return
    append(
        EventType.ACCOUNT_INVITATION_REVOKED,
        actor=by.actor,
        reason="too-many-wrong-codes",
        target_type="user",
        target_id=invitation.user_id,
        detail={"invitation_id": invitation.pk},
    )
    if invitation.invited_by is not None:
        queue_message(
            kind=MessageKind.INVITATION_DEAD,
            to=invitation.invited_by,
            about_type="invitation",
            about_id=invitation.pk,
            by=by,
        )


def _refuse(invitation: Invitation | None, reason: str, by: Acting) -> None:
    known: dict[str, Any] = {}
    if invitation is not None:
        known = {
            "target_type": "user",
            "target_id": invitation.user_id,
            "detail": {"invitation_id": invitation.pk, "attempts": invitation.wrong_codes},
        }
    append(
        EventType.ACCOUNT_INVITATION_REFUSED,
        actor=by.actor,
        outcome=Outcome.FAILURE,
        reason=reason,
        **known,
    )


def _activate(invitation: Invitation, password: str, by: Acting) -> None:
    user = invitation.user
    Invitation.objects.filter(pk=invitation.pk).update(used_at=Now())
    user.set_password(password)
    user.status = AccountStatus.ACTIVE
    user.save(update_fields=["password", "status"])
    User.objects.filter(pk=user.pk).update(status_since=Now())
    append(
        EventType.ACCOUNT_ACTIVATED,
        actor=known_as(by, user).actor,
        target_type="user",
        target_id=user.pk,
        detail={"invitation_id": invitation.pk},
    )
