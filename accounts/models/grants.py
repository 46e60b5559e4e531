"""Role grants: a row of `RoleGrant` exists only while the grant is live; `RoleGrantHistory` keeps
what was.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from guardian.managers import UserObjectPermissionManager
from guardian.models import UserObjectPermissionBase

from accounts.legal_grounds import LegalGround, legal_ground
from accounts.models.organisations import Organisation
from accounts.querysets import RoleGrantQuerySet
from accounts.roles import Role


class RoleGrant(UserObjectPermissionBase):
    """One role held by one person at one organisation: a django-guardian permission with a real
    foreign key.

    `permission` (from the base class) is the role; `content_object` the organisation; who gave it,
    why, until when.
    """

    content_object = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="role_grants"
    )
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    granted_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=400)
    until = models.DateTimeField(null=True, blank=True)

    # guardian declares the class variable; django-stubs sees an instance's
    objects = UserObjectPermissionManager.from_queryset(RoleGrantQuerySet)()  # type: ignore[misc]

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="grant_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="grant_ends_after_it_began",
                condition=Q(until__isnull=True) | Q(until__gt=models.F("granted_at")),
            ),
        ]

    @property
    def role(self) -> Role:
        return Role(self.permission.codename)

    @property
    def organisation(self) -> Organisation:
        return self.content_object

    @property
    def legal_ground(self) -> LegalGround:
        """Why its holder may use the system in this role."""
        return legal_ground(self.role)


class RoleGrantHistory(models.Model):
    """Append-only: one row when a grant began, one whenever it was given a later end, one when it
    ended. Never updated, never deleted.
    """

    class Change(models.TextChoices):
        GRANTED = "granted", "Granted"
        REVOKED = "revoked", "Revoked"
        EXPIRED = "expired", "Expired"
        EXTENDED = "extended", "Extended"

    grant_id = models.BigIntegerField(db_index=True)
    change = models.CharField(max_length=8, choices=Change.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices)
    reason = models.CharField(max_length=400)
    until = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                name="grant_changes_once",
                fields=["grant_id", "change"],
                condition=~Q(change="extended"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.change} {self.at:%Y-%m-%d}"
