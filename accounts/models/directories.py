"""Directories: sign-in services of authorities and partners, and whose account is whose there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.organisations import Organisation


class IdentityProviderQuerySet(models.QuerySet["IdentityProvider"]):
    def live(self) -> IdentityProviderQuerySet:
        """Begun and not ended, by the database's clock."""
        return self.filter(
            Q(live_until__isnull=True) | Q(live_until__gt=Now()), live_from__lte=Now()
        )


class IdentityProvider(models.Model):
    """An issuer of OpenID Connect, of one managing body. What it signs in acts only there.

    `accepted_acr` says which strengths of sign-in count as a second factor shown there.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="identity_providers"
    )
    issuer = models.URLField(max_length=300)
    client_id = models.CharField(max_length=200)
    secret = models.TextField(help_text="Encrypted with the field key")
    accepted_acr = ArrayField(models.CharField(max_length=200))
    live_from = models.DateTimeField()
    live_until = models.DateTimeField(null=True, blank=True)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = IdentityProviderQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["organisation__name", "id"]
        constraints = [
            models.CheckConstraint(
                name="directory_ends_after_it_began",
                condition=Q(live_until__isnull=True) | Q(live_until__gte=F("live_from")),
            ),
            models.CheckConstraint(
                name="directory_says_which_strength", condition=~Q(accepted_acr=[])
            ),
            models.UniqueConstraint(
                name="one_open_directory_an_issuer",
                fields=["issuer"],
                condition=Q(live_until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.issuer}"


class DirectoryLink(models.Model):
    """Which account a subject of an issuer is. Nothing else that the directory says is kept."""

    provider = models.ForeignKey(IdentityProvider, on_delete=models.PROTECT, related_name="links")
    subject = models.CharField(max_length=255)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="directory_links"
    )
    made_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="subject_is_not_empty", condition=~Q(subject="")),
            models.UniqueConstraint(
                name="one_account_a_subject",
                fields=["provider", "subject"],
                condition=Q(ended_at__isnull=True),
            ),
            models.UniqueConstraint(
                name="one_subject_an_account",
                fields=["provider", "user"],
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"account {self.user_id} at directory {self.provider_id}"
