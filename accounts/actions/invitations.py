"""Making an account for a named person by invitation, and the invited person setting the first
password.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting, known_as
from accounts.models import Authority, Invitation, Organisation, User
from accounts.models.invitations import InvitationQuerySet
from accounts.models.users import AccountStatus
from accounts.policies import can_invite, deny, require
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append


@dataclass(frozen=True)
class Invited:
    """The new account and the one-time token of its invitation.

    The token is stored nowhere: hand it over now.
    """

    user: User
    token: str


class InvitationRefused(Exception):
    """The invitation is unknown, used, withdrawn or too old; which of them is not said."""


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
        if User.objects.filter(email=email.strip().lower()).exists():
            raise EmailTaken
        user = User.objects.create_user(
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
        invited = User.objects.select_for_update().filter(pk=user.pk, status=AccountStatus.INVITED)
        if not invited.exists():
            require(NOT_INVITED, target_type="user", target_id=user.pk)
        user.invitations.open().update(expires_at=Now())
        return open_invitation(user, by=by)


def open_invitation(user: User, *, by: Acting) -> Invited:
    """The invitation and its event, in the caller's transaction; whether it may be is the caller's
    question.
    """
    token = Invitation.new_token()
    invitation = Invitation.objects.create(
        user=user,
        token_hash=Invitation.hash_of(token),
        invited_by=by.user,
        expires_at=Now() + timedelta(days=settings.INVITATION_DAYS),
    )
    append(
        EventType.ACCOUNT_INVITED,
        actor=by.actor,
        target_type="user",
        target_id=user.pk,
        detail={"invitation_id": invitation.pk, "organisation_id": user.employer_id},
    )
    return Invited(user, token)


def invited_person(token: str) -> User | None:
    """Whose invitation this link is while it works; the page asks before it shows a form."""
    invitation = _open(token).select_related("user__employer").first()
    return None if invitation is None else invitation.user


def accept_invitation(*, token: str, password: str, by: Acting) -> User:
    """The invited person sets the first password, once; the account becomes active.

    `password` has passed the validators in the form. Raises `InvitationRefused`, which is an event
    too.
    """
    with transaction.atomic():
        invitation = _open(token).select_for_update(of=("self",)).select_related("user").first()
        if invitation is None:
            append(
                EventType.ACCOUNT_INVITATION_REFUSED,
                actor=by.actor,
                outcome=Outcome.FAILURE,
                reason="invitation-not-open",
            )
        else:
            _activate(invitation, password, by)
    if invitation is None:
        raise InvitationRefused
    return invitation.user


def _open(token: str) -> InvitationQuerySet:
    return Invitation.objects.open().filter(
        token_hash=Invitation.hash_of(token), user__status=AccountStatus.INVITED
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
