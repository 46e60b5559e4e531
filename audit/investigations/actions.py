"""Suspend, tell the manager, open the case: one act. Then what a team does until it is closed.

Each act is one transaction with its event. The acts in a case lock its row, so of two people who
act at the same time the second is told that it is in another state now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.actions import reinstate_account, suspend_account
from accounts.actions.accounts import BY_DECISION
from accounts.clocks import add_working_days
from accounts.encryption import encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import Organisation, OutboxMessage, User
from accounts.models.users import AccountStatus
from accounts.policies import require
from accounts.roles import OrganisationKind, Permission
from accounts.signin.changes import members_of, team_of
from audit.investigations.duty import is_last_on_duty
from audit.investigations.entries import enter, tell, write
from audit.investigations.models import (
    AskedOf,
    EmployerSanction,
    Finding,
    Intent,
    Investigation,
    Origin,
    Status,
)
from audit.investigations.policies import (
    can_act,
    can_open_case,
    can_prompt,
    can_suspend,
    has_reviewer_left,
)
from audit.investigations.table import LEADS, Act
from audit.ledger.actor import ActorKind
from audit.ledger.events import EventType
from audit.ledger.writer import append

JOB = "audit.remind_of_investigations"
LOOKS = "Unusual look-ups: the reasons are in the investigation."
# Working days within which the next step is due.
A_SHIFT = timedelta(hours=12)
TO_TAKE, TO_FIND, TO_ANSWER = 1, 10, 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A finding on its axes; the employer's sanction is another, and comes later."""

    finding: Finding
    intent: Intent
    data_compromised: bool


def suspend(
    *,
    user: User,
    reasons: Sequence[str],
    event_ids: Sequence[int] = (),
    code: str = BY_DECISION,
    risk: float = 0.0,
    by: Acting,
) -> Investigation | None:
    """Suspends an account, ends its sessions, tells its owner, the line manager and the management
    team, and opens the investigation, all or nothing.

    `reasons` are sentences, the strongest first; `event_ids` the look-ups they are about, if any:
    such reasons may tell where a child lives, so they stand in the case alone. `code` is the
    machine word of who decides, `risk` the score of the alert. None, and nothing done, when the
    account was not active or held, or where a job would suspend the last person on duty out of
    hours: the national on-call is told instead. Raises `Refused`, also where no line manager is
    named.
    """
    about: dict[str, Any] = {"target_type": "user", "target_id": user.pk}
    require(can_suspend(by, user), permission=Permission.SUSPEND_ACCOUNT, **about)
    with transaction.atomic():
        if by.actor.kind is ActorKind.JOB and is_last_on_duty(user):
            _call_the_national_desk(user, by)
            return None
        reason = LOOKS if event_ids else " ".join(reasons)[:400]
        if not suspend_account(user=user, reason=reason, code=code, by=by):
            return None
        case = _live_case(user)
        case = _added(case, reasons, event_ids, by) if case else _open(user, reasons, event_ids, by)
        manager = write(MessageKind.MANAGER_TOLD, user.line_manager_email, case, by)
        append(
            EventType.MANAGER_NOTIFIED,
            actor=by.actor,
            detail={"investigation_id": case.pk, "message_id": manager},
            **about,
        )
        Investigation.objects.filter(pk=case.pk, risk__lt=risk).update(risk=risk)
        write(MessageKind.SUSPENDED, user, case, by, link=side_of(case))
        for member in told_of_a_case(user):
            write(MessageKind.CASE_OPENED, member, case, by)
    return case


def told_of_a_case(person: User) -> list[User]:
    """The person's own team; where everybody of it is too close to judge, the central team as well,
    which finds another team.
    """
    return team_of(person) if has_reviewer_left(person) else both_teams(person)


def _call_the_national_desk(user: User, by: Acting) -> None:
    """Tells the central team once in a shift; the alert stays open for a person to answer."""
    told = OutboxMessage.objects.filter(
        kind=MessageKind.ON_CALL_NEEDED,
        about_type="user",
        about_id=user.pk,
        queued_at__gt=timezone.now() - A_SHIFT,
    )
    if told.exists():
        return
    for member in members_of(_central(), but=user):
        queue_message(
            kind=MessageKind.ON_CALL_NEEDED, to=member, about_type="user", about_id=user.pk, by=by
        )
    append(
        EventType.INVESTIGATION_ESCALATED,
        actor=by.actor,
        target_type="user",
        target_id=user.pk,
        reason="last-on-duty",
    )


def suspend_for_one_reason(user: User, reason: str, by: Acting) -> bool:
    """Answers the port `accounts.ports.suspend`: a person of the team decided, for one reason."""
    return suspend(user=user, reasons=[reason], by=by) is not None


