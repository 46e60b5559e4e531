"""Cases as they are read: a list of one's own team, and one case, whose reading is an event."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.db.models.functions import Now

from accounts import uploads
from accounts.access import EvidenceFile
from accounts.acting import Acting
from accounts.encryption import decrypt
from accounts.models import OutboxMessage
from accounts.policies import can, require
from accounts.roles import Permission
from accounts.uploads import FileType
from audit.investigations.models import (
    Alert,
    AskedOf,
    CaseFile,
    Investigation,
    InvestigationEntry,
    Status,
)
from audit.investigations.policies import (
    NO_SUCH_INVESTIGATION,
    NoSuchInvestigation,
    acts_open_to,
    can_accept,
    can_hand_over,
    can_investigate,
    can_prompt,
    can_transfer,
    has_reviewer_left,
    is_of_base,
    may_read_reasons,
)
from audit.investigations.table import Act
from audit.ledger.events import EventType
from audit.ledger.writer import append
from records.open_work import OpenCounts, count_open_work

WORDS = {
    EventType.INVESTIGATION_OPENED: "Opened the case",
    EventType.ACCOUNT_SUSPENDED: "Suspended the account while the case was open; the line manager"
    " was told",
    EventType.INVESTIGATION_ASSIGNED: "Took the case",
    EventType.INVESTIGATION_ANSWERED: "Wrote down",
    EventType.INVOLVEMENT_HANDED_OVER: "Handed over what the person had open",
    EventType.ACCOUNT_REINSTATED: "Gave the account back",
    EventType.INVESTIGATION_QUESTIONED: "Asked",
    EventType.INVESTIGATION_APPEALED: "Appealed; the central team is told",
    EventType.INVESTIGATION_FOUND: "Recorded the finding",
    EventType.INVESTIGATION_CONFIRMED: "Confirmed the suspension until the finding",
    EventType.INVESTIGATION_TRANSFERRED: "Asked another team to take the case over",
    EventType.INVESTIGATION_TRANSFER_ACCEPTED: "Took the case over for another team",
    EventType.INVESTIGATION_REFERRED: "Referred it to the employer",
    EventType.INVESTIGATION_ESCALATED: "Passed it up, because the next step was late",
    EventType.INVESTIGATION_CLOSED: "Closed the case",
}
NOT_FOR_YOU = "The reasons may tell where a child lives: who may look behind a shield reads them."
MOST = 100  # alerts of one list, those that are due first
A_PAGE = 50
SOON = timedelta(days=1)


class Show(StrEnum):
    """Which cases of the queue; the value stands in the address."""

    TO_DO = "to-do"
    NEW = "new"
    DUE = "due"
    OVERDUE = "overdue"
    MINE = "mine"
    TEAM = "team"
    CLOSED = "closed"


SHOWN = {
    Show.TO_DO: "To be done",
    Show.NEW: "New",
    Show.DUE: "Due within a day",
    Show.OVERDUE: "Overdue",
    Show.MINE: "Mine",
    Show.TEAM: "My team\u2019s",
    Show.CLOSED: "Closed",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One case in the list: who, the strongest reason, where it stands, whether it is late."""

    case: Investigation
    why: str
    is_late: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, and how many cases each filter holds."""

    show: Show
    lines: list[Line]
    page: Page[Any]
    counts: list[tuple[Show, str, int]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing done in a case, in words."""

    at: datetime
    who: str
    what: str
    said: str
    files: list[CaseFile]
    asked_of: str
    is_persons: bool  # said by the person the case is about


@dataclass(frozen=True, slots=True)
class WholeCase:
    """A case with its reasons, what was done, and what this reader may do now."""

    case: Investigation
    reasons: list[str]
    entries: list[Entry]
    notices: list[OutboxMessage]
    earlier: list[Investigation]
    acts: list[Act]
    is_late: bool
    may_prompt: bool
    may_transfer: bool
    may_accept: bool
    may_make_pack: bool
    nobody_left: bool
    open_work: OpenCounts
    may_hand_over: bool


