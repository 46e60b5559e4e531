"""Who may read the trail, of whom, and through which database role. Nothing is read here."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.acting import Acting
from accounts.models import Organisation, RoleGrant, RoleGrantHistory, User
from accounts.policies import Decision, Refused, can, deny, require
from accounts.querysets import UserQuerySet
from accounts.roles import Permission


@dataclass(frozen=True, slots=True)
class Scope:
    """How far one reader sees: the database alias, and the user base (None: everybody's)."""

    alias: str
    base_id: int | None


class NotInTrail(Refused):
    """What is unknown, or of another user base, was asked for: the answer is the same."""


NO_SUCH_PERSON = deny(
    "person-not-in-user-base",
    "There is no such account in your user base.",
    "Go back to the trail and choose a person from it.",
)
NO_SUCH_ORGANISATION = deny(
    "organisation-not-in-user-base",
    "There is no such organisation in your user base.",
    "Go back to the trail and choose an organisation from it.",
)
NO_SUCH_EVENT = deny(
    "event-not-in-user-base",
    "There is no such event in your user base.",
    "Go back to the trail and choose an event from it.",
)
NO_USER_BASE = deny(
    "no-user-base",
    "The audit trail is read by a person on behalf of a user base.",
    "Sign in to ContactPoint and read it there.",
)


def can_read_trail(by: Acting) -> Decision:
    """May this person read a trail at all: their own user base's, or the whole?"""
    if by.has(Permission.READ_WHOLE_TRAIL):
        return can(by, Permission.READ_WHOLE_TRAIL)
    decision = can(by, Permission.READ_LOCAL_TRAIL)
    return NO_USER_BASE if decision.allowed and by.base is None else decision


def require_trail(by: Acting) -> Scope:
    """The first line of everything in this room: the reader's scope, or `Refused`."""
    require(can_read_trail(by), permission=Permission.READ_LOCAL_TRAIL.value)
    if by.has(Permission.READ_WHOLE_TRAIL) or by.base is None:
        return Scope("auditor", None)
    return Scope("local", by.base.pk)


def accounts_in(scope: Scope) -> UserQuerySet:
    """Accounts whose events a reader may pick out.

    Of a user base: those employed in it and those who hold or held a role in it.
    """
    accounts = User.objects.get_queryset()
    if scope.base_id is None:
        return accounts
    person = OuterRef("pk")
    holds = RoleGrant.objects.filter(_within("content_object", scope), user=person)
    held = RoleGrantHistory.objects.filter(_within("organisation", scope), user=person)
    return accounts.filter(_within("employer", scope) | Exists(held) | Exists(holds))


def organisations_in(scope: Scope) -> QuerySet[Organisation]:
    """Organisations whose people's events a reader may pick out: the base and those beneath it."""
    organisations = Organisation.objects.all()
    if scope.base_id is None:
        return organisations
    return organisations.filter(Q(pk=scope.base_id) | Q(parent=scope.base_id))


def _within(path: str, scope: Scope) -> Q:
    """Condition: the organisation at `path` is the base, or managed by it."""
    return Q(**{path: scope.base_id}) | Q(**{f"{path}__parent": scope.base_id})
