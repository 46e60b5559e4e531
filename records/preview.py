"""What somebody else would see of a record, before and after a shield: on the record itself, so
that nobody has to search for a child to learn what a shield does.

Five people once searched for their own families "to test the system" before applying shields
(Hansard, 12 October 2009). A preview is the intersection of what the other and what the viewer may
see; it is an event of its own kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from accounts.acting import Acting
from accounts.policies import require
from accounts.roles import Permission, Role, permissions_of
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.models import ChildRecord, ShieldProfile
from records.policies import can_preview_shield
from records.presented import RecordView
from records.shielding import Part, hidden_by
from records.visibility import present_as

NOTHING = "Nothing recorded"
HIDDEN = "Hidden"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody through whose eyes a record is looked at."""

    label: str
    role: Role


READERS: dict[str, Reader] = {
    "teacher": Reader("A teacher", Role.PRACTITIONER),
    "practice": Reader("A general practice", Role.PRACTITIONER),
    "social_worker": Reader("A social worker of another authority", Role.PRACTITIONER),
    "national_partner": Reader("A national partner", Role.PRACTITIONER),
    "duty_desk": Reader("A duty desk", Role.MEDIATOR),
    "management_team": Reader("A management team", Role.MANAGEMENT_TEAM),
}


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One part of a record as the reader sees it today, and under the shield."""

    label: str
    now: str
    shielded: str

    @property
    def differs(self) -> bool:
        return self.now != self.shielded


def preview_shield(
    *, child: ChildRecord, profile: ShieldProfile, reader: str, by: Acting
) -> list[PreviewRow]:
    """The parts of an opened record as `reader` (a key of READERS) sees them now and would see them
    under a shield of `profile`. Raises `Refused`.
    """
    require(
        can_preview_shield(by),
        permission=Permission.REQUEST_SHIELD.value,
        target_type="child_record",
        target_id=child.pk,
    )
    with transaction.atomic():
        append(
            EventType.SHIELD_PREVIEWED,
            actor=by.actor,
            target_type="child_record",
            target_id=child.pk,
            child_authority=child.authority_id,
            detail={"profile": profile.value, "role": READERS[reader].role.value},
        )
    unseen = _not_seen_by(READERS[reader].role)
    # Somebody else sees the shield that stands, even where the viewer looks behind it.
    standing = hidden_by(child.live_shield.profile) if child.live_shield else frozenset()
    today = child.hidden | standing | unseen
    now = dict(_parts(present_as(child, today, by), today))
    under = today | hidden_by(profile)
    then = dict(_parts(present_as(child, under, by), under))
    return [PreviewRow(label, text, then[label]) for label, text in now.items()]


def _not_seen_by(role: Role) -> frozenset[Part]:
    """What no record shows to this role."""
    keeps = Permission.AMEND_RECORD in permissions_of(role)
    return frozenset() if keeps else frozenset({Part.IDENTIFIERS})


def _parts(view: RecordView, hidden: frozenset[Part]) -> Iterable[tuple[str, str]]:
    """Each part of a record in words."""
    yield "Name", view.name
    yield "Date of birth", view.born
    yield "Sex", view.sex
    yield "Other names", _said(Part.FORMER_NAMES, hidden, [n.text for n in view.names[1:]])
    yield "Responsible authority", _said(Part.AUTHORITY, hidden, [view.authority])
    homes = [", ".join(a.lines) for a in (*view.addresses, *view.previous_addresses)]
    yield "Homes, now and before", _said(Part.ADDRESSES, hidden, homes)
    carers = [f"{c.name} {c.phone}".strip() for c in (*view.carers, *view.former_carers)]
    yield "Parents and carers", _said(Part.CARERS, hidden, carers)
    yield "Schools", _said(Part.SCHOOL, hidden, _names(view.schools + view.previous_schools))
    practices = view.practices + view.previous_practices
    yield "General practices", _said(Part.PRACTICE, hidden, _names(practices))
    services = [s.service for s in (*view.involvements, *view.past_involvements)]
    yield "Who is involved", _said(Part.INVOLVEMENTS, hidden, services)
    numbers = [f"{i.scheme} {i.value}" for i in view.identifiers]
    yield "Identifiers", _said(Part.IDENTIFIERS, hidden, numbers)


def _said(part: Part, hidden: frozenset[Part], values: Iterable[str]) -> str:
    if part in hidden:
        return HIDDEN
    return "; ".join(value for value in values if value) or NOTHING


def _names(places: Iterable[object]) -> list[str]:
    return [str(getattr(place, "name", "")) for place in places]
