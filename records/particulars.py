"""What a person says of a child, checked by a form, before it is a row. Plain values only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Team, User
from records.identifiers import Recognised
from records.models import AddressKind, Channel, Sex, Urgency
from records.purposes import Purpose
from records.search import TypedDate


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """A name as written; one of given and family name is there."""

    given_name: str = ""
    other_given_names: str = ""
    family_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressParts:
    """An address as written, or that there is none."""

    kind: AddressKind = AddressKind.ADDRESS
    line_1: str = ""
    line_2: str = ""
    town: str = ""
    postcode: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarerParts:
    name: str
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChild:
    """What a new record is made of; only a name is required."""

    name: NameParts
    born: TypedDate | None = None
    sex: Sex = Sex.NOT_SPECIFIED
    address: AddressParts | None = None
    carer: CarerParts | None = None
    identifier: Recognised | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewInvolvement:
    """A service's work with a child, and whom to ring."""

    service_id: int
    started_on: date
    contact_name: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReferral:
    """How a referral came; `came_at` empty means now; `team` is one of the organisation."""

    channel: Channel
    sender: str
    sender_phone: str = ""
    reference: str = ""
    came_at: datetime | None = None
    team: Team | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMediation:
    """Who asks for a look-up, and why. `requester` is their account; without one `caller` says who
    they are (name, organisation, job). `said_of_child`: what they told of the child.
    """

    requester: User | None
    call_back_on: str
    urgency: Urgency
    purpose: Purpose
    case_reference: str
    said_of_child: dict[str, str]
    caller: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceParts:
    """What the directory says of a service."""

    name: str
    kind: str
    phone: str
    opening_hours: str
    out_of_hours_phone: str
    email: str
    is_sensitive: bool


def day_of(born: TypedDate) -> date | None:
    """The day of a full date of birth; None for a year alone. The form checked it."""
    if born.month is None or born.day is None:
        return None
    return date(born.year, born.month, born.day)
