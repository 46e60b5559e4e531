"""What one person sees of one record. What is hidden is absent: no blank, no star, no count.

Templates and views get these dataclasses, never the rows behind them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.formats import date_format

from accounts.acting import Acting
from accounts.policies import can
from accounts.roles import Permission
from records.models import (
    Address,
    AddressKind,
    ChildName,
    ChildRecord,
    DisputedField,
    Identifier,
    IdentifierScheme,
    Involvement,
    NameUse,
    Place,
    Sex,
    ShieldProfile,
    ShieldStatus,
)
from records.presented import (
    AddressView,
    CarerView,
    IdentifierView,
    InvolvementView,
    MemberView,
    NameView,
    PlaceView,
    RecordView,
    ResultView,
    ShieldView,
)
from records.queries import ResultRow
from records.search import Hit
from records.shielding import DISPUTES, NATIONAL_SCHEMES, Part

SENSITIVE = "A sensitive service"
SECTIONS = (
    "names",
    "birth",
    "sex",
    "authority",
    "addresses",
    "carers",
    "school",
    "practice",
    "involvements",
)

# What a contact slip shows: whom to ring, and enough to know the child by. Never an address.
SLIP_SECTIONS = ("names", "birth", "authority", "school", "practice", "involvements")


def sections_shown(acting: Acting, hidden: frozenset[Part]) -> tuple[str, ...]:
    """The sections of a record this person is shown; kept in the event of opening it."""
    every = (*SECTIONS, "identifiers") if _sees_identifiers(acting) else SECTIONS
    return tuple(section for section in every if section not in hidden)


def present_result(row: ResultRow, hit: Hit) -> ResultView:
    """A search result as anyone who may search sees it."""
    return ResultView(
        key=row.key,
        name=written_name(row.names[0]) if row.names else "No name recorded",
        born=born_words(row.born_on, row.born_year),
        sex=Sex(row.sex).label,
        authority="" if Part.AUTHORITY in row.hidden else row.authority,
        is_shielded=bool(row.hidden),
        reasons=hit.reasons,
        strong=hit.strong,
    )


def present(child: ChildRecord, acting: Acting, *, own_work: str = "", why: str = "") -> RecordView:
    """A record opened by `access.open_record`, cut to what `acting` may see.

    `own_work` says in words what "I am working with this child" would record of them, `why` what
    recorded work explains that they look.
    """
    return present_as(child, child.hidden, acting, own_work=own_work, why=why)


def present_as(
    child: ChildRecord,
    hidden: frozenset[Part],
    acting: Acting,
    *,
    own_work: str = "",
    why: str = "",
) -> RecordView:
    """A record as `acting` would see it if `hidden` were what a shield hides of it from them."""
    births = sorted(child.birth_dates.all(), key=lambda birth: not birth.is_current)
    desk, phone = _duty_desk(child, hidden)
    own = acting.user.pk if acting.user else None
    current, past = _involvements(child, hidden, own)
    return RecordView(
        key=child.key,
        name=_display_name(child),
        names=tuple(_name(name) for name in _names_shown(child, hidden)),
        born=born_words(births[0].born_on, births[0].born_year) if births else "Not recorded",
        corrected_births=tuple(
            born_words(b.born_on, b.born_year)
            for b in births
            if not b.is_current and Part.EARLIER_BIRTHS not in hidden
        ),
        sex=Sex(child.sex).label,
        authority=_authority(child, hidden),
        **_contacts(child, hidden),
        **_places(child, hidden),
        **_identifiers(child, hidden, acting),
        involvements=current,
        past_involvements=past,
        disputed=_disputed(child, hidden),
        duty_desk=desk,
        duty_phone=phone,
        is_invented=child.is_invented,
        hidden=hidden,
        shield=shield_view(child),
        may_amend=can(acting, Permission.AMEND_RECORD).allowed,
        may_dispute=can(acting, Permission.DISPUTE_FIELD).allowed,
        may_record_involvement=can(acting, Permission.RECORD_INVOLVEMENT).allowed,
        own_work=own_work,
        is_involved=any(each.is_own for each in current),
        why=why,
        may_send_message=can(acting, Permission.SEND_MESSAGE).allowed,
        may_receive_referral=can(acting, Permission.RECEIVE_REFERRAL).allowed,
        may_request_shield=can(acting, Permission.REQUEST_SHIELD).allowed,
        may_override_shield=can(acting, Permission.OVERRIDE_SHIELD).allowed,
    )


def shield_view(child: ChildRecord) -> ShieldView | None:
    """That a record is shielded, and how; never why."""
    shield = child.live_shield
    if shield is None:
        return None
    return ShieldView(
        key=shield.key,
        hides=ShieldProfile(shield.profile).label,
        is_provisional=shield.status == ShieldStatus.PROVISIONAL,
    )


def written_name(name: ChildName) -> str:
    """The name on one line; a newborn's missing given name is said, not guessed."""
    given = " ".join(part for part in (name.given_name, name.other_given_names) if part)
    return f"{given or '(no given name)'} {name.family_name or '(no family name)'}"


