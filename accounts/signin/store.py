"""Django's database sessions with the owner and the clocks in columns of their own, so that a
person's sessions are found without opening anybody else's (`SESSION_ENGINE`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from accounts.models import Session
from accounts.signin.sessions import DEVICE, LAST_SEEN, NETWORK, SIGNED_IN_AT


class SessionStore(DatabaseStore):
    """Every save writes the data and the columns in one statement."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of this session; whoever is not signed in has none of the columns."""
        row: Any = super().create_model_instance(data)
        owner = data.get(SESSION_KEY)
        row.user_id = None if owner is None else int(owner)
        row.signed_in_at = _moment(data.get(SIGNED_IN_AT))
        row.last_used_at = _moment(data.get(LAST_SEEN))
        row.network = data.get(NETWORK, "")
        row.device = data.get(DEVICE, "")
        made: Session = row
        return made


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
