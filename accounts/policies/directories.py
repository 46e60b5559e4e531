"""Rules about directories: who registers one, and whose account may be linked to whom there."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from accounts.acting import Acting
from accounts.models import IdentityProvider, Organisation, User
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.policies.signin_help import can_help
from accounts.policies.standing import can, fresh_factor
from accounts.roles import OrganisationKind, Permission

_WITH_STAFF = {OrganisationKind.LOCAL_AUTHORITY, OrganisationKind.NATIONAL_PARTNER}


def can_register(acting: Acting, organisation: Organisation, issuer: str) -> Decision:
    """May this person register `issuer` as the directory of `organisation`? The central team may,
    for bodies that manage accounts of their own and never for the central body itself.
    """
    return first_no(can_keep_directories(acting), _fits(organisation), _is_safe(issuer))


def can_keep_directories(acting: Acting) -> Decision:
    """May this person register and end directories? With a fresh factor."""
    return first_no(can(acting, Permission.KEEP_DIRECTORIES), fresh_factor(acting))


def can_link(acting: Acting, provider: IdentityProvider) -> Decision:
    """May this person's account be linked to theirs in the directory? After showing our own factor
    just now, and to the directory of their own authority or partner only.
    """
    return first_no(belongs(acting, provider), fresh_factor(acting))


def can_end_link(acting: Acting, user: User) -> Decision:
    """May this person part `user` from their work account in a directory? Their own at any time,
    which only takes a way in away; else whoever looks after how they sign in.
    """
    own = acting.user is not None and acting.user.pk == user.pk
    return ALLOWED if own else can_help(acting, user)


def belongs(acting: Acting, provider: IdentityProvider) -> Decision:
    """Is this the directory of the person's own authority or partner?"""
    if acting.user is not None and acting.user.employer.base.pk == provider.organisation_id:
        return ALLOWED
    return deny(
        "other-directory",
        "This directory belongs to another organisation.",
        "Sign in with your password and second factor, or ask your management team.",
    )


def _fits(organisation: Organisation) -> Decision:
    if organisation.kind in _WITH_STAFF:
        return ALLOWED
    return deny(
        "no-directory-there",
        "Only an authority or a national partner can have a directory here.",
        "Choose the authority or partner that manages the accounts.",
    )


def _is_safe(issuer: str) -> Decision:
    """Over TLS; a provider on this very machine only where nothing is real."""
    parts = urlsplit(issuer)
    at_home = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}
    if parts.scheme == "https" or (at_home and not settings.PRODUCTION):
        return ALLOWED
    return deny(
        "issuer-not-https",
        "The address of the issuer does not begin with https.",
        "Ask the organisation for the https address of its issuer.",
    )
