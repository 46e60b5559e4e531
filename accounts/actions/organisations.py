"""Making organisations, accrediting them, and withdrawing an accreditation."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.actions.identifiers import hold_identifier
from accounts.models import Accreditation, Authority, IdentifierScheme, Organisation
from accounts.models.accreditation import AccreditationStatus
from accounts.policies import can_accredit, require, require_permission
from accounts.roles import OrganisationKind, Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append


def create_organisation(
    *,
    kind: OrganisationKind,
    name: str,
    parent: Organisation | None = None,
    authority: Authority | None = None,
    identifiers: Mapping[IdentifierScheme, str] | None = None,
    duty_phone: str = "",
    is_invented: bool = False,
    by: Acting,
) -> Organisation:
    """A new organisation, not yet accredited.

    `parent` is the authority or partner that manages an employing organisation's accounts;
    `authority` the public reference row of a local authority, whose GSS code becomes one of its
    `identifiers`. Raises `Refused`, and `IntegrityError` where the facts contradict each other.
    """
    require_permission(by, Permission.ACCREDIT)
    with transaction.atomic():
        organisation = Organisation.objects.create(
            kind=kind,
            name=name,
            parent=parent,
            authority=authority,
            duty_phone=duty_phone,
            is_invented=is_invented,
        )
        append(
            EventType.ORGANISATION_CREATED,
            actor=by.actor,
            target_type="organisation",
            target_id=organisation.pk,
            detail={"kind": str(OrganisationKind(kind).value)},
        )
        named = {IdentifierScheme.GSS: authority.pk} if authority else {}
        for scheme, value in (named | dict(identifiers or {})).items():
            hold_identifier(organisation, scheme, value, valid_from=None, by=by)
    return organisation


def accredit_organisation(
    *,
    organisation: Organisation,
    valid_from: date,
    valid_until: date,
    disciplinary_evidence: str,
    by: Acting,
) -> Accreditation:
    """Allows the organisation's people to hold accounts from the first day to the last day
    inclusive.

    `disciplinary_evidence` is the reference of the disciplinary procedures seen before approval.
    Raises `Refused`, and `IntegrityError` for dates out of order or missing evidence.
    """
    require(
        can_accredit(by, organisation),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )
    with transaction.atomic():
        accreditation = Accreditation.objects.create(
            organisation=organisation,
            status=AccreditationStatus.ACCREDITED,
            valid_from=valid_from,
            valid_until=valid_until,
            disciplinary_evidence=disciplinary_evidence,
            decided_by=by.user,
        )
        append(
            EventType.ACCREDITATION_GRANTED,
            actor=by.actor,
            target_type="organisation",
            target_id=organisation.pk,
            detail={
                "accreditation_id": accreditation.pk,
                "valid_from": valid_from.isoformat(),
                "valid_until": valid_until.isoformat(),
            },
        )
    return accreditation


def withdraw_accreditation(*, accreditation: Accreditation, reason: str, by: Acting) -> bool:
    """Ends an accreditation now; every account under it stops counting at its next request.

    False when it was withdrawn already: no second event. Raises `Refused`.
    """
    organisation = accreditation.organisation
    require(
        can_accredit(by, organisation),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )
    with transaction.atomic():
        withdrawn = Accreditation.objects.filter(
            pk=accreditation.pk, status=AccreditationStatus.ACCREDITED
        ).update(status=AccreditationStatus.WITHDRAWN, withdrawn_at=Now(), withdrawal_reason=reason)
        if withdrawn:
            append(
                EventType.ACCREDITATION_WITHDRAWN,
                actor=by.actor,
                target_type="organisation",
                target_id=organisation.pk,
                detail={"accreditation_id": accreditation.pk},
                payload=reason,
            )
    return bool(withdrawn)
