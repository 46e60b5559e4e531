"""Authorities (public reference data) and organisations (bodies that may be accredited)."""

from django.db import models
from django.db.models import Q

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

    kind = models.CharField(max_length=20, choices=OrganisationKind.choices)
    name = models.CharField(max_length=160)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="employers"
    )
    authority = models.OneToOneField(
        Authority, null=True, blank=True, on_delete=models.PROTECT, related_name="organisation"
    )
    urn = models.CharField("URN", max_length=6, blank=True)
    ods_code = models.CharField("ODS code", max_length=8, blank=True)
    duty_phone = models.CharField("out-of-hours duty desk", max_length=30, blank=True)
    is_invented = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

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
                name="urn_is_six_digits", condition=Q(urn="") | Q(urn__regex=r"^[0-9]{6}$")
            ),
            models.CheckConstraint(
                name="ods_code_shape",
                condition=Q(ods_code="") | Q(ods_code__regex=r"^[A-Z0-9]{3,8}$"),
            ),
            models.UniqueConstraint(
                name="one_central_body",
                fields=["kind"],
                condition=Q(kind=OrganisationKind.CENTRAL_BODY),
            ),
            models.UniqueConstraint(name="urn_once", fields=["urn"], condition=~Q(urn="")),
            models.UniqueConstraint(
                name="ods_code_once", fields=["ods_code"], condition=~Q(ods_code="")
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
