"""Registering and ending directories, and linking an account to its subject in one, or no more."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from accounts import encryption
from accounts.acting import Acting
from accounts.models import DirectoryLink, IdentityProvider, Organisation, Session, User
from accounts.models.signin_help import ChangeKind
from accounts.policies import Decision, deny, require
from accounts.policies.directories import (
    can_end_link,
    can_keep_directories,
    can_link,
    can_register,
)
from accounts.roles import Permission
from accounts.signin.changes import note_change
from accounts.signin.sessions import DIRECTORY, end_sessions
from audit.ledger.events import EventType
from audit.ledger.writer import append

TAKEN = deny(
    "directory-link-taken",
    "This work account belongs to another account here.",
    "Sign out of your organisation's sign-in page, sign in there as yourself, and try again.",
)
REGISTERED = deny(
    "issuer-registered",
    "This issuer is registered already.",
    "End the registration that is open first.",
)


def register_directory(
    *,
    organisation: Organisation,
    issuer: str,
    client_id: str,
    secret: str,
    accepted_acr: Sequence[str],
    by: Acting,
) -> IdentityProvider:
    """People of `organisation` can sign in by this issuer from now on, once they have linked their
    account. `accepted_acr`: which strengths count as two factors there. Raises `Refused`.
    """
    _require(by, organisation, can_register(by, organisation, issuer))
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        if IdentityProvider.objects.filter(issuer=issuer, live_until__isnull=True).exists():
            require(REGISTERED, target_type="organisation", target_id=organisation.pk)
        provider = IdentityProvider.objects.create(
            organisation=organisation,
            issuer=issuer,
            client_id=client_id,
            secret=encryption.encrypt(secret),
            accepted_acr=list(accepted_acr),
            live_from=Now(),
            registered_by=by.user,
        )
        _configured("directory_registered", provider, by)
    return provider


def end_directory(*, provider: IdentityProvider, by: Acting) -> bool:
    """Nobody signs in by it any more, and every session it signed in loses its roles at its next
    request. False when it had ended. Raises `Refused`.
    """
    _require(by, provider.organisation, can_keep_directories(by))
    with transaction.atomic():
        ended = IdentityProvider.objects.filter(pk=provider.pk, live_until__isnull=True).update(
            live_until=Now()
        )
        if ended:
            _configured("directory_ended", provider, by)
    return bool(ended)


def link_directory(*, provider: IdentityProvider, subject: str, by: Acting) -> DirectoryLink:
    """The acting person is `subject` in the directory: they have shown our own factor and come back
    from it just now. An earlier link of theirs ends. Raises `Refused`.
    """
    require(can_link(by, provider), target_type="user", target_id=by.actor.id)
    user = by.user
    assert user is not None  # noqa: S101  can_link refuses everybody else
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        links = DirectoryLink.objects.filter(provider=provider, ended_at__isnull=True)
        if links.filter(subject=subject).exclude(user=user).exists():
            require(TAKEN, target_type="user", target_id=user.pk)
        links.filter(user=user).update(ended_at=Now())
        link = DirectoryLink.objects.create(provider=provider, subject=subject, user=user)
        note_change(user=user, kind=ChangeKind.FACTOR_ADDED, by=by)
        append(
            EventType.AUTH_FACTOR_ADDED,
            actor=by.actor,
            target_type="user",
            target_id=user.pk,
            detail={"factor": "directory", "issuer": str(provider.key)},
        )
    return link


def end_directory_link(*, provider: IdentityProvider, user: User, by: Acting) -> bool:
    """The account is nobody's in the directory from now on, and the sessions it opened there end.

    False when it was not linked. Raises `Refused`.
    """
    require(can_end_link(by, user), target_type="user", target_id=user.pk)
    with transaction.atomic():
        links = DirectoryLink.objects.filter(provider=provider, user=user, ended_at__isnull=True)
        ended = links.update(ended_at=Now())
        if ended:
            sessions = end_sessions(user, _opened_by(provider, user))
            append(
                EventType.AUTH_FACTOR_REMOVED,
                actor=by.actor,
                target_type="user",
                target_id=user.pk,
                detail={
                    "factor": "directory",
                    "issuer": str(provider.key),
                    "sessions": sessions,
                },
            )
    return bool(ended)


def _opened_by(provider: IdentityProvider, user: User) -> list[str]:
    """The keys of this account's sessions that the directory signed in."""
    own = Session.objects.filter(user=user)
    return [row.pk for row in own if row.get_decoded().get(DIRECTORY) == provider.pk]


def _require(by: Acting, organisation: Organisation, decision: Decision) -> None:
    require(
        decision,
        permission=Permission.KEEP_DIRECTORIES,
        target_type="organisation",
        target_id=organisation.pk,
    )


def _configured(kind: str, provider: IdentityProvider, by: Acting) -> None:
    append(
        EventType.SYSTEM_CONFIGURED,
        actor=by.actor,
        target_type="organisation",
        target_id=provider.organisation_id,
        detail={"kind": kind, "issuer": str(provider.key)},
    )
