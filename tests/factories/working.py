"""The work around a child, for tests: referrals and requests, made by their actions."""

from __future__ import annotations

from typing import Any

from accounts.acting import Acting
from accounts.models import User
from accounts.roles import Role
from records.actions.mediation import request_mediation, verify_requester
from records.actions.referrals import record_referral
from records.enquiries import reason_of
from records.models import Channel, ChildRecord, MediatedRequest, Referral, Urgency
from records.particulars import NewMediation, NewReferral
from records.purposes import Purpose, Reason
from tests.factories.accounts import acting_as

SAID = {"given_name": "Aoife", "family_name": "Brennan"}


def referral(by: Acting, child: ChildRecord | None = None, **facts: Any) -> Referral:
    """A referral by telephone, received now."""
    facts = {"channel": Channel.TELEPHONE, "sender": "Dr Asha Rao, Park surgery", **facts}
    return record_referral(new=NewReferral(**facts), child=child, by=by)


def new_mediation(requester: User | None, **facts: Any) -> NewMediation:
    """What an operator writes down; a caller without an account unless `requester` is given."""
    caller = None if requester else {"name": "Jo Caller", "organisation": "Park surgery", "job": ""}
    known = {
        "requester": requester,
        "caller": caller,
        "call_back_on": "01632 960 111",
        "urgency": Urgency.ACCESS_DOWN if requester else Urgency.NO_ACCESS,
        "purpose": Purpose.CHILD_AT_RISK,
        "case_reference": "NIGHT-7",
        "said_of_child": SAID,
    }
    return NewMediation(**{**known, **facts})


def mediated(by: Acting, requester: User | None = None, **facts: Any) -> MediatedRequest:
    """A request that is recorded and verified, so that a look may follow."""
    if requester is None:
        requester = acting_as(Role.PRACTITIONER, at=by.organisation).user
    made = request_mediation(new=new_mediation(requester, **facts), by=by).request
    assert verify_requester(key=made.key, by=by)
    made.refresh_from_db()
    return made


def reason_for(request: MediatedRequest) -> Reason:
    """The reason under which the look for this request happens."""
    assert request.enquiry is not None
    return reason_of(request.enquiry)