def visible_to(by: Acting) -> QuerySet[Investigation]:
    """A team's own cases and those it is asked to take; all of them for whoever reads the whole
    trail; never one's own.
    """
    everybodys = Investigation.objects.select_related("person", "reviewer", "base")
    cases = everybodys.exclude(person=by.user)
    if can(by, Permission.READ_WHOLE_TRAIL).allowed:
        return cases
    if by.base is None:
        return cases.none()
    return cases.filter(Q(base=by.base) | Q(offered_to=by.base) & ~Q(status=Status.CLOSED))


def list_cases(by: Acting, show: Show = Show.TO_DO, page: str = "1") -> Queue:
    """One page of the queue: what is late, then by risk to children, then by what is due first.
    Closed ones, newest first. Raises `Refused`.
    """
    require(can_investigate(by), permission=Permission.INVESTIGATE.value)
    _note_listed(by)
    filters = _filters(by)
    cases = visible_to(by)
    counts = cases.aggregate(
        **{each.name: Count("pk", filter=within) for each, within in filters.items()}
    )
    late = Case(When(due_at__lt=Now(), then=Value(True)), default=Value(False))
    shown = cases.filter(filters[show]).annotate(late=late)
    in_order = (
        shown.order_by("-closed_at", "-pk")
        if show is Show.CLOSED
        else shown.order_by("-late", "-risk", "due_at", "pk")
    )
    pages = Paginator(in_order, A_PAGE)
    pages.__dict__["count"] = counts[show.name]  # counted already, with the others
    one = pages.get_page(page)
    return Queue(
        show,
        [_line(case, by) for case in one],
        one,
        [(each, SHOWN[each], counts[each.name]) for each in Show],
    )


def _filters(by: Acting) -> dict[Show, Q]:
    """What each filter holds; all but the last are not closed."""
    live = ~Q(status=Status.CLOSED)
    return {
        Show.TO_DO: live,
        Show.NEW: Q(status=Status.OPEN),
        Show.DUE: live & Q(due_at__gte=Now(), due_at__lt=Now() + SOON),
        Show.OVERDUE: live & Q(due_at__lt=Now()),
        Show.MINE: live & Q(reviewer=by.user),
        Show.TEAM: live & Q(base=by.base),
        Show.CLOSED: Q(status=Status.CLOSED),
    }


def _note_listed(by: Acting) -> None:
    """The list says of whom and why: reading it is an event as well."""
    with transaction.atomic():
        append(
            EventType.INVESTIGATION_READ,
            actor=by.actor,
            target_type="organisation",
            target_id=by.base.pk if by.base else None,
            detail={"kind": "list"},
        )


def list_alerts(by: Acting) -> list[tuple[Alert, str]]:
    """Alerts to be answered, the first due first, each with its strongest reason."""
    require(can_investigate(by), permission=Permission.INVESTIGATE.value)
    alerts = alerts_visible_to(by).filter(answered_at=None).order_by("due_at", "pk")[:MOST]
    return [(alert, reasons_for(alert, by)[0]) for alert in alerts]


def reasons_for(about: Investigation | Alert, by: Acting) -> list[str]:
    """The sentences, strongest first, as this reader may have them."""
    if not may_read_reasons(by, about):
        return [NOT_FOR_YOU]
    return [decrypt(reason) for reason in about.reasons]


def alerts_visible_to(by: Acting) -> QuerySet[Alert]:
    """As `visible_to`, of alerts."""
    alerts = Alert.objects.select_related("person__employer__parent", "base").exclude(
        person=by.user
    )
    if can(by, Permission.READ_WHOLE_TRAIL).allowed:
        return alerts
    return alerts.filter(base=by.base) if by.base else alerts.none()


def read_alert(*, key: UUID, by: Acting) -> Alert:
    """One alert, and an event of the reading. Raises `NoSuchInvestigation`, `Refused`."""
    alert = find_alert(key=key, by=by)
    with transaction.atomic():
        append(
            EventType.ALERT_READ,
            actor=by.actor,
            target_type="alert",
            target_id=alert.pk,
            detail={"user_id": alert.person_id},
        )
    return alert


