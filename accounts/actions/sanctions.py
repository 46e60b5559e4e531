"""Cutting an organisation's access in steps, and giving it back the same way.

Standing is asked of the sanction on every request (`querysets.with_standing`), so nothing is
switched off here: the row is the switch.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.impact import Impact, impact_of
from accounts.models import Organisation, Sanction
from accounts.policies import can_accredit, deny, first_no, fresh_factor, require
from accounts.roles import Permission
from accounts.states import SanctionLevel
from audit.ledger.events import EventType
from audit.ledger.writer import append

CHANGED = deny(
    "sanction-changed",
    "Somebody else has changed the sanction on this organisation since you opened the page.",
    "Look at where the organisation stands now, and decide again.",
)


@dataclass(frozen=True)
class Seen:
    """What the officer was shown before confirming: the level then, and how many people."""

    level: SanctionLevel | None
    users: int


class ImpactChanged(Exception):
    """Another number of people is touched than the officer was shown; nothing was done."""

    def __init__(self, impact: Impact) -> None:
        super().__init__()
        self.impact = impact


def level_of(organisation: Organisation) -> SanctionLevel | None:
    """The live sanction on the organisation itself, not on the body above it."""
    live = Sanction.objects.live().filter(organisation=organisation).first()
    return SanctionLevel(live.level) if live else None


def sanction_organisation(
    *, organisation: Organisation, level: SanctionLevel, reason: str, seen: Seen, by: Acting
) -> Impact:
    """Puts the organisation, and those beneath it, under a sanction, or changes its level.

    Every session obeys at its next request. Returns whom it touched. Raises `Refused` (also when
    another officer was first) and `ImpactChanged`.
    """
    return _replace(organisation, level, reason, seen, by)


def lift_sanction(*, organisation: Organisation, reason: str, seen: Seen, by: Acting) -> Impact:
    """Ends the sanction; what it kept out may come back at the next request. As
    `sanction_organisation`.
    """
    return _replace(organisation, None, reason, seen, by)


def _replace(
    organisation: Organisation,
    level: SanctionLevel | None,
    reason: str,
    seen: Seen,
    by: Acting,
) -> Impact:
    about = {"target_type": "organisation", "target_id": organisation.pk}
    allowed = first_no(can_accredit(by, organisation), fresh_factor(by))
    require(allowed, permission=Permission.ACCREDIT, **about)  # type: ignore[arg-type]
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=organisation.pk)  # the second one waits
        before = level_of(organisation)
        if before != seen.level or before == level:
            require(CHANGED, permission=Permission.ACCREDIT, **about)  # type: ignore[arg-type]
        impact = impact_of(organisation)
        if impact.users != seen.users:
            raise ImpactChanged(impact)
        _write(organisation, level, reason, by)
        _record(organisation, before, level, reason, impact, by)
    return impact


def _write(
    organisation: Organisation, level: SanctionLevel | None, reason: str, by: Acting
) -> None:
    Sanction.objects.live().filter(organisation=organisation).update(
        lifted_by=by.user, lifted_at=Now(), lift_reason=reason
    )
    if level is not None:
        Sanction.objects.create(
            organisation=organisation, level=level, reason=reason, imposed_by=by.user
        )


def _record(
    organisation: Organisation,
    before: SanctionLevel | None,
    level: SanctionLevel | None,
    reason: str,
    impact: Impact,
    by: Acting,
) -> None:
    event = EventType.ACCREDITATION_SANCTIONED if level else EventType.ACCREDITATION_RESTORED
    append(
        event,
        actor=by.actor,
        target_type="organisation",
        target_id=organisation.pk,
        detail={
            "from": before.code if before else "none",
            "to": level.code if level else "none",
            "count": impact.users,
            "sessions": impact.sessions,
            "enquiries": impact.enquiries,
        },
        payload=reason,
    )
