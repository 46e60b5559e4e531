"""Looking up for a colleague, in order: the request, the call back, the look, the answer.

No look is possible before the first two: the enquiry under which it happens does not exist.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.encryption import decrypt, encrypt
from accounts.messages import MessageKind, queue_message
from accounts.policies import require
from accounts.roles import Permission
from audit.ledger.events import EventType, Outcome
from audit.ledger.writer import append
from records.access.facts import payload_text
from records.enquiries import fingerprint
from records.mediation import as_requester
from records.models import Enquiry, MediatedRequest, MediationOutcome
from records.particulars import NewMediation
from records.policies import can_mediate_for, can_use_request
from records.purposes import Purpose, Reason

MOST_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Requested:
    """A request, and the code that a caller without an account is told; it is stored nowhere."""

    request: MediatedRequest
    code: str


def request_mediation(*, new: NewMediation, by: Acting) -> Requested:
    """Writes down who asks, why, and for which child, before anything is looked up.

    Somebody with an account is told by e-mail that it was asked in their name. Raises `Refused`
    when that account is not in good standing.
    """
    require(
        can_mediate_for(by, new.requester, new.purpose),
        permission=Permission.MEDIATE,
        target_type="user" if new.requester else None,
        target_id=new.requester.pk if new.requester else None,
    )
    assert by.user is not None and by.organisation is not None  # noqa: S101, PT018  policy
    code = "" if new.requester else f"{secrets.randbelow(10**6):06d}"
    with transaction.atomic():
        request = MediatedRequest.objects.create(
            operator=by.user,
            organisation=by.organisation,
            requester=new.requester,
            caller="" if new.requester else encrypt(json.dumps(new.caller)),
            called_back_on=new.call_back_on,
            code_hash=make_password(code) if code else "",
            urgency=new.urgency,
            purpose=new.purpose.value,
            case_reference=encrypt(new.case_reference.strip()),
            said_of_child=encrypt(json.dumps(new.said_of_child)),
        )
        said = payload_text(
            caller=new.caller, case_reference=new.case_reference, child=new.said_of_child
        )
        _tell(EventType.MEDIATION_REQUESTED, request, by, payload=said)
        if new.requester:
            queue_message(
                kind=MessageKind.LOOKED_UP_FOR,
                to=new.requester,
                about_type="mediated_request",
                about_id=request.pk,
                by=by,
            )
    return Requested(request, code)


def verify_requester(*, key: UUID, code: str = "", by: Acting) -> bool:
    """Says that the requester was rung back; without an account they must have said the code.

    From now on the operator may look, for a day after the request. False for a wrong code, or when
    the request is over: after the third wrong one it is. Raises `Refused`.
    """
    with transaction.atomic():
        request = _open(key, by)
        if request is None or request.verified_at is not None:
            return False
        if request.code_hash and not check_password(code.replace(" ", ""), request.code_hash):
            _count_failure(request, by)
            return False
        enquiry = _enquiry_for(request)
        MediatedRequest.objects.filter(pk=request.pk).update(verified_at=Now(), enquiry=enquiry)
        _tell(EventType.ENQUIRY_OPENED, request, by, enquiry_id=enquiry.pk)
        _tell(EventType.MEDIATION_VERIFIED, request, by, enquiry_id=enquiry.pk)
    return True


def answer_request(*, key: UUID, outcome: MediationOutcome, by: Acting) -> bool:
    """Ends a request, and with it the enquiry: nothing more is looked up for it. False if it was
    over. Raises `Refused`.
    """
    event = {
        MediationOutcome.REFUSED: EventType.MEDIATION_REFUSED,
        MediationOutcome.NOT_VERIFIED: EventType.MEDIATION_REFUSED,
    }.get(outcome, EventType.MEDIATION_ANSWERED)
    with transaction.atomic():
        request = _open(key, by)
        if request is None:
            return False
        _close(request, outcome)
        _tell(event, request, by, detail={"to": outcome.value})
    return True


def _open(key: UUID, by: Acting) -> MediatedRequest | None:
    rows = MediatedRequest.objects.open().select_related("operator", "organisation", "child")
    request = rows.select_for_update(of=("self",)).filter(key=key).first()
    if request is None:
        return None
    require(
        can_use_request(by, request),
        permission=Permission.MEDIATE,
        target_type="mediated_request",
        target_id=request.pk,
    )
    return request


def _enquiry_for(request: MediatedRequest) -> Enquiry:
    """An enquiry of its own: the request's number keeps it apart from others of the same case."""
    reason = Reason(Purpose.MEDIATED, f"{decrypt(request.case_reference)} (request {request.pk})")
    return Enquiry.objects.create(
        holder=request.operator,
        organisation=request.organisation,
        purpose=reason.purpose.value,
        case_reference=encrypt(reason.case_reference),
        fingerprint=fingerprint(reason),
    )


def _count_failure(request: MediatedRequest, by: Acting) -> None:
    MediatedRequest.objects.filter(pk=request.pk).update(failures=F("failures") + 1)
    if request.failures + 1 >= MOST_FAILURES:
        _close(request, MediationOutcome.NOT_VERIFIED)
        _tell(
            EventType.MEDIATION_REFUSED,
            request,
            by,
            detail={"to": MediationOutcome.NOT_VERIFIED.value, "attempts": MOST_FAILURES},
        )
        return
    append(
        EventType.MEDIATION_VERIFIED,
        actor=as_requester(by, request.requester_id).actor,
        outcome=Outcome.FAILURE,
        reason="code-refused",
        target_type="mediated_request",
        target_id=request.pk,
    )


def _close(request: MediatedRequest, outcome: MediationOutcome) -> None:
    MediatedRequest.objects.filter(pk=request.pk).update(outcome=outcome, answered_at=Now())
    if request.enquiry_id is not None:
        Enquiry.objects.open().filter(pk=request.enquiry_id).update(closed_at=Now())


def _tell(
    event: EventType,
    request: MediatedRequest,
    by: Acting,
    *,
    enquiry_id: int | None = None,
    detail: dict[str, object] | None = None,
    payload: str | None = None,
) -> None:
    child = request.child
    append(
        event,
        actor=as_requester(by, request.requester_id).actor,
        target_type="mediated_request",
        target_id=request.pk,
        child_authority=child.authority_id if child else None,
        enquiry_id=enquiry_id or request.enquiry_id,
        purpose=request.purpose,
        detail={**({"child_id": child.pk} if child else {}), **(detail or {})},
        payload=payload,
    )
