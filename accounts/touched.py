"""What closing, merging or moving an organisation would touch: the preview, and the seal that shows
whether it still holds when somebody confirms.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

from accounts.models import Organisation, RoleGrant, User
from accounts.models.users import AccountStatus
from accounts.querysets import UserQuerySet


@dataclass(frozen=True)
class Touched:
    """Counts of what hangs on an organisation at this moment."""

    people: int
    employers: int
    grants: int
    identifiers: int
    accreditations: int

    @property
    def seal(self) -> str:
        """The counts as a form carries them from the preview to the confirmation."""
        return "-".join(map(str, astuple(self)))


def touched_by(organisation: Organisation) -> Touched:
    """What closing or merging this organisation would touch now."""
    return Touched(
        people=open_accounts(organisation).count(),
        employers=organisation.employers.open().count(),
        grants=RoleGrant.objects.filter(content_object=organisation).count(),
        identifiers=organisation.identifiers.live().count(),
        accreditations=organisation.accreditations.in_force().count(),
    )


def open_accounts(organisation: Organisation) -> UserQuerySet:
    """The accounts of its own people that are not closed, in a fixed order."""
    people: UserQuerySet = User.objects.get_queryset()
    return people.filter(employer=organisation).exclude(status=AccountStatus.CLOSED).order_by("pk")
