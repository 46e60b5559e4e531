"""The end of an accreditation: withdrawn by a person, or lapsed by itself."""

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting, job
from accounts.models import Accreditation, Organisation
from accounts.policies import can_accredit, first_no, fresh_factor, require
from accounts.roles import Permission
from accounts.states import State, Verb, move
from audit.ledger.events import EventType
from audit.ledger.writer import append


def withdraw_accreditation(*, accreditation: Accreditation, reason: str, by: Acting) -> bool:
    """Ends an accreditation now, and a renewal of it that waits to begin; every account under it
    stops counting at its next request.

    False when it was withdrawn already: no second event. Raises `Refused`.
    """
    organisation = accreditation.organisation
    require(
        first_no(can_accredit(by, organisation), fresh_factor(by)),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )
    with transaction.atomic():
        return end_accreditations(organisation, reason, by=by) > 0


def end_accreditations(
    organisation: Organisation, reason: str, *, code: str | None = None, by: Acting
) -> int:
    """Withdraws the accreditation and its renewals, in the caller's transaction; whether it may be
    is the caller's question. Returns how many there were.
    """
    live = organisation.accreditations.filter(status=State.ACCREDITED)
    return sum(_withdraw(row, reason, code, by) for row in live)


def _withdraw(accreditation: Accreditation, reason: str, code: str | None, by: Acting) -> bool:
    rows = Accreditation.objects.filter(pk=accreditation.pk)
    withdrawn = move(rows, Verb.WITHDRAW, withdrawn_at=Now(), withdrawal_reason=reason)
    if withdrawn:
        append(
            EventType.ACCREDITATION_WITHDRAWN,
            actor=by.actor,
            reason=code,
            target_type="organisation",
            target_id=accreditation.organisation_id,
            detail={"accreditation_id": accreditation.pk},
            payload=reason,
        )
    return withdrawn


def lapse_accreditations() -> int:
    """Marks every accreditation whose last day has passed, each in its own transaction; may run any
    number of times.

    Standing reads the dates itself, so a late run opens nothing. Returns how many lapsed.
    """
    by = job("accounts.lapse_accreditations")
    lapsed = 0
    for accreditation in Accreditation.objects.over():
        with transaction.atomic():
            lapsed += _lapse(accreditation, by)
    return lapsed


def _lapse(accreditation: Accreditation, by: Acting) -> bool:
    rows = Accreditation.objects.over().filter(pk=accreditation.pk)
    lapsed = move(rows, Verb.LAPSE, lapsed_at=Now())
    if lapsed:
        append(
            EventType.ACCREDITATION_LAPSED,
            actor=by.actor,
            reason="renewed" if _is_renewed(accreditation) else None,
            target_type="organisation",
            target_id=accreditation.organisation_id,
            detail={
                "accreditation_id": accreditation.pk,
                "valid_until": accreditation.valid_until.isoformat(),
            },
        )
    return lapsed


def _is_renewed(accreditation: Accreditation) -> bool:
    """Another one carries the organisation on, so nothing ends but this period."""
    in_force = Accreditation.objects.in_force()
    return in_force.filter(organisation_id=accreditation.organisation_id).exists()