def give_back_to(user: User, reason: str, by: Acting) -> bool:
    """Answers the port `accounts.ports.give_back`: while a case about the account is open, only its
    reviewer gives it back, or whoever is too close to judge would do so by another door. Where a
    team of another authority judges, the own team does, once the finding is there.
    """
    with transaction.atomic():
        case = _live_case(user)
        if case is not None and case.base_id != user.employer.base.pk and case.finding:
            # Another authority judged; to give the account back is the own team's part.
            if not reinstate_account(user=user, reason=reason, by=by):
                return False
            write(MessageKind.GIVEN_BACK, user, case, by)
            enter(EventType.ACCOUNT_REINSTATED, case, by, reason)
            return True
        if case is not None:
            return give_back(case=case, said=reason, by=by)
        return reinstate_account(user=user, reason=reason, by=by)


def open_case(*, person: User, reason: str, origin: Origin, by: Acting) -> Investigation:
    """Opens a case about somebody whose account goes on, or adds the reason to the one that is
    open: a report suspends nobody. Their team is told. Raises `Refused`.
    """
    require(
        can_open_case(by, person),
        permission=Permission.INVESTIGATE,
        target_type="user",
        target_id=person.pk,
    )
    with transaction.atomic():
        case = _live_case(person)
        if case is not None:
            case.reasons = [*case.reasons, encrypt(reason)]
            case.save(update_fields=["reasons"])
            tell(EventType.INVESTIGATION_ANSWERED, case, by, reason, kind=origin.value)
            return case
        case = _open(person, [reason], (), by, origin)
        for member in told_of_a_case(person):
            write(MessageKind.CASE_OPENED, member, case, by)
    return case


def prompt(*, case: Investigation, said: str, by: Acting) -> None:
    """The central team asks a team about its case, which stays the team's. Raises `Refused`."""
    with transaction.atomic():
        rows = Investigation.objects.select_for_update(of=("self",))
        locked = rows.select_related("person__employer__parent").get(pk=case.pk)
        require(
            can_prompt(by, locked),
            permission=Permission.INVESTIGATE,
            target_type="investigation",
            target_id=locked.pk,
        )
        for member in team_of(locked.person):
            write(MessageKind.CASE_PROMPTED, member, locked, by)
        tell(EventType.INVESTIGATION_QUESTIONED, locked, by, said, to=AskedOf.TEAM)


def take(*, case: Investigation, by: Acting) -> None:
    """Becomes the reviewer of a case, or takes it over. Raises `Refused`."""
    with transaction.atomic():
        locked = _locked(case, Act.TAKE, by)
        due = {} if locked.finding else {"due_at": _due(TO_FIND)}
        _move(locked, Act.TAKE, reviewer=by.user, **due)
        tell(EventType.INVESTIGATION_ASSIGNED, locked, by)


def note(*, case: Investigation, said: str, by: Acting) -> None:
    """Writes down what was heard or seen. Raises `Refused`."""
    with transaction.atomic():
        locked = _locked(case, Act.NOTE, by)
        tell(EventType.INVESTIGATION_ANSWERED, locked, by, said)


def confirm(*, case: Investigation, said: str, by: Acting) -> bool:
    """The reviewer has looked at a provisional suspension, and it stands until the finding. False
    when the account is not suspended. Raises `Refused`.
    """
    with transaction.atomic():
        locked = _locked(case, Act.CONFIRM, by)
        if locked.person.status != AccountStatus.SUSPENDED:
            return False
        tell(EventType.INVESTIGATION_CONFIRMED, locked, by, said)
    return True


def ask(*, case: Investigation, of: AskedOf, said: str, by: Acting) -> None:
    """Asks the person, who reads it on their page, or their line manager, who is rung: a manager
    may have no account, and an e-mail says nothing of the matter. Both are told. Raises `Refused`.
    """
    of_person = of is AskedOf.PERSON
    with transaction.atomic():
        locked = _locked(case, Act.ASK_PERSON if of_person else Act.ASK_MANAGER, by)
        if of_person:
            link = side_of(locked)
            write(MessageKind.QUESTION_WAITS, locked.person, locked, by, link=link)
        else:
            write(MessageKind.MANAGER_ASKED, locked.person.line_manager_email, locked, by)
        tell(EventType.INVESTIGATION_QUESTIONED, locked, by, said, to=of)


def give_back(*, case: Investigation, said: str, by: Acting) -> bool:
    """Gives the account back to its owner, who is told; the case goes on to its finding.

    False when the account was not suspended. Raises `Refused`, also without a fresh second factor.
    """
    with transaction.atomic():
        locked = _locked(case, Act.GIVE_BACK, by)
        if not reinstate_account(user=locked.person, reason=said[:400], by=by):
            return False
        write(MessageKind.GIVEN_BACK, locked.person, locked, by)
        enter(EventType.ACCOUNT_REINSTATED, locked, by, said)
    return True


def find(*, case: Investigation, judgement: Judgement, said: str, by: Acting) -> None:
    """Records what happened, or corrects it: the earlier entry stays. Raises `Refused`."""
    with transaction.atomic():
        locked = _locked(case, Act.FIND, by)
        _move(
            locked,
            Act.FIND,
            finding=judgement.finding,
            intent=judgement.intent,
            data_compromised=judgement.data_compromised,
            found_by=by.user,
            found_at=Now(),
            due_at=_due(TO_ANSWER),
        )
        status = judgement.finding.value
        tell(EventType.INVESTIGATION_FOUND, locked, by, said, status=status)


