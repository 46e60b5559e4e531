"""Whom a sanction touches: counted before it is confirmed, and once more as it is done."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from accounts import ports
from accounts.models import Organisation, RoleGrant, Session, User
from accounts.models.users import AccountStatus


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
    sessions = Session.objects.alive().filter(user__in=people).count()
    return Impact(len(people), sessions, ports.open_enquiries(people))


def touched(organisation: Organisation) -> set[int]:
    """The ids of those accounts."""
    bodies = Organisation.objects.filter(Q(pk=organisation.pk) | Q(parent=organisation.pk))
    held = RoleGrant.objects.live().filter(content_object__in=bodies)
    people = User.objects.filter(
        Q(employer__in=bodies) | Q(pk__in=held.values("user")), status=AccountStatus.ACTIVE
    )
    return set(people.values_list("pk", flat=True))
