"""The shapes in which a record is shown: filled by `visibility.py`.

No rules, no rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NameView:
    text: str
    use: str
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class AddressView:
    lines: tuple[str, ...]
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class CarerView:
    name: str
    phone: str
    until: date | None


@dataclass(frozen=True, slots=True)
class PlaceView:
    """A school or a practice."""

    name: str
    phone: str
    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class InvolvementView:
    """Who to ring. Of a sensitive service only that there is one: contact is brokered."""

    id: int
    service: str
    kind: str
    contact_name: str
    contact_phone: str
    email: str
    opening_hours: str
    out_of_hours_phone: str
    may_be_written_to: bool
    started_on: date
    ended_on: date | None
    confirmed_on: date
    is_sensitive: bool
    is_brokered: bool = False  # the shield hides which service it is
    role: str = ""
    is_lead: bool = False
    is_own: bool = False
    has_practitioner: bool = False
    team: str = ""
    members: tuple[MemberView, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody who was in the team while it worked with the child."""

    name: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class OwnInvolvementView:
    """A child somebody is recorded as working with, as they are asked whether they still do."""

    id: int
    child_key: UUID
    child: str
    born: str
    service: str
    started_on: date
    confirmed_on: date


@dataclass(frozen=True, slots=True)
class IdentifierView:
    id: int
    scheme: str
    value: str
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class ShieldView:
    """That a record is shielded, and what that hides in general words."""

    key: UUID
    hides: str
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class RecordView:
    """One record as one person may see it now."""

    key: UUID
    name: str
    names: tuple[NameView, ...]
    born: str
    corrected_births: tuple[str, ...]
    sex: str
    authority: str
    addresses: tuple[AddressView, ...]
    previous_addresses: tuple[AddressView, ...]
    carers: tuple[CarerView, ...]
    former_carers: tuple[CarerView, ...]
    schools: tuple[PlaceView, ...]
    previous_schools: tuple[PlaceView, ...]
    practices: tuple[PlaceView, ...]
    previous_practices: tuple[PlaceView, ...]
    identifiers: tuple[IdentifierView, ...]
    ended_identifiers: tuple[IdentifierView, ...]
    involvements: tuple[InvolvementView, ...]
    past_involvements: tuple[InvolvementView, ...]
    disputed: dict[str, tuple[str, ...]]
    duty_desk: str
    duty_phone: str
    is_invented: bool
    hidden: frozenset[str]
    shield: ShieldView | None
    may_amend: bool
    may_dispute: bool
    may_record_involvement: bool
    own_work: str
    is_involved: bool
    why: str
    may_send_message: bool
    may_receive_referral: bool
    may_request_shield: bool
    may_override_shield: bool


@dataclass(frozen=True, slots=True)
class ResultView:
    """One line of a list of results: enough to recognise a child, no more."""

    key: UUID
    name: str
    born: str
    sex: str
    authority: str
    is_shielded: bool
    reasons: tuple[str, ...]
    strong: bool
