"""Merging an organisation into another one of its kind: people, roles, employers and identifiers
pass over, each with its own event; the merged one is closed and points to its successor.
"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.actions.identifiers import end_held, hold_identifier
from accounts.actions.people import change_employer, end_grants_across
from accounts.actions.relocating import change_managing_body
from accounts.actions.roles import begin_grant, end_grants
from accounts.actions.winding_up import lock_open, require_as_seen, require_for, wind_up
from accounts.models import (
    IdentifierScheme,
    Organisation,
    OrganisationIdentifier,
    RoleGrant,
)
from accounts.policies import can_merge, can_reshape, first_no, fresh_factor
from accounts.roles import needs_fresh_factor
from accounts.touched import open_accounts
from audit.ledger.events import EventType
from audit.ledger.writer import append

CODE = "organisation-merged"
WHY = "the organisation was merged into its successor"


def merge_organisation(
    *,
    organisation: Organisation,
    into: Organisation,
    reason: str,
    seen: str | None = None,
    by: Acting,
) -> None:
    """Merges `organisation` into `into`, which lives on; both are of one kind and open.

    Everyday roles pass over; powerful ones end, for the successor's team to grant anew. An
    identifier passes over with its dates; where the successor holds one of that scheme, that one is
    its successor. `seen` and the errors are those of `close_organisation`.
    """
    require_for(first_no(can_reshape(by, organisation, into), fresh_factor(by)), organisation)
    with transaction.atomic():
        organisation, into = lock_open(organisation, into)
        require_for(can_merge(organisation, into), organisation)
        require_as_seen(organisation, seen)
        grants = _everyday_grants(organisation)
        people = list(open_accounts(organisation).select_for_update(of=("self",)))
        for user in people:
            change_employer(user, into, reason=reason, code=CODE, by=by)
        employers = list(organisation.employers.open().select_for_update(of=("self",)))
        for employer in employers:
            change_managing_body(employer, into, reason=reason, code=CODE, by=by)
        _pass_on_grants(grants, into, by)
        for reached in (into, *employers):
            end_grants_across(reached, reason=WHY, by=by)
        _pass_on_identifiers(organisation, into, by)
        wind_up(organisation, reason=reason, code=CODE, successor=into, by=by)
        append(
            EventType.ORGANISATION_MERGED,
            actor=by.actor,
            target_type="organisation",
            target_id=into.pk,
            detail={"merged_id": organisation.pk, "count": len(people)},
            payload=reason,
        )


def _everyday_grants(organisation: Organisation) -> list[RoleGrant]:
    grants = RoleGrant.objects.live().filter(content_object=organisation)
    held = grants.select_related("permission", "user").order_by("pk")
    return [grant for grant in held if not needs_fresh_factor(grant.role)]


def _pass_on_grants(grants: list[RoleGrant], into: Organisation, by: Acting) -> None:
    """Each ends at the old organisation, if it has not yet, and begins at the new one."""
    end_grants(RoleGrant.objects.filter(pk__in=[g.pk for g in grants]), reason=WHY, by=by)
    for grant in grants:
        held = RoleGrant.objects.live().filter(user=grant.user, permission=grant.permission)
        if not held.filter(content_object=into).exists():
            begin_grant(
                user=grant.user,
                organisation=into,
                role=grant.role,
                reason=WHY,
                until=grant.until,
                by=by,
            )


def _pass_on_identifiers(organisation: Organisation, into: Organisation, by: Acting) -> None:
    own = {held.scheme: held for held in into.identifiers.live()}
    for held in organisation.identifiers.live():
        end_held(held)
        successor = own.get(held.scheme) or hold_identifier(
            into,
            IdentifierScheme(held.scheme),
            held.value,
            valid_from=timezone.localdate(),
            by=by,
        )
        OrganisationIdentifier.objects.filter(pk=held.pk).update(successor=successor)