def born_words(born_on: date | None, born_year: int | None) -> str:
    """A date of birth in words."""
    if born_on:
        return date_format(born_on, "j F Y")
    return f"{born_year} (year only)" if born_year else "Not recorded"


def _sees_identifiers(acting: Acting) -> bool:
    """Numbers that outlive the child's childhood are shown to those who keep records only."""
    return can(acting, Permission.AMEND_RECORD).allowed


def _in_order(names: Iterable[ChildName]) -> list[ChildName]:
    order = [NameUse.CURRENT, NameUse.PREFERRED, NameUse.ALIAS, NameUse.FORMER]
    return sorted(names, key=lambda name: (order.index(NameUse(name.use)), name.pk))


def _names_shown(child: ChildRecord, hidden: frozenset[Part]) -> list[ChildName]:
    names = _in_order(child.names.all())
    if Part.FORMER_NAMES not in hidden:
        return names
    return [name for name in names if name.use == NameUse.CURRENT]


def _authority(child: ChildRecord, hidden: frozenset[Part]) -> str:
    return child.authority.name if child.authority and Part.AUTHORITY not in hidden else ""


def _display_name(child: ChildRecord) -> str:
    names = _in_order(child.names.all())
    return written_name(names[0]) if names else "No name recorded"


def _name(name: ChildName) -> NameView:
    return NameView(written_name(name), NameUse(name.use).label, name.ended_on)


def _contacts(child: ChildRecord, hidden: frozenset[Part]) -> dict[str, Any]:
    homes = () if Part.ADDRESSES in hidden else child.addresses.all()
    carers_shown = () if Part.CARERS in hidden else child.carers.all()
    addresses = [_address(row) for row in sorted(homes, key=lambda a: -a.pk)]
    carers = [CarerView(c.name, c.phone, c.ended_on) for c in carers_shown]
    return {
        "addresses": tuple(a for a in addresses if a.until is None),
        "previous_addresses": tuple(a for a in addresses if a.until is not None),
        "carers": tuple(c for c in carers if c.until is None),
        "former_carers": tuple(c for c in carers if c.until is not None),
    }


def _address(row: Address) -> AddressView:
    if row.kind != AddressKind.ADDRESS:
        return AddressView((AddressKind(row.kind).label,), row.valid_from, row.valid_until)
    lines = tuple(line for line in (row.line_1, row.line_2, row.town, row.postcode) if line)
    return AddressView(lines or (f"UPRN {row.uprn}",), row.valid_from, row.valid_until)


def _places(child: ChildRecord, hidden: frozenset[Part]) -> dict[str, Any]:
    at_school = () if Part.SCHOOL in hidden else child.school_places.all()
    registered = () if Part.PRACTICE in hidden else child.registrations.all()
    schools = [_place(p, str(p.school), p.school.phone) for p in at_school]
    practices = [_place(p, str(p.practice), p.practice.phone) for p in registered]
    return {
        "schools": tuple(p for p in schools if p.until is None),
        "previous_schools": tuple(p for p in schools if p.until is not None),
        "practices": tuple(p for p in practices if p.until is None),
        "previous_practices": tuple(p for p in practices if p.until is not None),
    }


def _place(place: Place, name: str, phone: str) -> PlaceView:
    return PlaceView(name, phone, place.started_on, place.ended_on)


