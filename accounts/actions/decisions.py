"""The officer's side of an application: taken, returned with questions, approved or refused.

`seen` is the round of submission the officer looked at: what changed since cannot be decided on.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.actions.moving import about, lock, move_on, record, require_deciding, tell
from accounts.models import (
    Accreditation,
    AccreditationApplication,
    ApplicationMessage,
    EvidenceItem,
    EvidenceKind,
)
from accounts.policies import evidence_holds, require
from accounts.roles import Permission
from accounts.states import State, Verb
from audit.ledger.events import EventType
from audit.ledger.writer import append


def take_application(*, application: AccreditationApplication, by: Acting) -> None:
    """Begins the review. Another officer may still decide, should this one be away. Raises
    `Refused`.
    """
    require_deciding(application, by)
    with transaction.atomic():
        move_on(application, Verb.TAKE, reviewer=by.user)
        record(
            EventType.ACCREDITATION_AMENDED,
            application,
            by,
            fields=["status"],
            to=State.UNDER_REVIEW.value,
        )


def ask_question(
    *, application: AccreditationApplication, seen: int, text: str, by: Acting
) -> None:
    """Returns the application to its applicant with a question. Raises `Refused`."""
    require_deciding(application, by)
    with transaction.atomic():
        move_on(application, Verb.RETURN, seen=seen)
        ApplicationMessage.objects.create(
            application=application, is_question=True, text=text, by=by.user
        )
        record(EventType.ACCREDITATION_QUESTIONED, application, by)
        tell(application, by)


def approve_application(
    *,
    application: AccreditationApplication,
    seen: int,
    valid_from: date,
    valid_until: date,
    by: Acting,
) -> Accreditation:
    """Accredits the organisation from the first day to the last day inclusive.

    Raises `Refused`: not this person, evidence missing or out of date, another officer was first;
    and `IntegrityError` for dates out of order. The database refuses the same by itself.
    """
    require_deciding(application, by)
    with transaction.atomic():
        holds = evidence_holds(lock(application))
        require(holds, permission=Permission.ACCREDIT, **about(application))
        move_on(application, Verb.APPROVE, seen=seen, decided_by=by.user, decided_at=Now())
        accreditation = Accreditation.objects.create(
            organisation=application.organisation,
            application=application,
            status=State.ACCREDITED,
            valid_from=valid_from,
            valid_until=valid_until,
            disciplinary_evidence=_disciplinary(application),
            decided_by=by.user,
        )
        _record_accreditation(accreditation, application, by)
        tell(application, by)
    return accreditation


def _disciplinary(application: AccreditationApplication) -> str:
    """Version and reference of the disciplinary procedures seen."""
    item = EvidenceItem.objects.get(
        application=application, kind=EvidenceKind.DISCIPLINARY, removed_at=None
    )
    return f"{item.version} {item.reference}".strip()[:200]


def _record_accreditation(
    accreditation: Accreditation, application: AccreditationApplication, by: Acting
) -> None:
    renewed = application.renews_id is not None
    append(
        EventType.ACCREDITATION_RENEWED if renewed else EventType.ACCREDITATION_GRANTED,
        actor=by.actor,
        target_type="organisation",
        target_id=accreditation.organisation_id,
        detail={
            "accreditation_id": accreditation.pk,
            "application_id": application.pk,
            "valid_from": accreditation.valid_from.isoformat(),
            "valid_until": accreditation.valid_until.isoformat(),
        },
    )


def refuse_application(
    *, application: AccreditationApplication, seen: int, reason: str, by: Acting
) -> None:
    """Ends the application with a reason the applicant is shown. Raises `Refused`."""
    require_deciding(application, by)
    with transaction.atomic():
        move_on(
            application,
            Verb.REFUSE,
            seen=seen,
            decided_by=by.user,
            decided_at=Now(),
            decision_reason=reason,
        )
        record(EventType.ACCREDITATION_REFUSED, application, by)
        tell(application, by)