def find_alert(*, key: UUID, by: Acting) -> Alert:
    """The alert, if it is the reader's to see. Raises `NoSuchInvestigation`, `Refused`."""
    require(can_investigate(by), permission=Permission.INVESTIGATE.value)
    alerts = alerts_visible_to(by).select_related("answered_by", "investigation")
    alert = alerts.filter(key=key).first()
    if alert is None:
        raise NoSuchInvestigation(NO_SUCH_INVESTIGATION, permission=Permission.INVESTIGATE.value)
    return alert


def read_case(*, key: UUID, by: Acting) -> WholeCase:
    """One case, and an event of the reading. Raises `NoSuchInvestigation`, `Refused`."""
    case = find_case(key=key, by=by)
    with transaction.atomic():
        append(
            EventType.INVESTIGATION_READ,
            actor=by.actor,
            target_type="investigation",
            target_id=case.pk,
            detail={"user_id": case.person_id},
        )
    entries = InvestigationEntry.objects.filter(investigation=case).select_related("by")
    earlier = Investigation.objects.filter(person=case.person).exclude(pk=case.pk)
    return WholeCase(
        case,
        reasons_for(case, by),
        [_entry(entry, case) for entry in entries.prefetch_related("files")],
        list(
            OutboxMessage.objects.filter(about_type="investigation", about_id=case.pk)
            .select_related("user")
            .order_by("pk")
        ),
        list(earlier.select_related("base").order_by("-opened_at")),
        acts_open_to(by, case),
        Investigation.objects.overdue().filter(pk=case.pk).exists(),
        can_prompt(by, case).allowed,
        can_transfer(by, case).allowed,
        case.offered_to_id is not None and can_accept(by, case).allowed,
        is_of_base(by, case),
        case.reviewer_id is None and not has_reviewer_left(case.person),
        count_open_work(case.person),
        can_hand_over(by, case).allowed,
    )


def find_case(*, key: UUID, by: Acting) -> Investigation:
    """The case, if it is the reader's to see. Raises `NoSuchInvestigation`."""
    require(can_investigate(by), permission=Permission.INVESTIGATE.value)
    cases = visible_to(by).select_related(
        "person__employer__parent", "found_by", "closed_by", "offered_to"
    )
    case = cases.filter(key=key).first()
    if case is None:
        raise NoSuchInvestigation(NO_SUCH_INVESTIGATION, permission=Permission.INVESTIGATE.value)
    return case


def read_file(*, key: UUID, file_key: UUID, by: Acting) -> EvidenceFile:
    """A file that the person sent, and an event of the reading. Raises `NoSuchInvestigation`, also
    for a file of another case, `Damaged` and `Refused`.
    """
    case = find_case(key=key, by=by)
    file = CaseFile.objects.filter(key=file_key, entry__investigation=case).first()
    if file is None:
        raise NoSuchInvestigation(NO_SUCH_INVESTIGATION, permission=Permission.INVESTIGATE.value)
    content = uploads.read(file)
    with transaction.atomic():
        append(
            EventType.EVIDENCE_READ,
            actor=by.actor,
            target_type="investigation",
            target_id=case.pk,
            detail={"user_id": case.person_id, "evidence_id": file.pk},
        )
    kind = FileType(file.file_type)
    return EvidenceFile(content, kind, f"case-{case.pk}-file-{file.pk}.{kind.value}")


def _line(case: Investigation, by: Acting) -> Line:
    is_late = bool(getattr(case, "late", False)) and case.status != Status.CLOSED
    why = decrypt(case.reasons[0]) if may_read_reasons(by, case) else NOT_FOR_YOU
    return Line(case, why, is_late, case.reviewer_id == getattr(by.user, "pk", None))


def _entry(entry: InvestigationEntry, case: Investigation) -> Entry:
    who = entry.by.full_name if entry.by else "The system"
    said = decrypt(entry.said) if entry.said else ""
    what = WORDS[EventType(entry.what)]
    if entry.what == EventType.INVESTIGATION_OPENED and case.is_with_suspension:
        what = "Suspended the account; the line manager was told"
    elif entry.to:
        what = f"{what} {AskedOf(entry.to).label.lower()}"
    elif entry.by_id == case.person_id and entry.what == EventType.INVESTIGATION_ANSWERED:
        what = "The person answered"
    is_persons = entry.by_id == case.person_id
    return Entry(entry.at, who, what, said, list(entry.files.all()), entry.to, is_persons)
