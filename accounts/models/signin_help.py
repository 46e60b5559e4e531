"""What happened to the way somebody signs in: changes of it, and the one-time way back in after
everything was lost.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Checked(models.TextChoices):
    """How a team member made sure that it was the person who asked for the lock to be opened."""

    CALL_BACK = "call_back", "I rang them back on the work phone number on file"
    IN_PERSON = "in_person", "They stood before me"
    MANAGER = "line_manager", "Their line manager vouched for them when I rang"


class ChangeKind(models.TextChoices):
    FACTOR_ADDED = "factor_added", "A second factor was added"
    FACTORS_RESET = "factors_reset", "Password and second factors were reset"
    EMAIL_CHANGED = "email_changed", "The e-mail address was changed"


class ChangeQuerySet(models.QuerySet["SignInChange"]):
    def waiting(self) -> ChangeQuerySet:
        """Neither confirmed by a second person nor past its day, by the database's clock."""
        return self.filter(confirmed_at__isnull=True, effective_at__gt=Now())

    def of_base(self, base_id: int) -> ChangeQuerySet:
        """Those of the accounts that one management team looks after."""
        employer = Q(user__employer_id=base_id) | Q(user__employer__parent_id=base_id)
        return self.filter(employer)


class SignInChange(models.Model):
    """One change of how an account is signed in to. For powerful roles it waits until
    `effective_at`, or until a second person confirms it.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="sign_in_changes"
    )
    kind = models.CharField(max_length=16, choices=ChangeKind.choices)
    authenticator_id = models.BigIntegerField(null=True)
    new_email = models.EmailField(blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    effective_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "effective_at"], name="sign_in_change_waiting")]
        constraints = [
            models.CheckConstraint(
                name="sign_in_change_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False)
                & ~Q(confirmed_by=F("user"))
                & (Q(made_by__isnull=True) | ~Q(confirmed_by=F("made_by"))),
            ),
            models.CheckConstraint(
                name="new_email_with_email_change",
                condition=Q(kind=ChangeKind.EMAIL_CHANGED) & ~Q(new_email="")
                | ~Q(kind=ChangeKind.EMAIL_CHANGED) & Q(new_email=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of account {self.user_id}"


class RecoveryQuerySet(models.QuerySet["Recovery"]):
    def open(self) -> RecoveryQuerySet:
        """Neither used, nor too old, nor guessed at too often."""
        return self.filter(
            used_at__isnull=True, expires_at__gt=Now(), failures__lt=Recovery.MOST_FAILURES
        )


class Recovery(models.Model):
    """The way back in after a reset: a link by e-mail and a code by word of mouth, each once.

    Both are kept as hashes: the link's token has full entropy, the code has not, so its hash is
    slow.
    """

    MOST_FAILURES = 5

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recoveries"
    )
    token_hash = models.BinaryField(max_length=32, unique=True)
    code_hash = models.CharField(max_length=128)
    identity_how = models.CharField(max_length=16)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="recovery_opened_by_another", condition=~Q(opened_by=F("user"))
            )
        ]

    def __str__(self) -> str:
        return f"recovery of account {self.user_id}"

    @staticmethod
    def new_token() -> str:
        """256 random bits, safe in a URL."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def new_code() -> str:
        """Eight digits, to be read out."""
        return f"{secrets.randbelow(10**8):08}"

    @staticmethod
    def hash_of(token: str) -> bytes:
        return hashlib.sha256(token.encode()).digest()
