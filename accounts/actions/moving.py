"""What every step of an application shares: its lock, its move along the table, its event."""

from __future__ import annotations

from typing import Any

from accounts.acting import Acting
from accounts.messages import MessageKind, queue_message
from accounts.models import AccreditationApplication
from accounts.policies import OVERTAKEN, can_apply, can_decide, require
from accounts.roles import Permission
from accounts.states import Verb, move
from audit.ledger.events import EventType
from audit.ledger.writer import append


def about(application: AccreditationApplication) -> dict[str, Any]:
    """What a refusal or an event is about."""
    return {"target_type": "accreditation_application", "target_id": application.pk}


def require_applying(application: AccreditationApplication, by: Acting) -> None:
    """The door of the applicant's actions."""
    allowed = can_apply(by, application)
    require(allowed, permission=Permission.APPLY_FOR_ACCREDITATION, **about(application))


def require_deciding(application: AccreditationApplication, by: Acting) -> None:
    """The door of the officer's actions."""
    require(can_decide(by, application), permission=Permission.ACCREDIT, **about(application))


def lock(application: AccreditationApplication) -> AccreditationApplication:
    """The row as it is now, held until the transaction ends."""
    locked: AccreditationApplication = AccreditationApplication.objects.select_for_update().get(
        pk=application.pk
    )
    return locked


def move_on(
    application: AccreditationApplication, verb: Verb, *, seen: int | None = None, **facts: Any
) -> None:
    """Along the table. Raises `Refused` when somebody was first, or when the round that was `seen`
    is not the one that lies there now.
    """
    rows = AccreditationApplication.objects.filter(pk=application.pk)
    if seen is not None:
        rows = rows.filter(round=seen)
    if not move(rows, verb, **facts):
        require(OVERTAKEN, **about(application))
    application.refresh_from_db()


def record(
    event: EventType, application: AccreditationApplication, by: Acting, **detail: object
) -> None:
    """The event of a step; free text stands in the row itself, never here."""
    append(
        event,
        actor=by.actor,
        detail={"organisation_id": application.organisation_id, **detail},
        **about(application),
    )


def tell(application: AccreditationApplication, by: Acting) -> None:
    """Asks applicant and deputy to sign in and look; what happened is never said in an e-mail."""
    for person in (application.applicant, application.deputy):
        if person is not None and person.is_active:
            queue_message(
                kind=MessageKind.ACCREDITATION_MOVED,
                to=person,
                about_type="accreditation_application",
                about_id=application.pk,
                by=by,
            )
