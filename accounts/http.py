"""The request as our middleware leaves it; views annotate it so that types are checked.

No logic here.
"""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.acting import Acting, RequestFacts
from accounts.models import RoleGrant


class Request(HttpRequest):
    """`facts`: where it came from. `acting`: who acts, under which grant. `grants`: the live ones
    of this person.

    `revoked_user_id`: whose session this was, if it stopped counting because the account was
    stopped or its password changed.
    """

    facts: RequestFacts
    acting: Acting
    grants: list[RoleGrant]
    revoked_user_id: int | None
    session: SessionBase
    user: Any
