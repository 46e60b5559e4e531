"""Where a record came from, and what somebody said is wrong with it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from records.models.children import ChildRecord


class SourceLink(models.Model):
    """The row of a feed that a record is kept from: how a second import finds the same child."""

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="source_links")
    source = models.CharField(max_length=60)
    source_ref = models.CharField(max_length=80)
    digest = models.BinaryField(max_length=16, db_default=b"")
    received_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="source_row_once", fields=["source", "source_ref"]),
            models.CheckConstraint(
                name="source_is_named", condition=~Q(source="") & ~Q(source_ref="")
            ),
        ]

    def __str__(self) -> str:
        return f"source of child record {self.child_id}"


class DisputedField(models.TextChoices):
    NAME = "name", "Name"
    DATE_OF_BIRTH = "date_of_birth", "Date of birth"
    SEX = "sex", "Sex"
    ADDRESS = "address", "Address"
    CARER = "carer", "Parent or carer"
    SCHOOL = "school", "School"
    PRACTICE = "practice", "General practice"
    IDENTIFIER = "identifier", "NHS number or other identifier"
    INVOLVEMENT = "involvement", "Who is involved"


class DisputeReason(models.TextChoices):
    """Coded, so that no story about a child can be written down here."""

    OUT_OF_DATE = "out_of_date", "It was right once and is out of date"
    MISSPELT = "misspelt", "It is misspelt or mistyped"
    OTHER_CHILD = "other_child", "It belongs to another child"
    NEVER_RIGHT = "never_right", "It was never right"
    MISSING = "missing", "Something is missing"


class FieldDispute(models.Model):
    """The mark "this is wrong" on one field, shown to everyone until its source has answered."""

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="disputes")
    field = models.CharField(max_length=13, choices=DisputedField.choices)
    reason = models.CharField(max_length=11, choices=DisputeReason.choices)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="dispute_field_known", condition=Q(field__in=DisputedField.values)
            ),
            models.CheckConstraint(
                name="dispute_reason_known", condition=Q(reason__in=DisputeReason.values)
            ),
            models.CheckConstraint(
                name="dispute_resolved_after_raised",
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("raised_at")),
            ),
            models.UniqueConstraint(
                name="one_open_dispute_a_person",
                fields=["child", "field", "raised_by"],
                condition=Q(resolved_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"dispute on child record {self.child_id}: {self.field}"
