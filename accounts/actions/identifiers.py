"""Identifiers of organisations: recorded, replaced, ended. Nothing is rewritten or taken away."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.models import IdentifierScheme, Organisation, OrganisationIdentifier
from accounts.policies import can_reshape, deny, require
from accounts.roles import Permission
from audit.ledger.events import EventType
from audit.ledger.writer import append

TAKEN = deny(
    "identifier-taken",
    "Another organisation holds that identifier today.",
    "Check the value. If it has passed to this organisation, end it at the other one first.",
)
ENDED_ALREADY = deny(
    "identifier-ended",
    "Somebody has ended that identifier already.",
    "Look at the organisation again; nothing more needs to be done.",
)


def record_identifier(
    *,
    organisation: Organisation,
    scheme: IdentifierScheme,
    value: str,
    valid_from: date | None = None,
    by: Acting,
) -> OrganisationIdentifier:
    """Gives the organisation an identifier; the one it held in that scheme ends and is succeeded.

    `value` has the shape of its scheme (`SHAPES`). Raises `Refused`, also when another organisation
    holds the value today, and `IntegrityError` for a wrong shape.
    """
    _require(by, organisation)
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)
        others = OrganisationIdentifier.objects.live().exclude(organisation=organisation)
        if others.filter(scheme=scheme, value=value).exists():
            require(TAKEN, target_type="organisation", target_id=organisation.pk)
        previous = organisation.identifiers.live().filter(scheme=scheme).first()
        if previous is not None:
            if previous.value == value:
                return previous
            end_held(previous)
        held = hold_identifier(organisation, scheme, value, valid_from=valid_from, by=by)
        if previous is not None:
            OrganisationIdentifier.objects.filter(pk=previous.pk).update(successor=held)
        _tell(organisation, scheme, value, "identifier-recorded", by)
    return held


def end_identifier(*, identifier: OrganisationIdentifier, by: Acting) -> None:
    """The organisation no longer has this identifier, from today.

    Raises `Refused`, also when it had ended already.
    """
    organisation = identifier.organisation
    _require(by, organisation)
    with transaction.atomic():
        if not end_held(identifier):
            require(ENDED_ALREADY, target_type="organisation", target_id=organisation.pk)
        _tell(organisation, identifier.scheme, identifier.value, "identifier-ended", by)


def hold_identifier(
    organisation: Organisation,
    scheme: IdentifierScheme,
    value: str,
    *,
    valid_from: date | None,
    by: Acting,
) -> OrganisationIdentifier:
    """The row, in the caller's transaction; policy and event are the caller's."""
    return OrganisationIdentifier.objects.create(
        organisation=organisation,
        scheme=scheme,
        value=value,
        valid_from=valid_from,
        recorded_by=by.user,
    )


def end_held(identifier: OrganisationIdentifier) -> bool:
    """Ends the row today, in the caller's transaction. False when it had ended already."""
    today = timezone.localdate()
    ended = OrganisationIdentifier.objects.live().filter(pk=identifier.pk)
    last = max(today, identifier.valid_from) if identifier.valid_from else today
    return bool(ended.update(valid_until=last))


def _require(by: Acting, organisation: Organisation) -> None:
    require(
        can_reshape(by, organisation),
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )


def _tell(organisation: Organisation, scheme: str, value: str, code: str, by: Acting) -> None:
    append(
        EventType.ORGANISATION_AMENDED,
        actor=by.actor,
        reason=code,
        target_type="organisation",
        target_id=organisation.pk,
        detail={"fields": ["identifiers"], "kind": str(IdentifierScheme(scheme).value)},
        payload=value,
    )
