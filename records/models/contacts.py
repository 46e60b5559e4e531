"""Where a child lives and who cares for them day to day: contact facts with their validity."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from records.models.children import ChildRecord


class AddressKind(models.TextChoices):
    ADDRESS = "address", "Address"
    NO_FIXED_ABODE = "no_fixed_abode", "No fixed abode"
    LEFT_ENGLAND = "left_england", "Left England"


class Address(models.Model):
    """One address as written, or the fact that there is none. `valid_until` empty means current.

    Two current addresses are ordinary: many children live in two homes.
    """

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="addresses")
    kind = models.CharField(
        max_length=14, choices=AddressKind.choices, db_default=AddressKind.ADDRESS
    )
    line_1 = models.CharField(max_length=120, blank=True, db_default="")
    line_2 = models.CharField(max_length=120, blank=True, db_default="")
    town = models.CharField(max_length=80, blank=True, db_default="")
    postcode = models.CharField(max_length=8, blank=True, db_default="")
    uprn = models.CharField("UPRN", max_length=12, blank=True, db_default="")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        verbose_name_plural = "addresses"
        # Who else lives there: what explains a look at a brother or sister.
        indexes = [
            models.Index(name="address_by_postcode", fields=["postcode"], condition=~Q(postcode=""))
        ]
        constraints = [
            models.CheckConstraint(
                name="address_kind_known", condition=Q(kind__in=AddressKind.values)
            ),
            models.CheckConstraint(
                name="address_says_where",
                condition=~Q(kind=AddressKind.ADDRESS)
                | ~Q(line_1="")
                | ~Q(town="")
                | ~Q(postcode="")
                | ~Q(uprn=""),
            ),
            models.CheckConstraint(
                name="no_address_has_no_lines",
                condition=Q(kind=AddressKind.ADDRESS)
                | Q(line_1="", line_2="", town="", postcode="", uprn=""),
            ),
            models.CheckConstraint(
                name="address_dates_in_order",
                condition=Q(valid_from__isnull=True)
                | Q(valid_until__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="uprn_is_digits", condition=Q(uprn="") | Q(uprn__regex=r"^[0-9]{1,12}$")
            ),
        ]

    def __str__(self) -> str:
        return f"address of child record {self.child_id}"


class Carer(models.Model):
    """A parent or carer and how to reach them. `ended_on` empty means current."""

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="carers")
    name = models.CharField(max_length=160)
    phone = models.CharField(max_length=30, blank=True, db_default="")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(name="carer_is_named", condition=~Q(name=""))]
        indexes = [
            # for the leak check: which other children have the same carer
            models.Index(name="carer_by_phone", fields=["phone"], condition=~Q(phone=""))
        ]

    def __str__(self) -> str:
        return f"carer on child record {self.child_id}"
