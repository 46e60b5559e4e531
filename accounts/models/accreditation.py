"""The accreditation in force, its sanctions and reminders: what standing is asked of.

How one comes to be is in `applications.py`.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.organisations import Organisation
from accounts.querysets import AccreditationQuerySet, SanctionQuerySet
from accounts.states import ACCREDITATION_STATES, SanctionLevel, State


class Accreditation(models.Model):
    """One accreditation of one organisation, from its first day to its last day inclusive (London
    dates).

    It comes of an approved application; only the central body's own, which nobody stands above, and
    invented organisations are without one (a trigger keeps it so).
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="accreditations"
    )
    application = models.OneToOneField(
        "accounts.AccreditationApplication",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accreditation",
    )
    status = models.CharField(max_length=12, choices=[(s.value, s.label) for s in State])
    valid_from = models.DateField()
    valid_until = models.DateField()
    disciplinary_evidence = models.CharField(
        max_length=200, help_text="Reference of the disciplinary procedures seen before approval"
    )
    decided_by = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=400, blank=True)

    objects = AccreditationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="accreditation_status_known",
                condition=Q(status__in=[s.value for s in ACCREDITATION_STATES]),
            ),
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
                condition=(Q(status=State.WITHDRAWN.value, withdrawn_at__isnull=False))
                & ~Q(withdrawal_reason="")
                | (~Q(status=State.WITHDRAWN.value) & Q(withdrawn_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="lapse_says_when",
                condition=~Q(status=State.LAPSED.value) | Q(lapsed_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_live_accreditation",
                fields=["organisation", "valid_from"],
                condition=Q(status=State.ACCREDITED.value),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.status} {self.valid_from} to {self.valid_until}"


class Sanction(models.Model):
    """One sanction on one organisation and those beneath it, until it is lifted or another level
    takes its place. Rows stay as history.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="sanctions"
    )
    level = models.PositiveSmallIntegerField(choices=SanctionLevel.choices)
    reason = models.CharField(max_length=400)
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    imposed_at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.CharField(max_length=400, blank=True)

    objects = SanctionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-imposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="sanction_level_known", condition=Q(level__in=SanctionLevel.values)
            ),
            models.CheckConstraint(name="sanction_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="lift_says_why",
                condition=Q(lifted_at__isnull=True, lift_reason="")
                | (Q(lifted_at__isnull=False) & ~Q(lift_reason="")),
            ),
            models.UniqueConstraint(
                name="one_live_sanction",
                fields=["organisation"],
                condition=Q(lifted_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.get_level_display()}"


class RenewalReminder(models.Model):
    """That somebody was reminded, so many days ahead, that an accreditation ends; once each."""

    accreditation = models.ForeignKey(
        Accreditation, on_delete=models.PROTECT, related_name="reminders"
    )
    days = models.PositiveSmallIntegerField()
    sent_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="reminded_once", fields=["accreditation", "days"])
        ]

    def __str__(self) -> str:
        return f"{self.days} days before {self.accreditation_id} ends"
