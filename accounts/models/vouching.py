"""What the management team puts on file about a person: who they are, and their criminal-record
check. Append-only: a correction is a newer row, and a wrong confirmation is taken back with its
reason. Only the demo operator leaves no name.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class IdentityCheck(models.Model):
    """A named team member saw that the holder of the account is the person named."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", "In person, with a photo document"
        ON_VIDEO = "on_video", "On a video call, with a photo document"
        KNOWN = "known_at_work", "Known to me from work for at least two years"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="identity_checks"
    )
    how = models.CharField(max_length=16, choices=How.choices)
    checked_on = models.DateField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(auto_now_add=True)
    # Taken back: it was wrong. The row stays; the account is shut until somebody confirms anew.
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawal_reason = models.CharField(max_length=400, blank=True, db_default="")

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="identity_confirmed_by_another", condition=~Q(confirmed_by=F("user"))
            ),
            models.CheckConstraint(
                name="identity_withdrawal_says_why",
                condition=Q(withdrawn_at__isnull=True, withdrawal_reason="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawal_reason=""),
            ),
            models.CheckConstraint(
                name="identity_check_how_known",
                condition=Q(how__in=["in_person", "on_video", "known_at_work"]),
            ),
            models.UniqueConstraint(
                name="identity_confirmed_once",
                fields=["user"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"identity of account {self.user_id}, {self.checked_on}"


class CriminalRecordCheck(models.Model):
    """Date and outcome of a criminal-record check, nothing else of it; the newest row counts.

    `valid_until` is there exactly when the outcome is that nothing stands in the way.
    """

    class Finding(models.TextChoices):
        CLEAR = "clear", "Nothing stands in the way of an account"
        NOT_CLEAR = "not_clear", "Something stands in the way of an account"

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="record_checks"
    )
    checked_on = models.DateField()
    finding = models.CharField(max_length=10, choices=Finding.choices)
    valid_until = models.DateField(null=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="record_check_newest")]
        constraints = [
            models.CheckConstraint(
                name="record_check_by_another", condition=~Q(recorded_by=F("user"))
            ),
            models.CheckConstraint(
                name="clear_record_check_has_an_end",
                condition=Q(
                    finding="clear", valid_until__isnull=False, valid_until__gt=F("checked_on")
                )
                | Q(finding="not_clear", valid_until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"criminal-record check of account {self.user_id}, {self.checked_on}"
