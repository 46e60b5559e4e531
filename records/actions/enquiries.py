"""The life of an enquiry: opened by the first look-up, chosen again, handed over, closed.

Conditional updates: who comes second changes nothing and leaves no event.
"""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.encryption import encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.policies import require
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.enquiries import fingerprint, reason_of
from records.models import Enquiry
from records.policies import can_hand_over_enquiry, can_look_for_another, can_search
from records.purposes import Purpose, Reason


def open_enquiry(*, reason: Reason, by: Acting) -> Enquiry:
    """The open enquiry for this reason: the one that is there, used now, or a new one.

    Raises `Refused` when the person may not look for children, or not for this purpose.
    """
    require(can_search(by, reason), permission=Permission.SEARCH.value)
    user, organisation = cast(User, by.user), by.organisation
    if reason.purpose is Purpose.MEDIATED:
        return _requested(reason, by)
    with transaction.atomic():
        enquiry, is_new = Enquiry.objects.open().get_or_create(
            holder=user,
            organisation=organisation,
            fingerprint=fingerprint(reason),
            defaults={
                "purpose": reason.purpose.value,
                "case_reference": encrypt(reason.case_reference.strip()),
            },
        )
        if is_new:
            _tell(EventType.ENQUIRY_OPENED, enquiry, by)
        else:
            Enquiry.objects.filter(pk=enquiry.pk).update(used_at=Now())
    return enquiry


def choose_enquiry(*, key: UUID, by: Acting) -> Enquiry | None:
    """Takes up one of one's own open enquiries again; None if it is not there any more.

    Raises `Refused` when the role acted in may not state its purpose.
    """
    with transaction.atomic():
        enquiry = _own(key, by)
        if enquiry is None:
            return None
        require(can_search(by, reason_of(enquiry)), permission=Permission.SEARCH.value)
        Enquiry.objects.filter(pk=enquiry.pk).update(used_at=Now())
        _tell(EventType.ENQUIRY_CHOSEN, enquiry, by)
    return enquiry


def close_enquiry(*, key: UUID, by: Acting) -> bool:
    """Ends one of one's own enquiries: nothing is looked up under it any more. False if it had
    ended, or is not one's own.
    """
    with transaction.atomic():
        enquiry = _own(key, by)
        if enquiry is None:
            return False
        Enquiry.objects.filter(pk=enquiry.pk).update(closed_at=Now())
        _tell(EventType.ENQUIRY_CLOSED, enquiry, by)
    return True


def hand_over_enquiry(*, key: UUID, to: User, by: Acting) -> bool:
    """Gives an enquiry to a colleague, who is told; from now on it is theirs alone.

    False if it has ended meanwhile. Raises `Refused` unless the enquiry is one's own (or a member's
    of one's user base, for a team that covers for somebody), and the colleague holds a role at the
    same organisation in which its purpose may be stated.
    """
    with transaction.atomic():
        enquiry = Enquiry.objects.open().select_for_update().filter(key=key).first()
        if enquiry is None:
            return False
        give_enquiry(enquiry, to, by)
        queue_message(
            kind=MessageKind.ENQUIRY_HANDED_OVER,
            to=to,
            about_type="enquiry",
            about_id=enquiry.pk,
            by=by,
        )
    return True


def give_enquiry(enquiry: Enquiry, to: User, by: Acting) -> None:
    """Makes `to` the holder, in the caller's transaction, which holds the row and tells them.
    Raises `Refused`.
    """
    require(can_hand_over_enquiry(by, enquiry, to), target_type="enquiry", target_id=enquiry.pk)
    _close_double(enquiry, to)
    Enquiry.objects.filter(pk=enquiry.pk).update(holder=to, used_at=Now())
    _tell(EventType.ENQUIRY_HANDED_OVER, enquiry, by, {"user_id": to.pk})


def close_of_another(enquiry: Enquiry, by: Acting) -> None:
    """Ends an enquiry that nobody takes over, in the caller's transaction, which holds the row and
    asked whether `by` may.
    """
    Enquiry.objects.filter(pk=enquiry.pk).update(closed_at=Now())
    _tell(EventType.ENQUIRY_CLOSED, enquiry, by, {"user_id": enquiry.holder_id})


def _requested(reason: Reason, by: Acting) -> Enquiry:
    """For somebody without access none is opened here: it came with their verified request."""
    found = Enquiry.objects.open().filter(
        holder=by.user, organisation=by.organisation, fingerprint=fingerprint(reason)
    )
    enquiry = found.first()
    under = reason.under(enquiry.pk) if enquiry else reason
    require(can_look_for_another(by, under), permission=Permission.SEARCH.value)
    assert enquiry is not None  # noqa: S101  for the type checker: refused otherwise
    found.update(used_at=Now())
    return enquiry


def _close_double(enquiry: Enquiry, to: User) -> None:
    """The colleague may have the same enquiry open already: theirs ends in the one handed over."""
    Enquiry.objects.open().filter(
        holder=to, organisation=enquiry.organisation_id, fingerprint=bytes(enquiry.fingerprint)
    ).update(closed_at=Now())


def _own(key: UUID, by: Acting) -> Enquiry | None:
    own = Enquiry.objects.open().filter(key=key, holder=by.user, organisation=by.organisation)
    return own.select_for_update().first()


def _tell(
    event: EventType, enquiry: Enquiry, by: Acting, detail: dict[str, object] | None = None
) -> None:
    append(event, actor=by.actor, enquiry_id=enquiry.pk, purpose=enquiry.purpose, detail=detail)
