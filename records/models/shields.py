"""The least that explanations need to know of shields; what a shield does comes later."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation
from records.models.children import ChildRecord


class ShieldRequest(models.Model):
    """Somebody asked an organisation to shield a record, or to lift its shield.

    `requested_at` is when they asked, `recorded_at` when it was written down here.
    """

    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="shield_requests")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="shield_request_made_before_recorded",
                condition=Q(requested_at__lte=F("recorded_at")),
            )
        ]

    def __str__(self) -> str:
        return f"request for a shield on child record {self.child_id}"


class WithheldAddress(models.Model):
    """The address of a child is hidden, from then until then; `until` empty means still.

    No reason for a look may rest on an address that is hidden, or was when it was looked at.
    """

    child = models.ForeignKey(
        ChildRecord, on_delete=models.PROTECT, related_name="withheld_addresses"
    )
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="withheld_until_after_since",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
            ),
            models.UniqueConstraint(
                name="withheld_once_at_a_time", fields=["child"], condition=Q(until__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"hidden address of child record {self.child_id}"
