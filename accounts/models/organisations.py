"""Authorities (public reference data) and organisations (bodies that may be accredited)."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q

from accounts.querysets import OrganisationQuerySet
from accounts.roles import OrganisationKind, Role


class Authority(models.Model):
    """An upper-tier local authority of England: reference data from
    `accounts/data/authorities.csv`.
    """

    gss_code = models.CharField("GSS code", max_length=9, primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=40)
    region_code = models.CharField(max_length=9)
    region = models.CharField(max_length=40, db_index=True)
    in_force_from = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["name"]
        verbose_name_plural = "authorities"

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """A body whose staff may hold accounts once it is accredited.

    `kind` says where it stands: the central body, a local authority, a national partner, or an
    employing organisation beneath one of the last two. Roles are granted on it, so its permissions
    are the roles.
    """

    key = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    name = models.CharField(max_length=160)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="employers"
    )
    authority = models.OneToOneField(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="organisation"
    )
    duty_phone = models.CharField("out-of-hours duty desk", max_length=30, blank=True)
    is_invented = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closing_reason = models.CharField(max_length=400, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [(role.value, role.label) for role in Role]
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                name="organisation_kind_known", condition=Q(kind__in=OrganisationKind.values)
            ),
            models.CheckConstraint(
                name="employer_alone_has_parent",
                condition=Q(kind=OrganisationKind.EMPLOYER, parent__isnull=False)
                | (~Q(kind=OrganisationKind.EMPLOYER) & Q(parent__isnull=True)),
            ),
            models.CheckConstraint(
                name="local_authority_names_its_authority",
                condition=Q(kind=OrganisationKind.LOCAL_AUTHORITY, authority__isnull=False)
                | (~Q(kind=OrganisationKind.LOCAL_AUTHORITY) & Q(authority__isnull=True)),
            ),
            models.CheckConstraint(
                name="closed_organisation_says_why",
                condition=Q(closed_at__isnull=True, closing_reason="")
                | (Q(closed_at__isnull=False) & ~Q(closing_reason="")),
            ),
            models.CheckConstraint(
                name="only_a_closed_organisation_has_a_successor",
                condition=Q(successor__isnull=True)
                | (Q(closed_at__isnull=False) & ~Q(successor=F("pk"))),
            ),
            models.CheckConstraint(
                name="central_body_stays_open",
                condition=Q(closed_at__isnull=True) | ~Q(kind=OrganisationKind.CENTRAL_BODY),
            ),
            models.UniqueConstraint(
                name="one_central_body",
                fields=["kind"],
                condition=Q(kind=OrganisationKind.CENTRAL_BODY),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def base(self) -> "Organisation":
        """The authority, national partner or central body that manages this organisation's
        accounts.
        """
        return self.parent or self

    @property
    def is_open(self) -> bool:
        """Whether it still exists: neither closed nor merged into another one."""
        return self.closed_at is None
