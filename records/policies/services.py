"""Whose directory entry, whose message."""

from __future__ import annotations

from collections.abc import Collection

from accounts.acting import Acting
from accounts.models import Organisation
from accounts.policies import ALLOWED, Decision, can, deny, first_no
from accounts.roles import Permission
from records.models import ChildRecord, Involvement, Service, ServiceMessage, Shield
from records.shielding import HIDES, Part

OTHER_BASE = deny(
    "service-of-another-base",
    "That service belongs to another authority or partner.",
    "Its own management team keeps it. Ring them if something is wrong.",
)
NOT_INVOLVED = deny(
    "service-not-involved",
    "That service is not recorded as working with this child.",
    "Open the record and choose one of the services that are.",
)
BROKERED = deny(
    "service-brokered",
    "Who works with this child is hidden, so nobody is written to from here.",
    "Ring the duty desk: it asks the service, and the service contacts you.",
)
CANNOT_BE_REACHED = deny(
    "service-not-here",
    "Nobody of that service reads messages here.",
    "Ring it: its numbers stand on the record.",
)
MESSAGE_NOT_YOURS = deny(
    "message-not-yours",
    "That message was neither sent by you nor to a service of the organisation you act for.",
    "Look at your own messages, or choose the role that it was sent to.",
)


def can_keep_service(acting: Acting, organisation: Organisation | None) -> Decision:
    """The management team, for the services of its own user base."""
    ours = organisation is not None and organisation.base == acting.base
    return first_no(can(acting, Permission.KEEP_SERVICES), ALLOWED if ours else OTHER_BASE)


def can_write_to(acting: Acting, child: ChildRecord, service: Service) -> Decision:
    """To a service that works with the child now, and whose organisation works here."""
    live = Involvement.objects.filter(child=child, service=service, ended_on__isnull=True)
    return first_no(
        can(acting, Permission.SEND_MESSAGE),
        ALLOWED if live.exists() else NOT_INVOLVED,
        BROKERED if contacts_hidden([child.pk]) else ALLOWED,
        ALLOWED if service.organisation and service.closed_at is None else CANNOT_BE_REACHED,
    )


def contacts_hidden(child_ids: Collection[int]) -> set[int]:
    """Which of these children have a live shield that hides who works with them."""
    profiles = [profile for profile, parts in HIDES.items() if Part.CONTACTS in parts]
    live = Shield.objects.live().filter(child__in=child_ids, profile__in=profiles)
    return set(live.values_list("child_id", flat=True))


def can_read_message(acting: Acting, message: ServiceMessage) -> Decision:
    """Its sender, and everybody who acts for the organisation of the service."""
    ours = is_to_us(acting, message) or message.sender == acting.user
    return first_no(can(acting, Permission.SEND_MESSAGE), ALLOWED if ours else MESSAGE_NOT_YOURS)


def can_answer_message(acting: Acting, message: ServiceMessage) -> Decision:
    """Whoever acts for the organisation of the service, and did not send it."""
    theirs = is_to_us(acting, message) and message.sender != acting.user
    return first_no(can(acting, Permission.SEND_MESSAGE), ALLOWED if theirs else MESSAGE_NOT_YOURS)


def is_to_us(acting: Acting, message: ServiceMessage) -> bool:
    """Whether it was sent to a service of the organisation acted for."""
    here = acting.organisation
    return here is not None and message.service.organisation_id == here.pk
