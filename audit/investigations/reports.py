"""Suspicions: raised by somebody signed in, or by anybody from outside; answered by a team.

A report suspends nobody. It becomes a case, or somebody says why not. One from outside leaves no
address and no session behind: whoever reports somebody powerful may stay unnamed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting, job, nobody
from accounts.clocks import add_working_days
from accounts.encryption import decrypt, encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import Organisation, RoleGrant, User
from accounts.policies import can, require
from accounts.roles import OrganisationKind, Permission, Role
from accounts.signin.changes import members_of
from audit.investigations.actions import JOB, open_case
from audit.investigations.models import Investigation, Origin, Report, Status
from audit.investigations.policies import (
    NO_SUCH_INVESTIGATION,
    NoSuchInvestigation,
    can_answer_report,
    can_investigate,
    can_report,
)
from audit.ledger.events import EventType
from audit.ledger.writer import append

TO_ANSWER = 1  # working day
REFERENCE_BYTES = 16  # 128 bits
MOST = 100
RECEIVED, LOOKED_AT, FINISHED = "received", "looked-at", "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What somebody says: about whom, what, and how to reach them if they want to be."""

    about: str
    said: str
    contact: str = ""
    powerful: bool = False  # it is about somebody of a management team: the central team answers


def raise_suspicion(*, new: Suspicion, by: Acting) -> Report:
    """Somebody signed in says what they saw. Nothing tells them whether the address they named is
    one of ours. Raises `Refused`.
    """
    require(can_report(by))
    person = User.objects.filter(email=new.about.strip().lower()).first()
    with transaction.atomic():
        return _received(new, person, _team(person, by.base, new), by, sender=by.user)


def report_from_outside(*, new: Suspicion, base: Organisation | None, passphrase: str) -> str:
    """Anybody says what they saw. Returns the reference, which is kept nowhere: only its hash."""
    reference = secrets.token_hex(REFERENCE_BYTES)
    person = User.objects.filter(email=new.about.strip().lower()).first()
    with transaction.atomic():
        _received(
            new,
            person,
            _team(person, base, new),
            nobody(),
            reference=_hash(reference),
            passphrase=make_password(passphrase),
        )
    return reference


def status_of(*, reference: str, passphrase: str) -> str | None:
    """Where a report stands, for whoever has its reference and its passphrase; else None. Nothing
    else is told.
    """
    typed = "".join(reference.split()).replace("-", "").lower()
    report = Report.objects.select_related("investigation").filter(reference=_hash(typed)).first()
    # As much work for an unknown reference, or the time would tell them apart.
    fits = check_password(passphrase, report.passphrase if report else _nobodys())
    if report is None or not fits:
        return None
    with transaction.atomic():
        append(
            EventType.REPORT_READ,
            actor=nobody().actor,
            target_type="report",
            target_id=report.pk,
            detail={"kind": "status"},
        )
    if report.answered_at is None:
        return RECEIVED
    case = report.investigation
    return LOOKED_AT if case is not None and case.status != Status.CLOSED else FINISHED


def reports_visible_to(by: Acting) -> QuerySet[Report]:
    """Those of the own team; all of them for the central team; never one about oneself, nor one
    that oneself sent.
    """
    reports = Report.objects.select_related("person", "base", "sender")
    reports = reports.exclude(person=by.user).exclude(sender=by.user)
    if can(by, Permission.READ_WHOLE_TRAIL).allowed:
        return reports
    return reports.filter(base=by.base) if by.base else reports.none()


def list_reports(by: Acting) -> list[Report]:
    """What waits for an answer, the first due first; not what it says. Raises `Refused`."""
    require(can_investigate(by), permission=Permission.INVESTIGATE.value)
    return list(reports_visible_to(by).filter(answered_at=None).order_by("due_at", "pk")[:MOST])


def find_report(*, key: UUID, by: Acting) -> Report:
    """The report, if it is the reader's to see. Raises `NoSuchInvestigation`, `Refused`."""
    require(can_investigate(by), permission=Permission.INVESTIGATE.value)
    whole = reports_visible_to(by).select_related(
        "person__employer__parent", "answered_by", "investigation"
    )
    report = whole.filter(key=key).first()
    if report is None:
        raise NoSuchInvestigation(NO_SUCH_INVESTIGATION, permission=Permission.INVESTIGATE.value)
    return report


@dataclass(frozen=True, slots=True)
class ReportShown:
    """A report with its words readable."""

    report: Report
    about: str
    said: str
    contact: str
    answer: str
    may_answer: bool


