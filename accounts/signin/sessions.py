"""What a session carries of ours, and when it is over.

Who acts in it is `accounts.acting`'s business.
"""

import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

LAST_SEEN, SIGNED_IN_AT, GRANT = "last_seen", "signed_in_at", "grant_id"
DIRECTORY = "directory"  # which identity provider signed this session in
DEVICE_DUE = "device_due"  # fully signed in just now: the device is to be remembered


def begin_session(session: SessionBase) -> None:
    """Starts both clocks and forgets a role chosen before."""
    session[SIGNED_IN_AT] = session[LAST_SEEN] = int(time.time())
    session.pop(GRANT, None)


def touch(session: SessionBase) -> None:
    """The person is still there."""
    session[LAST_SEEN] = int(time.time())


def over(session: SessionBase | Mapping[str, Any]) -> str:
    """Why the session is over: `idle`, `too-long`, or nothing.

    A session without our clocks is over.
    """
    now = int(time.time())
    if now - session.get(LAST_SEEN, 0) > settings.SESSION_IDLE_SECONDS:
        return "idle"
    if now - session.get(SIGNED_IN_AT, 0) > settings.SESSION_ABSOLUTE_SECONDS:
        return "too-long"
    return ""
