"""Accreditation: no account acts under an organisation that is not accredited today."""

from django.db import models
from django.db.models import F, Q

from accounts.models.organisations import Organisation
from accounts.querysets import AccreditationQuerySet


class AccreditationStatus(models.TextChoices):
    ACCREDITED = "accredited", "Accredited"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Accreditation(models.Model):
    """One accreditation of one organisation, from its first day to its last day inclusive (London
    dates).
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="accreditations"
    )
    status = models.CharField(max_length=12, choices=AccreditationStatus.choices)
    valid_from = models.DateField()
    valid_until = models.DateField()
    disciplinary_evidence = models.CharField(
        max_length=200, help_text="Reference of the disciplinary procedures seen before approval"
    )
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=400, blank=True)

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="accreditation_dates_in_order",
                condition=Q(valid_from__lte=F("valid_until")),
            ),
            models.CheckConstraint(
                name="accreditation_has_disciplinary_evidence",
                condition=~Q(disciplinary_evidence=""),
            ),
            models.CheckConstraint(
                name="withdrawal_says_when_and_why",
                condition=Q(
                    status=AccreditationStatus.WITHDRAWN,
                    withdrawn_at__isnull=False,
                )
                & ~Q(withdrawal_reason="")
                | Q(status=AccreditationStatus.ACCREDITED, withdrawn_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_live_accreditation",
                fields=["organisation", "valid_from"],
                condition=Q(status=AccreditationStatus.ACCREDITED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.status} {self.valid_from} to {self.valid_until}"
