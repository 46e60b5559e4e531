"""What every act in a case does beside changing it: an event, a line in the case, notices."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.acting import Acting
from accounts.encryption import encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from audit.investigations.models import AskedOf, Investigation, InvestigationEntry
from audit.ledger.events import EventType
from audit.ledger.writer import append


def tell(
    event: EventType,
    case: Investigation,
    by: Acting,
    said: str = "",
    *,
    to: AskedOf | None = None,
    **detail: object,
) -> InvestigationEntry:
    """The event of an act, and its line in the case; `to` is who is asked, if it is a question."""
    asked = {"to": to.value} if to else {}
    append(
        event,
        actor=by.actor,
        target_type="investigation",
        target_id=case.pk,
        detail={"user_id": case.person_id, **asked, **detail},
        payload=said or None,
    )
    return enter(event, case, by, said, to)


def enter(
    event: EventType, case: Investigation, by: Acting, said: str = "", to: AskedOf | None = None
) -> InvestigationEntry:
    """The line alone, of an act whose event another action has written."""
    return InvestigationEntry.objects.create(
        investigation=case,
        by=by.user,
        what=event.value,
        said=encrypt(said) if said else "",
        to=to or "",
    )


def write(
    kind: MessageKind, to: User | str, case: Investigation, by: Acting, link: str = ""
) -> int:
    """Queues a notice about the case; the number of the message."""
    message = queue_message(
        kind=kind, to=to, about_type="investigation", about_id=case.pk, link=link, by=by
    )
    return message.pk


def write_to_all(
    kind: MessageKind, people: Sequence[User], case: Investigation, by: Acting
) -> None:
    """The same to each of some people."""
    for person in people:
        write(kind, person, case, by)