def _identifiers(child: ChildRecord, hidden: frozenset[Part], acting: Acting) -> dict[str, Any]:
    sees = _sees_identifiers(acting) and Part.IDENTIFIERS not in hidden
    rows = [
        row
        for row in (child.identifiers.all() if sees else ())
        if Part.LOCAL_IDENTIFIERS not in hidden or row.scheme in NATIONAL_SCHEMES
    ]
    views = [
        IdentifierView(row.pk, row.get_scheme_display(), _spaced(row), row.ended_on) for row in rows
    ]
    return {
        "identifiers": tuple(view for view in views if view.ended_on is None),
        "ended_identifiers": tuple(view for view in views if view.ended_on is not None),
    }


def _spaced(row: Identifier) -> str:
    """An NHS number is read out and compared in groups of three, three and four."""
    if row.scheme != IdentifierScheme.NHS_NUMBER:
        return row.value
    return f"{row.value[:3]} {row.value[3:6]} {row.value[6:]}"


def _involvements(
    child: ChildRecord, hidden: frozenset[Part], own: int | None
) -> tuple[tuple[InvolvementView, ...], tuple[InvolvementView, ...]]:
    rows = () if Part.INVOLVEMENTS in hidden else child.involvements.all()
    return _split(_involvement(row, own, Part.CONTACTS in hidden) for row in rows)


def _involvement(row: Involvement, own: int | None, is_brokered: bool) -> InvolvementView:
    sensitive, service = row.service.is_sensitive, row.service
    is_own = own is not None and row.practitioner_id == own
    silent = sensitive or is_brokered
    kind = service.get_kind_display()
    return InvolvementView(
        id=row.pk,
        service=SENSITIVE if sensitive else (kind if is_brokered else service.name),
        kind="" if sensitive else kind,
        contact_name="" if silent else _contact_name(row),
        contact_phone="" if silent else row.contact_phone or service.phone,
        email="" if silent else service.email,
        opening_hours="" if silent else service.opening_hours,
        out_of_hours_phone="" if silent else service.out_of_hours_phone,
        may_be_written_to=service.organisation_id is not None
        and service.closed_at is None
        and not is_brokered,
        started_on=row.started_on,
        ended_on=row.ended_on,
        confirmed_on=row.last_confirmed_on,
        is_sensitive=sensitive,
        role="" if silent else row.role,
        is_lead=row.is_lead and not silent,
        is_own=is_own,
        is_brokered=is_brokered and not sensitive,
        has_practitioner=row.practitioner_id is not None,
        team="" if silent or row.team is None else row.team.name,
        members=() if silent else _members(row),
    )


def _members(row: Involvement) -> tuple[MemberView, ...]:
    """Who was in the team at any time while it was involved, the newest first."""
    if row.team is None:
        return ()
    return tuple(
        MemberView(each.user.full_name, each.started_on, each.ended_on)
        for each in row.team.memberships.all()
        if (each.ended_on is None or each.ended_on >= row.started_on)
        and (row.ended_on is None or each.started_on <= row.ended_on)
    )


def _contact_name(row: Involvement) -> str:
    return row.contact_name or (row.practitioner.full_name if row.practitioner else "")


def _split(
    rows: Iterable[InvolvementView],
) -> tuple[tuple[InvolvementView, ...], tuple[InvolvementView, ...]]:
    every = list(rows)
    return (
        tuple(row for row in every if row.ended_on is None),
        tuple(row for row in every if row.ended_on is not None),
    )


def _disputed(child: ChildRecord, hidden: frozenset[Part]) -> dict[str, tuple[str, ...]]:
    marks: dict[str, tuple[str, ...]] = dict.fromkeys(DisputedField.values, ())
    for dispute in child.disputes.all():
        if DISPUTES.get(DisputedField(dispute.field)) not in hidden:
            marks[dispute.field] = (*marks[dispute.field], dispute.get_reason_display())
    return {field: said for field, said in marks.items() if said}


def _duty_desk(child: ChildRecord, hidden: frozenset[Part]) -> tuple[str, str]:
    """The out-of-hours desk of the responsible authority, else the national one."""
    organisation = getattr(child.authority, "organisation", None)
    if organisation and organisation.duty_phone and Part.AUTHORITY not in hidden:
        return organisation.name, organisation.duty_phone
    return "National duty desk", settings.NATIONAL_DUTY_PHONE
