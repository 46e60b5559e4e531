"""Adding organisations. Accrediting them is in `applications.py` and `decisions.py`."""

from collections.abc import Mapping

from django.db import transaction

from accounts.acting import Acting
from accounts.actions.identifiers import hold_identifier
from accounts.models import Authority, IdentifierScheme, Organisation
from accounts.policies import can_register, require
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
    require(can_register(by, kind, parent), permission=Permission.REGISTER_ORGANISATION)
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
