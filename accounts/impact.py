"""Whom a sanction touches: counted before it is confirmed, and once more as it is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.db.models.functions import Now

from accounts import ports
from accounts.models import Organisation, RoleGrant, User
from accounts.models.users import AccountStatus
from accounts.signin import sessions


@dataclass(frozen=True)
class Impact:
    """How many people, sessions alive now, and open enquiries of theirs."""

    users: int
    sessions: int
    enquiries: int

    @property
    def words(self) -> str:
        """As a sentence's part: "2 people, 1 session and 0 open enquiries"."""
        people = f"{self.users} {'person' if self.users == 1 else 'people'}"
        sessions = f"{self.sessions} session{'' if self.sessions == 1 else 's'}"
        enquiries = f"{self.enquiries} open enquir{'y' if self.enquiries == 1 else 'ies'}"
        return f"{people}, {sessions} and {enquiries}"


def impact_of(organisation: Organisation) -> Impact:
    """Counts the active accounts that stand on the organisation or one beneath it: employed there,
    or holding a live role there.
    """
    people = touched(organisation)
    return Impact(len(people), _live_sessions(people), ports.open_enquiries(people))


def touched(organisation: Organisation) -> set[int]:
    """The ids of those accounts."""
    bodies = Organisation.objects.filter(Q(pk=organisation.pk) | Q(parent=organisation.pk))
    held = RoleGrant.objects.live().filter(content_object__in=bodies)
    people = User.objects.filter(
        Q(employer__in=bodies) | Q(pk__in=held.values("user")), status=AccountStatus.ACTIVE
    )
    return set(people.values_list("pk", flat=True))


def _live_sessions(people: set[int]) -> int:
    """Sessions are opaque rows, so each is opened; a session past its own limits is not alive."""
    count = 0
    for row in Session.objects.filter(expire_date__gt=Now()).iterator():
        facts = row.get_decoded()
        owner = facts.get(SESSION_KEY)
        count += owner is not None and int(owner) in people and not sessions.over(facts)
    return count
