"""How many people of each organisation still lack the newest user agreement and training. Reads
only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef
from django.db.models.functions import Coalesce

from accounts.acting import Acting
from accounts.models import (
    AgreementAcceptance,
    AgreementVersion,
    CourseVersion,
    TrainingResult,
    User,
)
from accounts.models.users import AccountStatus
from accounts.policies import require_permission
from accounts.querysets import LondonToday
from accounts.roles import Permission


@dataclass(frozen=True, slots=True)
class Lack:
    """One organisation: its active people, and how many of them lack what is newest."""

    name: str
    people: int
    agreement: int
    training: int


def lacking_by_organisation(by: Acting) -> list[Lack]:
    """A local team sees each employer of its user base, the central team each managing body. One
    statement beside the two for the newest versions. Raises `Refused`.
    """
    require_permission(by, Permission.MANAGE_ACCOUNTS)
    people = User.objects.get_queryset().filter(status=AccountStatus.ACTIVE)
    name: Any = F("employer__name")
    if by.has(Permission.READ_WHOLE_TRAIL):
        name = Coalesce("employer__parent__name", "employer__name")
    elif by.base is not None:
        people = people.manageable_by(by.base.pk)
    rows = people.values(organisation=name).annotate(
        people=Count("pk"),
        agreement=Count("pk", filter=~_agreed()),
        training=Count("pk", filter=~_trained()),
    )
    return [
        Lack(row["organisation"], row["people"], row["agreement"], row["training"])
        for row in rows.order_by("organisation")
    ]


def _agreed() -> Exists:
    newest = AgreementVersion.objects.current()
    return Exists(AgreementAcceptance.objects.filter(user=OuterRef("pk"), version=newest))


def _trained() -> Exists:
    newest = CourseVersion.objects.current()
    return Exists(
        TrainingResult.objects.filter(
            user=OuterRef("pk"), version=newest, valid_until__gte=LondonToday()
        )
    )
