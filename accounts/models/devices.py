"""Browsers that an account has fully signed in from: other people's failures do not lock them."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class EndOfDevice(models.TextChoices):
    FAILURES = "failures", "Too many failures from this device"
    REUSED = "reused", "An older cookie of it came back: somebody has a copy"
    OWNER = "owner", "Forgotten by the person"
    CREDENTIALS = "credentials", "The password or a second factor was changed or reset"


class KnownDevice(models.Model):
    """One browser of one account. Only hashes of its cookie are kept: the one that counts, and the
    one before it, which nobody should have any more.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="known_devices"
    )
    token_hash = models.BinaryField(max_length=32, unique=True)
    previous_hash = models.BinaryField(max_length=32, null=True, db_index=True)
    known_since = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(auto_now_add=True)
    name = models.CharField(max_length=60, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_because = models.CharField(max_length=12, blank=True, choices=EndOfDevice.choices)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="device_end_says_why",
                condition=Q(ended_at__isnull=True, ended_because="")
                | Q(ended_at__isnull=False) & ~Q(ended_because=""),
            )
        ]

    def __str__(self) -> str:
        return f"device {self.pk} of account {self.user_id}"
