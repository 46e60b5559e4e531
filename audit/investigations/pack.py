"""The evidence of a case in one numbered document: a reviewer's copy, and a disclosure copy.

The disclosure copy is for the person and a tribunal: children are A, B and C, nothing tells where
one lives, and what third people said is left out. Making either is an event; its number is the
document's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.acting import Acting
from accounts.clocks import LONDON
from accounts.policies import require
from accounts.roles import Permission
from audit.investigations.looks import Look, Looks, read_looks
from audit.investigations.models import AskedOf, Investigation
from audit.investigations.persons_side import plain_reasons
from audit.investigations.policies import can_make_pack
from audit.investigations.reading import Entry, WholeCase, read_case
from audit.ledger.events import EventType
from audit.ledger.writer import append

LEFT_OUT = "Not in this copy."


class Copy(StrEnum):
    """For whom; the value stands in the address."""

    REVIEWER = "reviewer"
    DISCLOSURE = "disclosure"


TITLES = {Copy.REVIEWER: "Evidence, reviewer\u2019s copy", Copy.DISCLOSURE: "Disclosure copy"}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines of text, or a table."""

    heading: str
    lines: list[str]
    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class Pack:
    """The whole document; `number` is that of the event of its making."""

    number: int
    title: str
    case: Investigation
    reader: str
    made_at: datetime
    sections: list[Section]


def make_pack(*, case: Investigation, copy: Copy, by: Acting) -> Pack:
    """Puts the evidence together: reading the case and its look-ups are events of their own, and so
    is this. Raises `Refused`, also for a second factor shown too long ago.
    """
    require(
        can_make_pack(by, case),
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=case.pk,
    )
    looks = read_looks(case=case, by=by)
    whole = read_case(key=case.key, by=by)
    sections = _reviewers(whole, looks) if copy is Copy.REVIEWER else _disclosed(whole, looks)
    with transaction.atomic():
        made = append(
            EventType.INVESTIGATION_READ if copy is Copy.REVIEWER else EventType.AUDIT_BUNDLED,
            actor=by.actor,
            target_type="investigation",
            target_id=case.pk,
            detail={"user_id": case.person_id, "kind": f"pack-{copy.value}"},
        )
    reader = by.user.full_name if by.user else ""
    return Pack(made.id, TITLES[copy], case, reader, timezone.now(), sections)


def letter(number: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    while number >= 0:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
    return letters


def _reviewers(whole: WholeCase, looks: Looks) -> list[Section]:
    children: dict[int | None, str] = {
        each.child_id: f"Record {each.child_id}" for each in looks.looks if each.child_id
    }
    earlier = [
        [_at(each.opened_at), str(each.base), each.get_finding_display() or "No finding"]
        for each in whole.earlier
    ]
    return [
        _facts(whole.case),
        Section("Reasons, strongest first", whole.reasons, [], []),
        _looks(looks, children),
        _table("What was done", ["When", "Who", "What", "Said"], map(_entry, whole.entries)),
        _table("Earlier cases", ["Opened", "Team", "Finding"], earlier),
    ]


def _disclosed(whole: WholeCase, looks: Looks) -> list[Section]:
    met = dict.fromkeys(each.child_id for each in looks.looks if each.child_id)
    children: dict[int | None, str] = {child: f"Child {letter(n)}" for n, child in enumerate(met)}
    entries = [_disclosed_entry(each) for each in whole.entries]
    return [
        _facts(whole.case),
        Section("Reasons", plain_reasons(whole.case), [], []),
        _looks(looks, children),
        _table("What was done", ["When", "Who", "What", "Said"], entries),
    ]


def _facts(case: Investigation) -> Section:
    lines = [
        f"About {case.person.full_name}, {case.person.employer}.",
        f"{case.get_origin_display()}, {_at(case.opened_at)}. Owned by the team of {case.base}.",
        f"{case.get_status_display()}. The account is {case.person.get_status_display().lower()}.",
    ]
    if case.reviewer:
        lines.append(f"Reviewer: {case.reviewer.full_name}.")
    if case.found_at:
        compromised = "yes" if case.data_compromised else "no"
        lines.append(
            f"Found on {_at(case.found_at)}: {case.get_finding_display()}. Intent:"
            f" {case.get_intent_display().lower()}. Data compromised: {compromised}."
        )
    if case.sanction:
        lines.append(f"The employer answered on {case.answered_on}: {case.get_sanction_display()}.")
    return Section("The case", lines, [], [])


def _looks(looks: Looks, children: dict[int | None, str]) -> Section:
    rows = [_look(each, children) for each in looks.looks]
    columns = ["When", "What", "Child", "The case is about it", "Event", "Leaf of the ledger"]
    hidden = f"{looks.not_seen} look-ups of the case could not be read by this team."
    return Section("What was looked at", [hidden] if looks.not_seen else [], columns, rows)


def _look(look: Look, children: dict[int | None, str]) -> list[str]:
    leaf = "not sealed yet" if look.leaf is None else str(look.leaf)
    is_meant = "Yes" if look.is_meant else "No"
    child = children.get(look.child_id, "")
    return [_at(look.at), look.what, child, is_meant, str(look.event_id), leaf]


def _entry(entry: Entry) -> list[str]:
    files = "".join(f" [file {each.pk}]" for each in entry.files)
    return [_at(entry.at), entry.who, entry.what, entry.said + files]


def _disclosed_entry(entry: Entry) -> list[str]:
    """What the person said or was asked is repeated; notes may name children and third people."""
    repeated = entry.is_persons or entry.asked_of == AskedOf.PERSON
    said = entry.said if repeated else ""
    return [_at(entry.at), entry.who, entry.what, said or (LEFT_OUT if entry.said else "")]


def _table(heading: str, columns: list[str], rows: Iterable[list[str]]) -> Section:
    listed = list(rows)
    return Section(heading, [] if listed else ["None."], columns if listed else [], listed)


def _at(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y, %H:%M:%S}"
