"""What an organisation is called in registers of others (URN, ODS, GSS …), from when to when.

A value that passes to another organisation, or is replaced, is ended and points to its successor.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.organisations import Organisation


class IdentifierScheme(models.TextChoices):
    """The registers we know. The label is what people call the identifier."""

    URN = "urn", "URN (schools)"
    UKPRN = "ukprn", "UKPRN (education providers)"
    ODS = "ods", "ODS code (health and care)"
    GSS = "gss", "GSS code (areas)"
    CHARITY = "charity", "Charity number"
    COMPANY = "company", "Company number"


SHAPES: dict[IdentifierScheme, str] = {
    IdentifierScheme.URN: r"^[0-9]{6}$",
    IdentifierScheme.UKPRN: r"^[0-9]{8}$",
    IdentifierScheme.ODS: r"^[A-Z0-9]{3,8}$",
    IdentifierScheme.GSS: r"^[A-Z][0-9]{8}$",
    IdentifierScheme.CHARITY: r"^[0-9]{6,8}$",
    IdentifierScheme.COMPANY: r"^[A-Z0-9]{8}$",
}


def _shapes() -> Q:
    """Condition: the value has the shape of its scheme."""
    condition = Q()
    for scheme, shape in SHAPES.items():
        condition |= Q(scheme=scheme.value, value__regex=shape)
    return condition


class OrganisationIdentifierQuerySet(models.QuerySet["OrganisationIdentifier"]):
    def live(self) -> "OrganisationIdentifierQuerySet":
        """Identifiers that hold today."""
        return self.filter(valid_until__isnull=True)


class OrganisationIdentifier(models.Model):
    """One identifier of one organisation. `valid_until` is the day it ended; empty means that it
    holds.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="identifiers"
    )
    scheme = models.CharField(max_length=8, choices=IdentifierScheme.choices)
    value = models.CharField(max_length=12)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationIdentifierQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["scheme", "pk"]
        constraints = [
            models.CheckConstraint(name="identifier_has_its_schemes_shape", condition=_shapes()),
            models.CheckConstraint(
                name="identifier_dates_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="only_an_ended_identifier_has_a_successor",
                condition=Q(successor__isnull=True)
                | (Q(valid_until__isnull=False) & ~Q(successor=F("pk"))),
            ),
            models.UniqueConstraint(
                name="one_live_holder_a_value",
                fields=["scheme", "value"],
                condition=Q(valid_until__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_live_identifier_a_scheme",
                fields=["organisation", "scheme"],
                condition=Q(valid_until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{IdentifierScheme(self.scheme).label}: {self.value}"
