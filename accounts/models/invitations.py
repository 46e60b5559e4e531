"""An invitation to set one's first password: used once, kept as a hash, short-lived."""

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> "InvitationQuerySet":
        """Neither used nor past its time, by the database's clock."""
        return self.filter(used_at__isnull=True, expires_at__gt=Now())


class Invitation(models.Model):
    """One invitation of one account. The token itself is shown once and never stored."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations"
    )
    token_hash = models.BinaryField(max_length=32, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"invitation of account {self.user_id}"

    @staticmethod
    def new_token() -> str:
        """256 random bits, safe in a URL."""
        return secrets.token_urlsafe(32)

    @staticmethod
    def hash_of(token: str) -> bytes:
        """SHA-256 of the token: it carries full entropy, so no slow hash is needed."""
        return hashlib.sha256(token.encode()).digest()
