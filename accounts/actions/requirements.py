"""Publishing versions of the user agreement and of the course, and accepting the agreement."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from accounts.acting import Acting
from accounts.models import AgreementAcceptance, AgreementVersion, CourseVersion, User
from accounts.policies import (
    Refused,
    can_accept,
    can_publish,
    deny,
    first_no,
    fresh_factor,
    require,
)
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append

SUPERSEDED = deny(
    "version-superseded",
    "A newer version was published in the meantime.",
    "Load the page again and read the new version.",
)


def accept_agreement(*, number: int, by: Acting) -> bool:
    """The person agrees to the version they have read, which must be the newest.

    False when they had agreed to it before: no second event. Raises `Refused`.
    """
    require(can_accept(by))
    user = by.user
    assert user is not None  # noqa: S101  tells mypy what the policy has said
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        current = AgreementVersion.objects.current()
        if current is None or current.number != number:
            require(SUPERSEDED, target_type="user", target_id=user.pk)
        if AgreementAcceptance.objects.filter(user=user, version_id=number).exists():
            return False
        AgreementAcceptance.objects.create(user=user, version_id=number)
        append(
            EventType.AGREEMENT_ACCEPTED,
            actor=by.actor,
            target_type="user",
            target_id=user.pk,
            detail={"version": number},
        )
    return True


def publish_agreement(
    *, text: str, after: int, everybody_by: date | None, by: Acting
) -> AgreementVersion:
    """A new version of the user agreement, in force at once for everybody who accepts from now on.

    `everybody_by` is the last day on which older acceptances still count; None: they go on
    counting. `after` is the newest version its author knew: if another came since, `Refused`.
    """
    facts = {"text": text, "everybody_by": everybody_by}
    version: AgreementVersion = _publish(
        AgreementVersion, EventType.AGREEMENT_PUBLISHED, after, facts, by
    )
    return version


def publish_course(
    *, title: str, valid_months: int, after: int, everybody_by: date | None, by: Acting
) -> CourseVersion:
    """A new version of the user training; same rules and errors as `publish_agreement`."""
    facts = {"title": title, "valid_months": valid_months, "everybody_by": everybody_by}
    version: CourseVersion = _publish(CourseVersion, EventType.TRAINING_REQUIRED, after, facts, by)
    return version


def _publish(kind: Any, event: EventType, after: int, facts: dict[str, Any], by: Acting) -> Any:
    """The next number, its row and its event. Two publishers at once: the second one is told."""
    decision = first_no(can_publish(by), fresh_factor(by))
    require(decision, permission=Permission.PUBLISH_REQUIREMENTS)
    with transaction.atomic():
        current = kind.objects.current()
        if after != (current.number if current else 0):
            require(SUPERSEDED)
        version = _next(kind, after + 1, published_by=by.user, **facts)
        detail: dict[str, object] = {"version": version.number}
        if version.everybody_by is not None:
            detail["due_at"] = version.everybody_by.isoformat()
        append(event, actor=by.actor, detail=detail)
    return version


def _next(kind: Any, number: int, **facts: Any) -> Any:
    """The row of that number; the primary key decides between two who publish at once."""
    try:
        with transaction.atomic():
            return kind.objects.create(number=number, **facts)
    except IntegrityError:
        raise Refused(SUPERSEDED) from None
