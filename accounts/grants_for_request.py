"""Under which grants the person of a request may act: asked anew each time, in one statement."""

from __future__ import annotations

from typing import Any

import structlog
from django.contrib.auth import get_user
from django.db import DatabaseError

from accounts.actions import end_movers_standing, make_due_moves
from accounts.http import Request
from accounts.models import Network, RoleGrant
from accounts.prepared import Prepared
from accounts.querysets import RoleGrantQuerySet
from accounts.roles import needs_fresh_factor
from accounts.signin import sessions

log = structlog.get_logger(__name__)

NOWHERE = "::"  # an address that no network holds, for a request that tells none


def _grants_of(user_id: int, address: str) -> RoleGrantQuerySet:
    """With the network that the request comes from, so that events can name it at no statement."""
    live: RoleGrantQuerySet = RoleGrant.objects.live().with_standing().filter(user=user_id)
    grants: RoleGrantQuerySet = live.annotate(network_id=Network.objects.acted_from(address))
    return grants


_GRANTS: Prepared[RoleGrant] = Prepared("accounts_grants_of_user", _grants_of, int, str)
_GRANTS_BY_DIRECTORY: Prepared[RoleGrant] = Prepared(
    "accounts_grants_of_user_by_directory",
    lambda user_id, address, provider_id: _grants_of(user_id, address).carried_by(provider_id),
    int,
    str,
    int,
)


def grants_for(request: Request) -> list[RoleGrant]:
    """Live grants, in the order in which the person is offered them: those that count today first,
    the less powerful before the more powerful. A directory carries those of its own body only.
    """
    if not request.user.is_authenticated:
        return []
    grants = _ask_for_grants(request)
    if any(grant.is_change_due for grant in grants):
        _make_changes_due(request)
        grants = _ask_for_grants(request) if request.user.is_authenticated else []
    return sorted(
        grants,
        key=lambda grant: (not grant.is_accredited, needs_fresh_factor(grant.role), grant.pk),
    )


def _ask_for_grants(request: Request) -> Any:
    """The grants, annotated by `with_standing()`."""
    user_id: int = request.user.pk
    address = request.facts.source_ip or NOWHERE
    if sessions.DIRECTORY in request.session:
        provider_id = request.session[sessions.DIRECTORY]
        return _GRANTS_BY_DIRECTORY.ask(user_id, address, provider_id)
    return _GRANTS.ask(user_id, address)


def _make_changes_due(request: Request) -> None:
    """The day of a move has come: the first request makes it, whether the minute's job has run or
    not. One that cannot be made waits for the job, which says so; it stops nobody's request.
    """
    try:
        make_due_moves()
        end_movers_standing()
    except DatabaseError as problem:
        log.warning("due_moves_not_made", error=type(problem).__name__)
    request.user = get_user(request)
