"""What a session carries of ours, and when it is over.

Who acts in it is `accounts.acting`'s business.
"""

import time
from collections.abc import Collection, Mapping
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from accounts.models import Session, User
from accounts.signin.browsers import device_name, network_of

LAST_SEEN, SIGNED_IN_AT, GRANT = "last_seen", "signed_in_at", "grant_id"
DIRECTORY = "directory"  # which identity provider signed this session in
NETWORK, DEVICE = "network", "device"  # the range of addresses and the kind of browser
DEVICE_DUE = "device_due"  # fully signed in just now: the device is to be remembered


def begin_session(
    session: SessionBase, *, user_agent: str = "", address: str | None = None
) -> None:
    """Starts both clocks and forgets a role chosen before."""
    session[SIGNED_IN_AT] = session[LAST_SEEN] = int(time.time())
    session[DEVICE] = device_name(user_agent)
    session[NETWORK] = network_of(address)
    session.pop(GRANT, None)


def touch(session: SessionBase, address: str | None) -> None:
    """The person is still there, at this address."""
    session[LAST_SEEN] = int(time.time())
    session[NETWORK] = network_of(address)


def end_sessions(user: User, keys: Collection[str]) -> int:
    """Forgets these sessions of the account, in the caller's transaction: their next request finds
    nobody signed in. Returns how many there were.
    """
    return Session.objects.filter(user=user, session_key__in=keys).delete()[0]


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
