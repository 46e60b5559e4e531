"""E-mail by GOV.UK Notify, as a back end of Django's mail: `EMAIL_BACKEND` names it.

Needs the extra `notify` (`requirements/notify.txt`), a key, and one template of the service with
the two fields ((subject)) and ((body)).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """One call a recipient. Raises what the client raises, so that the outbox tries again."""

    @cached_property
    def _client(self) -> Any:
        from notifications_python_client.notifications import NotificationsAPIClient

        client: Any = NotificationsAPIClient  # comes without types
        return client(
            settings.NOTIFY_API_KEY, base_url=settings.NOTIFY_URL, timeout=settings.EMAIL_TIMEOUT
        )

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many messages were handed over; with `fail_silently`, those that failed are not."""
        return sum(self._hand_over(message) for message in email_messages)

    def _hand_over(self, message: EmailMessage) -> bool:
        try:
            for address in message.recipients():
                self._client.send_email_notification(
                    email_address=address,
                    template_id=settings.NOTIFY_TEMPLATE_ID,
                    personalisation={"subject": message.subject, "body": message.body},
                    reference=message.extra_headers.get("X-Message-Reference"),
                )
        except Exception:
            if not self.fail_silently:
                raise
            return False
        return True