def read_report(*, key: UUID, by: Acting) -> ReportShown:
    """One report, and an event of the reading. Raises `NoSuchInvestigation`, `Refused`."""
    report = find_report(key=key, by=by)
    with transaction.atomic():
        append(EventType.REPORT_READ, actor=by.actor, target_type="report", target_id=report.pk)
    return ReportShown(
        report,
        decrypt(report.about),
        decrypt(report.said),
        decrypt(report.contact) if report.contact else "",
        decrypt(report.answer) if report.answer else "",
        can_answer_report(by, report).allowed,
    )


def open_on_report(*, report: Report, person: User, by: Acting) -> Investigation:
    """Makes a case of it, owned by the person\u2019s own team; their account goes on. Raises
    `Refused`.
    """
    with transaction.atomic():
        locked = _locked(report, by)
        reason = decrypt(locked.said)
        case = open_case(person=person, reason=reason, origin=Origin.SAID, by=by)
        _answered(locked, by, investigation=case, person=person)
    return case


def answer_report(*, report: Report, said: str, by: Acting) -> None:
    """Says why it becomes no case. Raises `Refused`."""
    with transaction.atomic():
        _answered(_locked(report, by), by, answer=encrypt(said))


def escalate_reports() -> int:
    """Passes each report that nobody answered in time to the central team, once. Returns how
    many.
    """
    by, done = job(JOB), 0
    late = Report.objects.open().filter(due_at__lt=Now(), escalated_at=None)
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            if not late.filter(pk=pk).update(escalated_at=Now()):
                continue
            report = Report.objects.select_related("base", "person").get(pk=pk)
            teams = {each.pk: each for each in (report.base, _central()) if each}
            _write(MessageKind.CASE_OVERDUE, report, list(teams.values()), by)
            append(
                EventType.INVESTIGATION_ESCALATED,
                actor=by.actor,
                target_type="report",
                target_id=pk,
            )
            done += 1
    return done


def _received(
    new: Suspicion,
    person: User | None,
    base: Organisation | None,
    by: Acting,
    **how: object,
) -> Report:
    report: Report = Report.objects.create(
        about=encrypt(new.about),
        said=encrypt(new.said),
        contact=encrypt(new.contact) if new.contact else "",
        person=person,
        base=base,
        due_at=add_working_days(timezone.now(), TO_ANSWER),
        **how,
    )
    append(EventType.REPORT_RECEIVED, actor=by.actor, target_type="report", target_id=report.pk)
    _write(MessageKind.REPORT_WAITS, report, [base or _central()], by)
    return report


def _team(person: User | None, chosen: Organisation | None, new: Suspicion) -> Organisation | None:
    """Who answers: the team of the person, else the one chosen. None, the central team, where it
    is about somebody of a management team.
    """
    if new.powerful:
        return None
    if person is None:
        return chosen
    held = RoleGrant.objects.live().filter(user=person)
    powerful = held.filter(permission__codename__in=[Role.MANAGEMENT_TEAM, Role.CENTRAL_TEAM])
    return None if powerful.exists() else person.employer.base


def _central() -> Organisation:
    return Organisation.objects.get(kind=OrganisationKind.CENTRAL_BODY)


@cache
def _nobodys() -> str:
    return make_password(secrets.token_hex())


def _hash(reference: str) -> bytes:
    return hashlib.sha256(reference.encode()).digest()


def _locked(report: Report, by: Acting) -> Report:
    rows = Report.objects.select_for_update(of=("self",)).select_related("person")
    locked = rows.get(pk=report.pk)
    require(
        can_answer_report(by, locked),
        permission=Permission.INVESTIGATE,
        target_type="report",
        target_id=locked.pk,
    )
    return locked


def _answered(report: Report, by: Acting, **how: object) -> None:
    Report.objects.filter(pk=report.pk).update(answered_by=by.user, answered_at=Now(), **how)
    opened = "investigation" in how
    append(
        EventType.REPORT_ANSWERED,
        actor=by.actor,
        target_type="report",
        target_id=report.pk,
        detail={"status": "case" if opened else "no-case"},
    )


def _write(kind: MessageKind, report: Report, teams: list[Organisation], by: Acting) -> None:
    """To each member once, but whoever it is about and whoever sent it."""
    people = {each.pk: each for base in teams for each in members_of(base, but=report.person)}
    people.pop(report.sender_id or 0, None)
    for pk in sorted(people):
        queue_message(kind=kind, to=people[pk], about_type="report", about_id=report.pk, by=by)
