"""The request as our middleware leaves it; views annotate it so that types are checked. No logic here."""

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts.acting import Acting, RequestFacts
from accounts.models import RoleGrant


class Request(HttpRequest):
    """`facts`: where it came from. `acting`: who acts, under which grant. `grants`: the live ones of this person."""

    facts: RequestFacts
    acting: Acting
    grants: list[RoleGrant]
    session: SessionBase
    user: Any
