"""Sessions, each with its owner beside the opaque data: whose it is and whether it is alive is
asked of columns, never by opening every row.
"""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models.functions import Now


class SessionQuerySet(models.QuerySet["Session"]):
    def alive(self) -> SessionQuerySet:
        """Within both limits of ours, in database time; somebody is signed in."""
        now = Now()
        return self.filter(
            user__isnull=False,
            expire_date__gt=now,
            last_used_at__gte=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
            signed_in_at__gte=now - timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS),
        )


class SessionManager(BaseSessionManager["Session"]):
    def get_queryset(self) -> SessionQuerySet:
        return SessionQuerySet(self.model, using=self._db)

    def alive(self) -> SessionQuerySet:
        """See `SessionQuerySet.alive`."""
        return self.get_queryset().alive()


class Session(AbstractBaseSession):
    """One session. The columns repeat what its data says (`accounts.signin.store` writes both at
    once): the owner, both clocks, the range of addresses it was last used from, the kind of
    browser.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="sessions"
    )
    signed_in_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    network = models.CharField(max_length=50, blank=True)
    device = models.CharField(max_length=60, blank=True)

    objects: ClassVar[SessionManager] = SessionManager()

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        default_permissions = ()

    def __str__(self) -> str:
        return f"session of account {self.user_id}"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from accounts.signin.store import SessionStore

        return SessionStore
