"""Moves of an employing organisation from one managing body to another: planned, made, called off.

Today's managing body stands in `Organisation.parent`; these rows are its history and its future.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.models.organisations import Organisation
from accounts.querysets import LondonToday


class OrganisationMoveQuerySet(models.QuerySet["OrganisationMove"]):
    def planned(self) -> "OrganisationMoveQuerySet":
        """Neither made nor called off."""
        return self.filter(made_at__isnull=True, cancelled_at__isnull=True)

    def due(self) -> "OrganisationMoveQuerySet":
        """Planned, and their day has come, by the database's clock in London."""
        return self.planned().filter(effective_on__lte=LondonToday())


class OrganisationMove(models.Model):
    """One employer's move to another managing body, from the first minute of `effective_on`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="moves")
    from_body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    to_body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField()
    reason = models.CharField(max_length=400)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(auto_now_add=True)
    made_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)

    objects = OrganisationMoveQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["effective_on", "pk"]
        constraints = [
            models.CheckConstraint(name="move_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="move_leads_elsewhere", condition=~Q(from_body=F("to_body"))
            ),
            models.CheckConstraint(
                name="move_is_made_or_called_off",
                condition=Q(made_at__isnull=True) | Q(cancelled_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_planned_move",
                fields=["organisation"],
                condition=Q(made_at__isnull=True, cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"move of organisation {self.organisation_id} on {self.effective_on}"
