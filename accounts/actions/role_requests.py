"""Powerful roles, given by two people: one asks, another agrees or refuses; unanswered, it expires.

The grant that follows is `roles.py`'s; the founding grants of `install_central_body` are the one
exception, since nobody is there yet to agree.
"""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.actions.roles import ALREADY_HELD, OVER_OR_LONGER, begin_grant, lengthen
from accounts.clocks import add_working_days
from accounts.models import Organisation, RoleGrant, RoleRequest, User
from accounts.policies import (
    Refused,
    can_approve,
    can_refuse,
    can_request,
    deny,
    is_longer,
    require,
)
from accounts.roles import Permission, Role
from audit.ledger.events import EventType
from audit.ledger.writer import append

Outcome = RoleRequest.Outcome
DAYS_TO_ANSWER = 5  # working days
REFUSED, NOT_ANSWERED = "decided-by-a-person", "not-answered"

ASKED_ALREADY = deny(
    "role-asked-for-already",
    "Somebody has asked for that role for this person already.",
    "Another member of a management team has to answer that request.",
)
ANSWERED_ALREADY = deny(
    "role-request-answered",
    "This request has been answered already, or its time is over.",
    "Look at the roles of this person: it may have been granted. If not, ask again.",
)


def request_role(
    *,
    user: User,
    organisation: Organisation,
    role: Role,
    reason: str,
    until: datetime | None = None,
    by: Acting,
) -> RoleRequest:
    """Asks that `user` be given `role` at `organisation`, or that the grant held there be extended
    to `until`. Another person answers within five working days.

    Raises `Refused` like `grant_role`, when the role needs no second person, when somebody has
    asked already, or when it is held there and would not last longer.
    """
    require(
        can_request(by, user, organisation, role),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=user.pk,
    )
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two askers at once: the second waits
        held = _held(user, organisation, role)
        if held is not None:
            _require_longer(held, until)
        _require_none_open(user, organisation, role, by)
        request = RoleRequest.objects.create(
            user=user,
            organisation=organisation,
            role=role,
            until=until,
            extends=held.pk if held else None,
            reason=reason,
            requested_by=by.user,  # type: ignore[misc]  # the policy wants a person
            expires_at=add_working_days(timezone.now(), DAYS_TO_ANSWER),
        )
        _tell(EventType.ROLE_REQUESTED, request, by, payload=reason)
    return request


def approve_role_request(*, request: RoleRequest, by: Acting) -> RoleGrant:
    """Agrees: the role is granted, or the grant extended, as asked.

    Raises `Refused` when the approver may not or asked for it, when no second factor was shown
    lately, or when somebody has answered first.
    """
    require(
        can_approve(by, request),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=request.user_id,
    )
    with transaction.atomic():
        asked = _claimed(request)
        grant = _granted(asked, by)
        _answer(asked, Outcome.GRANTED, by, grant_id=grant.pk)
    return grant


def refuse_role_request(*, request: RoleRequest, reason: str, by: Acting) -> None:
    """Says no, and why. Raises `Refused` as `approve_role_request` does, but for the factor."""
    require(
        can_refuse(by, request),
        permission=Permission.MANAGE_ACCOUNTS,
        target_type="user",
        target_id=request.user_id,
    )
    with transaction.atomic():
        asked = _claimed(request)
        _answer(asked, Outcome.REFUSED, by, answer=reason)
        _tell(EventType.ROLE_REFUSED, asked, by, reason=REFUSED, payload=reason)


def expire_role_requests() -> int:
    """Ends every request that nobody answered in time; may run any number of times.

    Returns how many ended.
    """
    by = job("accounts.expire_role_requests")
    ended = 0
    for request in RoleRequest.objects.over():
        with transaction.atomic():
            ended += _expire(request, by)
    return ended


def _held(user: User, organisation: Organisation, role: Role) -> RoleGrant | None:
    held: RoleGrant | None = (
        RoleGrant.objects.live()
        .filter(user=user, content_object=organisation, permission__codename=role.value)
        .first()
    )
    return held


def _require_longer(held: RoleGrant, until: datetime | None) -> None:
    decision = ALREADY_HELD if held.until is None or until is None else is_longer(held, until)
    require(decision, target_type="user", target_id=held.user_id)


def _require_none_open(user: User, organisation: Organisation, role: Role, by: Acting) -> None:
    asked = RoleRequest.objects.filter(user=user, organisation=organisation, role=role)
    for late in asked.over():
        _expire(late, by)
    if asked.open().exists():
        require(ASKED_ALREADY, target_type="user", target_id=user.pk)


def _claimed(request: RoleRequest) -> RoleRequest:
    """The request, locked and still open; who comes second is told."""
    found = RoleRequest.objects.open().select_for_update(of=("self",)).filter(pk=request.pk)
    asked = found.select_related("user", "organisation").first()
    if asked is None:
        raise Refused(ANSWERED_ALREADY, target_type="user", target_id=request.user_id)
    return asked


def _granted(asked: RoleRequest, by: Acting) -> RoleGrant:
    if asked.extends is None:
        return begin_grant(
            user=asked.user,
            organisation=asked.organisation,
            role=Role(asked.role),
            reason=asked.reason,
            until=asked.until,
            asked_by=asked,
            by=by,
        )
    grants = RoleGrant.objects.select_related("permission")
    held: RoleGrant | None = grants.filter(pk=asked.extends).first()
    if held is None:
        raise Refused(OVER_OR_LONGER, target_type="user", target_id=asked.user_id)
    lengthen(grant=held, until=asked.until, reason=asked.reason, asked_by=asked, by=by)
    return held


def _answer(
    asked: RoleRequest,
    outcome: str,
    by: Acting,
    *,
    grant_id: int | None = None,
    answer: str = "",
) -> None:
    RoleRequest.objects.filter(pk=asked.pk).update(
        outcome=outcome,
        answered_by=by.user,
        answered_at=Now(),
        answer=answer,
        grant_id=grant_id,
    )


def _expire(request: RoleRequest, by: Acting) -> bool:
    """Marks it once; whoever marks it writes the event."""
    marked = RoleRequest.objects.over().filter(pk=request.pk)
    ended = bool(marked.update(outcome=Outcome.EXPIRED, answered_at=Now()))
    if ended:
        _tell(EventType.ROLE_REFUSED, request, by, reason=NOT_ANSWERED)
    return ended


def _tell(
    event: EventType,
    request: RoleRequest,
    by: Acting,
    *,
    reason: str | None = None,
    payload: str | None = None,
) -> None:
    append(
        event,
        actor=by.actor,
        reason=reason,
        target_type="user",
        target_id=request.user_id,
        detail={
            "role": request.role,
            "organisation_id": request.organisation_id,
            "role_request_id": request.pk,
        },
        payload=payload,
    )
