"""Shields: what is hidden of a record for a child's safety, who asked, who decided, until when.

Reasons and evidence are encrypted: they tell why somebody must not be found.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation
from accounts.querysets import LondonToday
from records.models.children import ChildRecord


class ShieldProfile(models.TextChoices):
    """What a shield hides; each hides what the one before hides."""

    LOCATION = "location", "Where the child is"
    RELATIONS = "relations", "Where the child is, and who cares for the child"
    FULL = "full", "Everything but name, sex, date of birth and record number"


class ShieldStatus(models.TextChoices):
    PROVISIONAL = "provisional", "Provisional: stands until it is decided"
    APPLIED = "applied", "Decided: the record is shielded"
    REFUSED = "refused", "Refused"
    LIFTED = "lifted", "Removed"


LIVE = (ShieldStatus.PROVISIONAL, ShieldStatus.APPLIED)


class ShieldQuerySet(models.QuerySet["Shield"]):
    def live(self) -> "ShieldQuerySet":
        """Shields that hide something now. A review that is overdue ends none of them."""
        return self.filter(status__in=LIVE)

    def undecided(self) -> "ShieldQuerySet":
        """Asked for and standing, and still to be decided."""
        return self.filter(status=ShieldStatus.PROVISIONAL)

    def overdue(self) -> "ShieldQuerySet":
        """Waiting past its time for a decision or a review, by the database's clock."""
        return self.filter(
            Q(status=ShieldStatus.PROVISIONAL, due_at__lte=Now())
            | Q(status=ShieldStatus.APPLIED, review_on__lt=LondonToday())
        )


class Shield(models.Model):
    """One shield of one child, from the asking to its end. A child has at most one that lives.

    `authority` is the body that decides: the child's own, or where none is recorded, the asker's;
    none of both leaves it to every shield administrator.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="shields")
    authority = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    profile = models.CharField(max_length=9, choices=ShieldProfile.choices)
    status = models.CharField(max_length=11, choices=ShieldStatus.choices)

    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shields_requested"
    )
    requester_organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="+"
    )
    asked_for_by_carer = models.BooleanField(default=False, db_default=False)
    request_reason = models.TextField()
    requested_at = models.DateTimeField(db_default=Now(), editable=False)
    due_at = models.DateTimeField()
    appeal_of = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="appeal"
    )

    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.TextField(blank=True, db_default="")
    evidence_reference = models.TextField(blank=True, db_default="")
    review_on = models.DateField(null=True)
    escalated_at = models.DateTimeField(null=True)

    leaks = models.PositiveSmallIntegerField(null=True)  # paths left at the last check

    lift_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lift_requested_at = models.DateTimeField(null=True)
    lift_reason = models.TextField(blank=True, db_default="")
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True)

    objects = ShieldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_live_shield_a_child", fields=["child"], condition=Q(status__in=LIVE)
            ),
            models.CheckConstraint(
                name="shield_profile_known", condition=Q(profile__in=ShieldProfile.values)
            ),
            models.CheckConstraint(
                name="shield_status_known", condition=Q(status__in=ShieldStatus.values)
            ),
            models.CheckConstraint(
                name="shield_decided_by_somebody",
                condition=Q(
                    status=ShieldStatus.PROVISIONAL,
                    decided_by__isnull=True,
                    decided_at__isnull=True,
                )
                | Q(
                    ~Q(status=ShieldStatus.PROVISIONAL),
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="shield_has_a_review",
                condition=~Q(status=ShieldStatus.APPLIED) | Q(review_on__isnull=False),
            ),
            models.CheckConstraint(
                name="shield_lifted_by_two_people",
                condition=~Q(status=ShieldStatus.LIFTED)
                | Q(
                    ~Q(lifted_by=F("lift_requested_by")),
                    lifted_by__isnull=False,
                    lifted_at__isnull=False,
                    lift_requested_by__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"shield {self.pk}"


class ShieldOverride(models.Model):
    """Quarter of an hour in which one person, in one session and role, sees one shielded record.

    Bound to the shield as it stood: any change of the shield ends it. Listed until reviewed.
    """

    shield = models.ForeignKey(Shield, on_delete=models.PROTECT, related_name="overrides")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shield_overrides"
    )
    session_ref = models.BinaryField(max_length=16)
    grant_id = models.BigIntegerField()
    profile = models.CharField(max_length=9, choices=ShieldProfile.choices)
    status = models.CharField(max_length=11, choices=ShieldStatus.choices)
    reason = models.TextField()
    started_at = models.DateTimeField(db_default=Now(), editable=False)
    ends_at = models.DateTimeField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True)
    finding = models.TextField(blank=True, db_default="")

    class Meta:
        default_permissions = ()
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                name="override_ends_after_start", condition=Q(ends_at__gt=F("started_at"))
            ),
            models.CheckConstraint(
                name="override_reviewed_by_another",
                condition=Q(reviewed_by__isnull=True, reviewed_at__isnull=True)
                | Q(
                    ~Q(reviewed_by=F("user")), reviewed_by__isnull=False, reviewed_at__isnull=False
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"override {self.pk}"


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
