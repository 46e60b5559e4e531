"""Which rows: every question of "live today" is asked in database time, so a slow clock on a web
server opens nothing.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q
from django.db.models.functions import Now


class LondonToday(Func):
    """Today's date in England, by the database's clock."""

    template = "(now() AT TIME ZONE 'Europe/London')::date"
    output_field = models.DateField()


# Rows are `Any` below: naming the models would be a circle that mypy cannot follow. Managers made
# from these classes know their model.
class AccreditationQuerySet(models.QuerySet[Any]):
    def in_force(self) -> AccreditationQuerySet:
        """Accreditations that count today: not withdrawn, first day reached, last day not
        passed.
        """
        return self.filter(
            status="accredited", valid_from__lte=LondonToday(), valid_until__gte=LondonToday()
        )


def accredited(organisation_path: str) -> Q:
    """Condition: the organisation at `organisation_path` is open, and it and the one above it are
    both accredited today.
    """
    from accounts.models import Accreditation

    def in_force(path: str) -> Exists:
        return Exists(Accreditation.objects.in_force().filter(organisation=OuterRef(path)))

    parent = f"{organisation_path}__parent"
    is_open = Q(**{f"{organisation_path}__closed_at__isnull": True})
    return (
        is_open
        & Q(in_force(f"{organisation_path}_id"))
        & (Q(**{f"{parent}__isnull": True}) | Q(in_force(parent)))
    )


class RoleGrantQuerySet(models.QuerySet[Any]):
    def live(self) -> RoleGrantQuerySet:
        """Grants whose end has not come."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=Now()))

    def over(self) -> RoleGrantQuerySet:
        """Grants whose end has come but whose row is still there."""
        return self.filter(until__lte=Now())

    def in_standing(self) -> RoleGrantQuerySet:
        """Live grants of active accounts whose employer, organisation and their managing bodies are
        all accredited.
        """
        live: RoleGrantQuerySet = self.live().filter(
            accredited("content_object"), accredited("user__employer"), user__status="active"
        )
        return live

    def with_standing(self) -> RoleGrantQuerySet:
        """Annotates what `policies.standing` needs to say *why* a grant does not count, in one
        statement.
        """
        annotated: RoleGrantQuerySet = self.select_related(
            "permission", "content_object__parent", "user__employer__parent"
        ).annotate(
            is_live=_yes(Q(until__isnull=True) | Q(until__gt=Now())),
            is_accredited=_yes(accredited("content_object")),
            employer_is_accredited=_yes(accredited("user__employer")),
        )
        return annotated


def _yes(condition: Q) -> Any:
    return models.ExpressionWrapper(condition, output_field=models.BooleanField())


class OrganisationQuerySet(models.QuerySet[Any]):
    def open(self) -> OrganisationQuerySet:
        """Organisations that were neither closed nor merged into another one."""
        return self.filter(closed_at__isnull=True)

    def managed_by(self, base_id: int) -> OrganisationQuerySet:
        """A managing body and the employers whose accounts it manages today."""
        return self.filter(Q(pk=base_id) | Q(parent_id=base_id))


class UserQuerySet(models.QuerySet[Any]):
    def manageable_by(self, base_id: int) -> UserQuerySet:
        """Accounts in the user base of one authority, national partner or the central body."""
        return self.filter(Q(employer_id=base_id) | Q(employer__parent_id=base_id))
