"""Enquiries: the stated reasons under which look-ups happen, each held by one person at a time."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def open(self) -> "EnquiryQuerySet":
        """Not closed yet."""
        return self.filter(closed_at__isnull=True)


class Enquiry(models.Model):
    """One piece of work that needs look-ups: its purpose, and the reference of the holder's case.

    The reference is encrypted; `fingerprint` (a keyed hash of purpose and reference) finds the same
    enquiry again without reading it. An enquiry belongs to the organisation it was opened for, and
    is closed, never deleted.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="enquiries"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20)
    case_reference = models.TextField()
    fingerprint = models.BinaryField(max_length=16)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    used_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-used_at"]
        constraints = [
            models.CheckConstraint(
                name="enquiry_closed_after_opened",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
            ),
            models.UniqueConstraint(
                name="one_open_enquiry_a_reason",
                fields=["holder", "organisation", "fingerprint"],
                condition=Q(closed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"enquiry {self.pk}"
