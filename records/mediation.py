"""Reading requests of people without access: whose stand behind a look, what an operator has open.

Taking, verifying and answering them are actions (`records.actions.mediation`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.encryption import decrypt
from records.models import ChildRecord, MediatedRequest, MediationOutcome, Urgency
from records.models.mediation import LIVES, MediatedRequestQuerySet
from records.purposes import Purpose, Reason


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request as its operator sees it."""

    key: UUID
    id: int
    requester: str
    organisation: str
    call_back_on: str
    has_account: bool
    purpose: str
    case_reference: str
    said_of_child: dict[str, str]
    urgency: str
    requested_at: datetime
    over_at: datetime
    is_verified: bool
    enquiry_key: UUID | None
    enquiry_reference: str
    child_key: UUID | None
    outcome: str


def behind(reason: Reason, by: Acting) -> tuple[Acting, dict[str, object]]:
    """Who stands on the event of a look: `by`, and for a mediated look the requester beside them;
    and what its detail says of the request.
    """
    if reason.purpose is not Purpose.MEDIATED:
        return by, {}
    asked = MediatedRequest.objects.get(enquiry=reason.enquiry_id)
    return as_requester(by, asked.requester_id), {"mediation_id": asked.pk}


def note_opened(reason: Reason, child: ChildRecord) -> None:
    """Keeps whose record was opened for a request, the last one if a wrong one came first. Runs in
    the transaction of the look, which is its event.
    """
    asked = MediatedRequest.objects.filter(enquiry=reason.enquiry_id)
    asked.update(child=child, opened_at=Now())


def as_requester(by: Acting, requester_id: int | None) -> Acting:
    """The operator, acting on behalf of the requester's account if there is one."""
    return replace(by, actor=replace(by.actor, on_behalf_of=requester_id))


def requests_of(by: Acting) -> list[RequestView]:
    """The operator's requests that are not answered, newest first."""
    if by.user is None or by.organisation is None:
        return []
    own = MediatedRequest.objects.open().filter(operator=by.user, organisation=by.organisation)
    return [shown(request) for request in _whole(own)]


def request_of(key: UUID, by: Acting) -> RequestView | None:
    """One request of this operator, answered or not."""
    own = MediatedRequest.objects.filter(key=key, operator=by.user, organisation=by.organisation)
    found = _whole(own).first()
    return shown(found) if found else None


def asked_in_name_of(by: Acting) -> list[MediatedRequest]:
    """What was asked of an operator in this person's name, newest first."""
    return list(
        MediatedRequest.objects.filter(requester=by.user).select_related(
            "operator", "organisation"
        )[:50]
    )


def _whole(rows: MediatedRequestQuerySet) -> MediatedRequestQuerySet:
    return rows.select_related("requester__employer", "enquiry", "child")


def shown(request: MediatedRequest) -> RequestView:
    """With what is encrypted readable."""
    caller = json.loads(decrypt(request.caller)) if request.caller else {}
    account = request.requester
    return RequestView(
        key=request.key,
        id=request.pk,
        requester=account.full_name if account else caller["name"],
        organisation=account.employer.name if account else caller["organisation"],
        call_back_on=request.called_back_on,
        has_account=account is not None,
        purpose=Purpose(request.purpose).label,
        case_reference=decrypt(request.case_reference),
        said_of_child=json.loads(decrypt(request.said_of_child)),
        urgency=Urgency(request.urgency).label,
        requested_at=request.requested_at,
        over_at=request.requested_at + LIVES,
        is_verified=request.verified_at is not None,
        enquiry_key=request.enquiry.key if request.enquiry else None,
        enquiry_reference=decrypt(request.enquiry.case_reference) if request.enquiry else "",
        child_key=request.child.key if request.child else None,
        outcome=MediationOutcome(request.outcome).label if request.outcome else "",
    )
