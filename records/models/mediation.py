"""Looking up for a colleague: who asked, who looks, why, about which child; asked for first."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation
from records.models.children import ChildRecord
from records.models.enquiries import Enquiry

LIVES = timedelta(hours=24)


class Urgency(models.TextChoices):
    ACCESS_DOWN = "access_down", "They have access, and it does not work at the moment"
    AWAY = "away", "They have access, and are away from any device"
    NO_ACCESS = "no_access", "They have no access"


class MediationOutcome(models.TextChoices):
    TOLD = "told", "Told what they need"
    NOT_FOUND = "not_found", "No record was found"
    REFUSED = "refused", "Refused"
    NOT_VERIFIED = "not_verified", "Who they are could not be verified"


class MediatedRequestQuerySet(models.QuerySet["MediatedRequest"]):
    def open(self) -> "MediatedRequestQuerySet":
        """Not answered."""
        return self.filter(answered_at__isnull=True)

    def usable(self) -> "MediatedRequestQuerySet":
        """Open, the requester verified, and asked for within a day: a look may follow."""
        return self.open().filter(verified_at__isnull=False, requested_at__gt=Now() - LIVES)


class MediatedRequest(models.Model):
    """Somebody without access at this moment asks an operator to look something up.

    `requester` is their account, which must be in good standing; somebody who has none is verified
    by calling back the number of their organisation and hearing the code. The look-ups happen under
    `enquiry`, which exists only from the verification on, so every one of them comes later than
    `requested_at`. What was said of the child and who called without an account is encrypted.
    `child` is whose record was opened for it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    operator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="mediated_requests"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="asked_for"
    )
    caller = models.TextField(blank=True, db_default="")
    called_back_on = models.CharField(max_length=30)
    code_hash = models.CharField(max_length=128, blank=True, db_default="")
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    urgency = models.CharField(max_length=11, choices=Urgency.choices)
    purpose = models.CharField(max_length=20)
    case_reference = models.TextField()
    said_of_child = models.TextField()
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    verified_at = models.DateTimeField(null=True, blank=True)
    enquiry = models.OneToOneField(
        Enquiry, null=True, on_delete=models.PROTECT, related_name="mediated_request"
    )
    child = models.ForeignKey(
        ChildRecord, null=True, on_delete=models.PROTECT, related_name="mediated_requests"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=12, choices=MediationOutcome.choices, blank=True, db_default=""
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = MediatedRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-requested_at"]
        constraints = [
            models.CheckConstraint(
                name="mediation_has_one_requester",
                condition=Q(requester__isnull=False, caller="", code_hash="")
                | (Q(requester__isnull=True) & ~Q(caller="") & ~Q(code_hash="")),
            ),
            models.CheckConstraint(
                name="nobody_mediates_for_themselves",
                condition=Q(requester__isnull=True) | ~Q(requester=F("operator")),
            ),
            models.CheckConstraint(name="mediation_calls_back", condition=~Q(called_back_on="")),
            models.CheckConstraint(
                name="mediation_looks_once_verified",
                condition=Q(verified_at__isnull=True, enquiry__isnull=True)
                | Q(
                    verified_at__isnull=False,
                    verified_at__gte=F("requested_at"),
                    enquiry__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="mediation_requested_before_look",
                condition=Q(child__isnull=True, opened_at__isnull=True)
                | Q(
                    child__isnull=False,
                    enquiry__isnull=False,
                    opened_at__isnull=False,
                    opened_at__gte=F("requested_at"),
                ),
            ),
            models.CheckConstraint(
                name="mediation_answer_says_when",
                condition=Q(outcome="", answered_at__isnull=True)
                | Q(outcome__in=MediationOutcome.values, answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"mediated request {self.pk}"
