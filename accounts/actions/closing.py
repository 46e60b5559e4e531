"""Closing an organisation: its row and its history stay, everything that opens the index ends."""

from __future__ import annotations

from django.db import transaction

from accounts.acting import Acting
from accounts.actions.accounts import end_account
from accounts.actions.winding_up import lock_open, require_as_seen, require_for, wind_up
from accounts.models import Organisation
from accounts.policies import can_close, can_reshape, deny, first_no, fresh_factor
from accounts.touched import open_accounts
from audit.ledger.events import EventType
from audit.ledger.writer import append

CODE = "organisation-closed"

PEOPLE_LEFT = deny(
    "people-left",
    "People with open accounts still work for this organisation.",
    "Have their accounts moved or closed first, or close them together with the organisation.",
)
EMPLOYERS_LEFT = deny(
    "employers-left",
    "This organisation still manages the accounts of employing organisations.",
    "Move them to another managing body, or close them, first.",
)


def close_organisation(
    *,
    organisation: Organisation,
    reason: str,
    with_people: bool = False,
    seen: str | None = None,
    by: Acting,
) -> None:
    """Closes an organisation for good; the accounts of its people with it if `with_people` says so.

    `seen` is the seal of the preview that was confirmed (`touched.Touched.seal`). Its role grants,
    accreditations, identifiers and planned moves end. Raises `Refused`: also when it was closed
    already, when what it touches has changed since `seen`, or when people or employers are left.
    """
    decision = first_no(can_reshape(by, organisation), can_close(organisation), fresh_factor(by))
    require_for(decision, organisation)
    with transaction.atomic():
        [organisation] = lock_open(organisation)
        require_as_seen(organisation, seen)
        if organisation.employers.open().exists():
            require_for(EMPLOYERS_LEFT, organisation)
        people = list(open_accounts(organisation).select_for_update(of=("self",)))
        if people and not with_people:
            require_for(PEOPLE_LEFT, organisation)
        for user in people:
            end_account(user, reason=reason, code=CODE, by=by)
        wind_up(organisation, reason=reason, code=CODE, by=by)
        append(
            EventType.ORGANISATION_CLOSED,
            actor=by.actor,
            target_type="organisation",
            target_id=organisation.pk,
            detail={"count": len(people)},
            payload=reason,
        )
