"""Whether the scan suspends by itself, per kind of body: set by the central team, an event each."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import can, first_no, fresh_factor, require
from accounts.roles import MANAGING, OrganisationKind, Permission
from audit.detection.models import AutomaticSuspension
from audit.ledger.events import EventType
from audit.ledger.writer import append

KINDS = tuple(kind for kind in OrganisationKind if kind in MANAGING)


@dataclass(frozen=True, slots=True)
class Mode:
    """How the scan acts in bodies of one kind."""

    kind: OrganisationKind
    is_on: bool
    row: AutomaticSuspension | None

    @property
    def label(self) -> str:
        return self.kind.label


def modes() -> list[Mode]:
    """Of each kind of body that manages accounts."""
    rows = {row.kind: row for row in AutomaticSuspension.objects.select_related("set_by")}
    return [Mode(kind, bool(kind in rows and rows[kind].is_on), rows.get(kind)) for kind in KINDS]


def set_mode(*, kind: OrganisationKind, is_on: bool, why: str, by: Acting) -> bool:
    """Lets the scan suspend by itself in bodies of a kind, or advise only; `why` is kept with the
    event. False when it was so already. Raises `Refused`, also without a fresh second factor.
    """
    permission = Permission.GOVERN_DETECTION
    require(first_no(can(by, permission), fresh_factor(by)), permission=permission)
    assert by.user is not None  # noqa: S101  a person: the policy has said
    with transaction.atomic():
        known = AutomaticSuspension.objects.select_for_update().filter(kind=kind).first()
        if bool(known and known.is_on) is is_on:
            return False
        AutomaticSuspension.objects.update_or_create(
            kind=kind, defaults={"is_on": is_on, "set_by": by.user}
        )
        append(
            EventType.RULE_CHANGED,
            actor=by.actor,
            detail={"kind": kind.value, "status": "suspends" if is_on else "advises"},
            payload=why,
        )
    return True
