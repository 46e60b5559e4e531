"""Referrals: somebody asked a team to look at a child. How it came, not what it is about."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation, Team
from accounts.models.feeds import FromFeed
from records.models.children import ChildRecord


class Channel(models.TextChoices):
    """How a referral reached the team."""

    TELEPHONE = "telephone", "By telephone"
    FORM = "form", "By form or secure e-mail"
    LETTER = "letter", "By letter"
    IN_PERSON = "in_person", "In person"
    FEED = "feed", "From our case system"


class Answer(models.TextChoices):
    """What became of it; a referral passed on goes on as a new one at the next team."""

    TAKEN_ON = "taken_on", "We take it on"
    ADVICE = "advice", "Advice given, nothing more needed from us"
    NOT_FOR_US = "not_for_us", "Not taken on"
    PASSED_ON = "passed_on", "Passed on"


class ReferralQuerySet(models.QuerySet["Referral"]):
    def open(self) -> "ReferralQuerySet":
        """Waiting for the team's answer."""
        return self.filter(answered_at__isnull=True)


class Referral(FromFeed):
    """One referral to one organisation, and to a team of it where it names one.

    `came_at` is when it came, `recorded_at` when it was written down here. A telephone call is
    written down before the child is found: `child` follows, at `child_named_at`, and from that
    moment on the referral explains a look at the child. `reference` is encrypted. A feed's row has
    its `source` and `source_ref` and nobody who recorded it.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="referrals"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals"
    )
    child = models.ForeignKey(
        ChildRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="referrals"
    )
    child_named_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=9, choices=Channel.choices)
    sender = models.CharField(max_length=160)
    sender_phone = models.CharField(max_length=30, blank=True, db_default="")
    reference = models.TextField(blank=True, db_default="")
    came_at = models.DateTimeField(db_default=Now())
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, db_default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    passed_from = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="passed_to"
    )

    objects = ReferralQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["came_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="referral_channel_known", condition=Q(channel__in=Channel.values)
            ),
            models.CheckConstraint(name="referral_says_who_sent_it", condition=~Q(sender="")),
            models.CheckConstraint(
                name="referral_came_before_recorded",
                condition=Q(came_at__lte=F("recorded_at")),
            ),
            models.CheckConstraint(
                name="referral_child_says_since_when",
                condition=Q(child__isnull=True, child_named_at__isnull=True)
                | Q(child__isnull=False, child_named_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_answer_says_when",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | Q(answer__in=Answer.values, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="referral_recorded_by_somebody",
                condition=Q(recorded_by__isnull=False) | ~Q(source="") & ~Q(source_ref=""),
            ),
            FromFeed.once("referral_source_row_once"),
        ]
        indexes = [
            models.Index(
                name="referral_waiting",
                fields=["organisation", "came_at"],
                condition=Q(answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"referral {self.pk}"
