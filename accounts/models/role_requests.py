"""Requests for powerful roles: one person asks, another answers.

Who may is the policies' business; that the two are never one is kept here, by the database.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models.organisations import Organisation
from accounts.roles import Role


class RoleRequestQuerySet(models.QuerySet["RoleRequest"]):
    def open(self) -> "RoleRequestQuerySet":
        """Neither answered nor past their time, by the database's clock."""
        return self.filter(outcome=RoleRequest.Outcome.OPEN, expires_at__gt=Now())

    def over(self) -> "RoleRequestQuerySet":
        """Not answered in time, but not yet marked so."""
        return self.filter(outcome=RoleRequest.Outcome.OPEN, expires_at__lte=Now())

    def in_user_base(self, base_id: int) -> "RoleRequestQuerySet":
        """Requests for roles at the organisations one management team looks after."""
        return self.filter(Q(organisation=base_id) | Q(organisation__parent=base_id))


class RoleRequest(models.Model):
    """One request that `user` be given `role` at `organisation`, or be left in it until a later day
    (`extends`, the grant's number).
    """

    class Outcome(models.TextChoices):
        OPEN = "open", "Waiting for an answer"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        EXPIRED = "expired", "Not answered in time"

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=24, choices=Role.choices)
    until = models.DateTimeField(null=True, blank=True)
    extends = models.BigIntegerField(null=True, blank=True)
    reason = models.CharField(max_length=400)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, default=Outcome.OPEN)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=400, blank=True)
    grant_id = models.BigIntegerField(null=True, blank=True)

    objects = RoleRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["requested_at", "id"]
        constraints = [
            models.CheckConstraint(name="role_request_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="role_request_for_somebody_else", condition=~Q(requested_by=F("user"))
            ),
            models.CheckConstraint(
                name="role_request_answered_by_another",
                condition=Q(answered_by__isnull=True)
                | (~Q(answered_by=F("requested_by")) & ~Q(answered_by=F("user"))),
            ),
            models.CheckConstraint(
                name="role_request_answer_whole",
                condition=Q(outcome="open", answered_at__isnull=True, answered_by__isnull=True)
                | Q(outcome="expired", answered_at__isnull=False, answered_by__isnull=True)
                | Q(
                    outcome__in=["granted", "refused"],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="role_request_granted_names_grant",
                condition=Q(outcome="granted", grant_id__isnull=False)
                | (~Q(outcome="granted") & Q(grant_id__isnull=True)),
            ),
            models.CheckConstraint(
                name="role_request_refusal_says_why",
                condition=~Q(outcome="refused") | ~Q(answer=""),
            ),
            models.UniqueConstraint(
                name="one_open_role_request",
                fields=["user", "organisation", "role"],
                condition=Q(outcome="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.pk}: {self.role}, {self.outcome}"
