"""Reading enquiries: whose are open, what they say, which one this session works under.

Opening, closing and handing over are actions (`records.actions.enquiries`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.crypto import salted_hmac

from accounts.acting import Acting
from accounts.encryption import decrypt
from accounts.http import Request
from records.models import Enquiry
from records.purposes import Purpose, Reason, purposes_for

CURRENT = "enquiry"  # what a session works under, for the rest of the shift


@dataclass(frozen=True, slots=True)
class OpenEnquiry:
    """An enquiry as its holder sees it; `usable` in the role acted in now."""

    id: int
    key: UUID
    reason: Reason
    opened_at: datetime
    used_at: datetime
    usable: bool


def fingerprint(reason: Reason) -> bytes:
    """The same for the same purpose and reference, however the reference is spaced or cased."""
    reference = "".join(reason.case_reference.split()).casefold()
    text = f"{reason.purpose.value}:{reference}"
    return salted_hmac("records.enquiry", text, algorithm="sha256").digest()[:16]


def enquiries_of(by: Acting) -> list[OpenEnquiry]:
    """The person's open enquiries at the organisation they act for, last used first."""
    if by.user is None or by.organisation is None:
        return []
    held = Enquiry.objects.open().filter(holder=by.user, organisation=by.organisation)
    return [_shown(enquiry, by) for enquiry in held]


def current_enquiry(request: Request) -> OpenEnquiry | None:
    """What this session works under, while it is open, the person's own and fits the role."""
    key = request.session.get(CURRENT)
    if key is None:
        return None
    return next((e for e in enquiries_of(request.acting) if str(e.key) == key and e.usable), None)


def work_under(request: Request, key: UUID) -> None:
    """The rest of the session works under this enquiry, until another is chosen."""
    request.session[CURRENT] = str(key)


def count_open(user_ids: Collection[int]) -> int:
    """How many enquiries these accounts have open: what a sanction or suspension interrupts."""
    return Enquiry.objects.open().filter(holder_id__in=user_ids).count()


def reason_of(enquiry: Enquiry) -> Reason:
    """The reason that an enquiry states, readable."""
    return Reason(Purpose(enquiry.purpose), decrypt(enquiry.case_reference), enquiry.pk)


def _shown(enquiry: Enquiry, by: Acting) -> OpenEnquiry:
    reason = reason_of(enquiry)
    usable = reason.purpose in purposes_for(by.role)
    return OpenEnquiry(enquiry.pk, enquiry.key, reason, enquiry.opened_at, enquiry.used_at, usable)
