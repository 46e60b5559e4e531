"""The outbox: which messages there are, and one row a message with its delivery state; never its
text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models.organisations import Organisation
from accounts.roles import Permission

if TYPE_CHECKING:
    from accounts.acting import Acting


class MessageKind(models.TextChoices):
    """The value names the template `templates/emails/<kind>.txt`; the label says on the delivery
    page what the message was about. A new kind changes no table.
    """

    ACCOUNT_NEEDS_YOU = "account_needs_you", "Something about the account"
    ENQUIRY_HANDED_OVER = "enquiry_handed_over", "An enquiry handed over"
    REFERRAL_PASSED_ON = "referral_passed_on", "A referral passed on"
    MOVE_OFFERED = "move_offered", "A child record offered by another authority"
    MOVE_ANSWERED = "move_answered", "An answer about a child record that moves"
    MOVE_OVERDUE = "move_overdue", "A child record that waits for an answer"
    SERVICE_MESSAGE = "service_message", "A message from another service"
    SERVICE_ANSWER = "service_answer", "An answer from another service"
    LOOKED_UP_FOR = "looked_up_for", "A look-up asked for in their name"
    CONDITION_DUE = "condition_due", "Something that runs out soon"
    INVITATION = "invitation", "Link of an invitation"
    INVITATION_DEAD = "invitation_dead", "An invitation that was guessed at"
    SIGN_IN_CHANGED = "sign_in_changed", "Their sign-in was changed"
    TEAM_SIGN_IN_CHANGED = "team_sign_in_changed", "Somebody's sign-in in the team was changed"
    RECOVERY_LINK = "recovery_link", "Link after a reset of the second factors"
    ACCREDITATION_ENDS = "accreditation_ends", "An accreditation that ends soon"
    ACCREDITATION_MOVED = "accreditation_moved", "An application for accreditation"
    SHIELD_WAITS = "shield_waits", "A shield that waits for its decision"
    SHIELD_DECIDED = "shield_decided", "A shield that was decided"
    SHIELD_OVERDUE = "shield_overdue", "A shield whose decision or review is overdue"
    SHIELD_OVERRIDDEN = "shield_overridden", "A shield that was overridden"
    SUSPENDED = "suspended", "Their account was suspended"
    MANAGER_TOLD = "manager_told", "Somebody they manage was suspended"
    ALERT_WAITS = "alert_waits", "An alert that waits for an answer"
    CASE_OPENED = "case_opened", "An investigation that waits for a reviewer"
    CASE_OVERDUE = "case_overdue", "An investigation that is overdue"
    QUESTION_WAITS = "question_waits", "A question in the investigation about them"
    MANAGER_ASKED = "manager_asked", "A question about somebody they manage"
    PERSON_ANSWERED = "person_answered", "An answer in an investigation"
    CASE_APPEALED = "case_appealed", "An appeal against an investigation"
    REPORT_WAITS = "report_waits", "A report that waits for an answer"
    CASE_PROMPTED = "case_prompted", "The central team asked about an investigation"
    CASE_OFFERED = "case_offered", "An investigation offered by another team"
    OFFER_ANSWERED = "offer_answered", "An answer about an investigation that was offered"
    ON_CALL_NEEDED = "on_call_needed", "A last duty worker with unusual look-ups"
    GIVEN_BACK = "given_back", "Their account was given back"
    PASSWORD_RESET = "password_reset", "Link to reset a password"


class MessageState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENT = "sent", "Sent"
    FAILED = "failed", "Not delivered"


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self) -> OutboxQuerySet:
        """Waiting, and its next attempt has come, by the database's clock."""
        return self.filter(state=MessageState.QUEUED, next_attempt_at__lte=Now())

    def visible_to(self, acting: Acting) -> OutboxQuerySet:
        """To a management team those of its own user base; to the central team all.

        Whether somebody may look at all is asked before.
        """
        if acting.has(Permission.READ_WHOLE_TRAIL):
            return self.all()
        return self.filter(base=acting.base) if acting.base else self.none()


class OutboxMessage(models.Model):
    """One message to one account, or to one address of somebody who has none.

    `base` is the management team that sees its delivery. `next_attempt_at` is pushed ahead by a
    worker that sends it, so that no other does.
    """

    kind = models.CharField(max_length=40)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    address = models.EmailField(blank=True)
    base = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    about_type = models.CharField(max_length=40)
    about_id = models.BigIntegerField()
    link = models.TextField(blank=True)
    state = models.CharField(
        max_length=8, choices=MessageState.choices, default=MessageState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    queued_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=100, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="message_has_one_recipient",
                condition=Q(user__isnull=False, address="") | Q(user__isnull=True) & ~Q(address=""),
            ),
            models.CheckConstraint(
                name="message_sent_says_when",
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | Q(state__in=[MessageState.QUEUED, MessageState.FAILED], sent_at__isnull=True),
            ),
            models.CheckConstraint(
                name="message_failed_says_why",
                condition=~Q(state=MessageState.FAILED, last_error=""),
            ),
            models.CheckConstraint(
                name="message_link_forgotten_once_over",
                condition=Q(state=MessageState.QUEUED) | Q(link=""),
            ),
        ]
        indexes = [
            models.Index(
                name="message_due", fields=["next_attempt_at"], condition=Q(state="queued")
            ),
            models.Index(name="message_of_base", fields=["base", "-id"]),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}: {self.kind} {self.state}"

    @property
    def kind_label(self) -> str:
        return str(MessageKind(self.kind).label)

    @property
    def send_to(self) -> str:
        """The address as it is now: an account's may have changed since."""
        return self.user.email if self.user else self.address
