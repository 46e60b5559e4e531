"""Messages to a service that works with a child, and its answers. The texts can be erased alone."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Organisation
from records.models.children import ChildRecord
from records.models.involvement import Service


class ServiceMessage(models.Model):
    """One question to one service about one child, and whether it was read and answered.

    `organisation` is the one the sender acted for. The row stays when its texts are erased.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    child = models.ForeignKey(ChildRecord, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="messages")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="messages_sent"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-sent_at"]
        constraints = [
            models.CheckConstraint(
                name="message_answered_by_somebody",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
            ),
            models.CheckConstraint(
                name="message_answered_after_sent",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("sent_at")),
            ),
        ]
        indexes = [
            models.Index(
                name="message_to_answer",
                fields=["service", "sent_at"],
                condition=Q(answered_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk} to a service"


class MessageText(models.Model):
    """What was written, encrypted: the message, or its answer. Erased without touching the row."""

    message = models.ForeignKey(ServiceMessage, on_delete=models.PROTECT, related_name="texts")
    is_answer = models.BooleanField(default=False)
    body = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="one_text_and_one_answer", fields=["message", "is_answer"]
            ),
        ]

    def __str__(self) -> str:
        return f"text of message {self.message_id}"
