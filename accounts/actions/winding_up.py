"""What closing and merging an organisation have in common: locks, the preview's seal, the end of
everything that hangs on it. Each part leaves its own event.
"""

from __future__ import annotations

from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.actions.accreditation import end_accreditations
from accounts.actions.identifiers import end_held
from accounts.actions.relocating import call_off
from accounts.actions.roles import end_grants
from accounts.models import Organisation, RoleGrant
from accounts.policies import Decision, deny, is_open, require
from accounts.roles import Permission
from accounts.touched import touched_by

CHANGED = deny(
    "preview-out-of-date",
    "Something about this organisation has changed since you were shown what would be touched.",
    "Go back, look at what would be touched now, and confirm again.",
)


def require_for(decision: Decision, organisation: Organisation) -> None:
    """`require` for an act on an organisation."""
    require(
        decision,
        permission=Permission.ACCREDIT,
        target_type="organisation",
        target_id=organisation.pk,
    )


def lock_open(*organisations: Organisation) -> list[Organisation]:
    """The rows as they are now, locked in a fixed order; `Refused` if one was closed meanwhile."""
    rows = Organisation.objects.select_for_update(of=("self",)).select_related("parent")
    found = {
        row.pk: row for row in rows.filter(pk__in=[o.pk for o in organisations]).order_by("pk")
    }
    for row in found.values():
        require_for(is_open(row), row)
    return [found[organisation.pk] for organisation in organisations]


def require_as_seen(organisation: Organisation, seen: str | None) -> None:
    """`Refused` if the preview that was confirmed (its seal) no longer holds."""
    if seen is not None and touched_by(organisation).seal != seen:
        require_for(CHANGED, organisation)


def wind_up(
    organisation: Organisation,
    *,
    reason: str,
    code: str,
    successor: Organisation | None = None,
    by: Acting,
) -> None:
    """Ends what is left of it and closes the row; its own event is the caller's."""
    grants = RoleGrant.objects.filter(content_object=organisation)
    end_grants(grants, reason="the organisation was closed", by=by)
    end_accreditations(organisation, reason, code=code, by=by)
    for identifier in organisation.identifiers.live():
        end_held(identifier)
    for move in organisation.moves.planned():
        call_off(move, code=code, by=by)
    Organisation.objects.filter(pk=organisation.pk).update(
        closed_at=Now(), closing_reason=reason, successor=successor
    )
    organisation.refresh_from_db(fields=["closed_at", "closing_reason", "successor"])