def refer(*, case: Investigation, said: str, by: Acting) -> None:
    """Hands the case to the employer, whose matter discipline is; an answer is due in 20 working
    days. Raises `Refused`.
    """
    with transaction.atomic():
        locked = _locked(case, Act.REFER, by)
        _move(locked, Act.REFER, referred_at=Now(), due_at=_due(TO_ANSWER))
        tell(EventType.INVESTIGATION_REFERRED, locked, by, said)


def record_answer(
    *, case: Investigation, sanction: EmployerSanction, answered_on: date, by: Acting
) -> None:
    """Writes down what the employer did. Raises `Refused`."""
    with transaction.atomic():
        locked = _locked(case, Act.ANSWER, by)
        _move(locked, Act.ANSWER, sanction=sanction, answered_on=answered_on)
        tell(EventType.INVESTIGATION_ANSWERED, locked, by, kind=sanction.value)


def close(*, case: Investigation, said: str, by: Acting) -> None:
    """Closes a case that has its finding; where something went wrong, a second person does.

    An account that is still suspended stays so. Raises `Refused`.
    """
    with transaction.atomic():
        locked = _locked(case, Act.CLOSE, by)
        _move(locked, Act.CLOSE, closed_by=by.user, closed_at=Now())
        tell(EventType.INVESTIGATION_CLOSED, locked, by, said, status=locked.finding)


def escalate_overdue() -> int:
    """Passes each case whose next step is late to the central team, once a step: they are written
    to, and so is its own team. Returns how many.
    """
    by = job(JOB)
    done = 0
    for pk in (
        Investigation.objects.overdue().filter(escalated_at=None).values_list("pk", flat=True)
    ):
        with transaction.atomic():
            late = Investigation.objects.overdue().filter(pk=pk, escalated_at=None)
            if not late.update(escalated_at=Now()):
                continue
            case = Investigation.objects.select_related("person__employer__parent").get(pk=pk)
            for member in both_teams(case.person):
                write(MessageKind.CASE_OVERDUE, member, case, by)
            tell(EventType.INVESTIGATION_ESCALATED, case, by)
            done += 1
    return done


def both_teams(person: User) -> list[User]:
    """Who is written to about something late: the person's own team and the central team."""
    members = {each.pk: each for each in (*team_of(person), *members_of(_central(), but=person))}
    return [members[pk] for pk in sorted(members)]


def _central() -> Organisation:
    return Organisation.objects.get(kind=OrganisationKind.CENTRAL_BODY)


def _live_case(user: User) -> Investigation | None:
    """The case about this account that is open already, if one is."""
    return Investigation.objects.live().select_for_update().filter(person=user).first()


def _added(
    case: Investigation, reasons: Sequence[str], event_ids: Sequence[int], by: Acting
) -> Investigation:
    """The account was given back and is suspended once more: the new reasons stand first."""
    case.reasons = [*(encrypt(reason) for reason in reasons), *case.reasons]
    case.event_ids = sorted({*case.event_ids, *event_ids})
    case.save(update_fields=["reasons", "event_ids"])
    enter(EventType.ACCOUNT_SUSPENDED, case, by)
    return case


def _open(
    user: User,
    reasons: Sequence[str],
    event_ids: Sequence[int],
    by: Acting,
    origin: Origin | None = None,
) -> Investigation:
    by_whom = Origin.RULE if by.actor.kind is ActorKind.JOB else Origin.TEAM
    case = Investigation.objects.create(
        person=user,
        base=user.employer.base,
        origin=origin or by_whom,
        reasons=[encrypt(reason) for reason in reasons],
        event_ids=list(event_ids),
        opened_by=by.user,
        due_at=_due(TO_TAKE),
    )
    tell(EventType.INVESTIGATION_OPENED, case, by, kind=case.origin)
    return case


def _locked(case: Investigation, act: Act, by: Acting) -> Investigation:
    """The case as it is now, held until the act is done; asks whether the act may be."""
    rows = Investigation.objects.select_for_update(of=("self",))
    locked = rows.select_related("person__employer__parent").get(pk=case.pk)
    require(
        can_act(by, locked, act),
        permission=Permission.INVESTIGATE,
        target_type="investigation",
        target_id=locked.pk,
    )
    return locked


def _move(case: Investigation, act: Act, **changes: object) -> None:
    """To the state that the table says. What was escalated may be so again at the next step."""
    case.status = LEADS[Status(case.status), act]
    fields = {**changes, "status": case.status}
    if "due_at" in changes:
        fields["escalated_at"] = None
    Investigation.objects.filter(pk=case.pk).update(**fields)


def side_of(case: Investigation) -> str:
    """Where the person reads the reasons and answers; a password has to be shown there as well."""
    return reverse("investigations:your-side", args=[case.key])


def _due(days: int) -> datetime:
    return add_working_days(timezone.now(), days)
