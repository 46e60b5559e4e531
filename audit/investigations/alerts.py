"""Alerts: raised by a job, shown to the team, answered by suspending or with a reason why not."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.acting import Acting, job
from accounts.clocks import add_working_days
from accounts.encryption import decrypt, encrypt
from accounts.messages import MessageKind, queue_message
from accounts.models import User
from accounts.policies import require
from accounts.roles import Permission
from accounts.signin.changes import team_of
from audit.investigations.actions import JOB, both_teams, suspend
from audit.investigations.evidence import Evidence
from audit.investigations.models import Alert, Investigation
from audit.investigations.policies import can_answer
from audit.ledger.events import EventType
from audit.ledger.writer import append

TO_ANSWER = 1  # working day
ANSWERED_FOR = timedelta(days=63)  # longer than any rule looks back at a look
MOST_EVENTS, MOST_REASONS = 200, 8


def raise_alert(person_id: int, evidence: Evidence, *, by: Acting) -> Alert | None:
    """Raises an alert about a person, or adds to the one that is open: a team is written to once.
    None where all of the evidence was answered in an alert before: nobody answers the same twice.

    In the caller's transaction, so that a scan that dies half-way raised nothing.
    """
    person = User.objects.select_related("employer__parent").get(pk=person_id)
    found = Alert.objects.open().select_for_update().filter(person=person).first()
    if found is not None:
        if _says_more(evidence, found):
            _add(found, evidence)
            _tell(EventType.ALERT_UPDATED, found, by, evidence)
        return found
    if _is_answered(evidence, person):
        return None
    alert = Alert.objects.create(
        person=person,
        base=person.employer.base,
        due_at=add_working_days(timezone.now(), TO_ANSWER),
        score=evidence.score,
        rules=evidence.rules,
        reasons=[encrypt(reason) for reason in evidence.reasons],
        not_checked=evidence.not_checked,
        event_ids=evidence.event_ids,
    )
    _tell(EventType.ALERT_RAISED, alert, by, evidence)
    for member in team_of(person):
        _write(MessageKind.ALERT_WAITS, member, alert, by)
    return alert


def answer_alert(*, alert: Alert, said: str, by: Acting) -> None:
    """Says why the account is not suspended. Raises `Refused`."""
    with transaction.atomic():
        locked = _locked(alert, by)
        _answered(locked, by, answer=encrypt(said))
        append(
            EventType.ALERT_ANSWERED,
            actor=by.actor,
            target_type="alert",
            target_id=locked.pk,
            detail={"user_id": locked.person_id, "status": "not-suspended"},
            payload=said,
        )


def suspend_on_alert(*, alert: Alert, by: Acting) -> Investigation | None:
    """Suspends the account for the reasons of the alert: one act with everything that `suspend`
    does. None when the account was not active and no case about it is open. Raises `Refused`.
    """
    with transaction.atomic():
        locked = _locked(alert, by)
        reasons = _reasons(locked)
        case = suspend(
            user=locked.person,
            reasons=reasons,
            event_ids=locked.event_ids,
            risk=locked.score,
            by=by,
        )
        case = case or Investigation.objects.live().filter(person=locked.person).first()
        if case is None:
            return None
        _answered(locked, by, investigation=case)
        append(
            EventType.ALERT_ANSWERED,
            actor=by.actor,
            target_type="alert",
            target_id=locked.pk,
            detail={
                "user_id": locked.person_id,
                "status": "suspended",
                "investigation_id": case.pk,
            },
        )
    return case


def suspend_by_rule(*, alert: Alert, gate: str, by: Acting) -> Investigation | None:
    """Suspends the account for the reasons of an open alert, as the job decided: `gate` is the part
    of the gate that held. The team reviews it. None when the account was not active. Raises
    `Refused` where no line manager is named.
    """
    with transaction.atomic():
        locked = Alert.objects.select_for_update(of=("self",)).get(pk=alert.pk)
        user = User.objects.select_related("employer__parent").get(pk=locked.person_id)
        reasons = _reasons(locked)
        case = suspend(
            user=user,
            reasons=reasons,
            event_ids=locked.event_ids,
            code=gate,
            risk=locked.score,
            by=by,
        )
        if case is None:
            return None
        _answered(locked, by, investigation=case)
        append(
            EventType.ALERT_ANSWERED,
            actor=by.actor,
            target_type="alert",
            target_id=locked.pk,
            detail={
                "user_id": user.pk,
                "status": "suspended",
                "gate": gate,
                "investigation_id": case.pk,
            },
        )
    return case


def escalate_unanswered() -> int:
    """Passes each alert that nobody answered in time to the central team, once: it is written to,
    and so is the person's own team. Returns how many.
    """
    by, done = job(JOB), 0
    late = Alert.objects.open().filter(due_at__lt=Now(), escalated_at=None)
    for pk in late.values_list("pk", flat=True):
        with transaction.atomic():
            if not late.filter(pk=pk).update(escalated_at=Now()):
                continue
            alert = Alert.objects.select_related("person__employer__parent").get(pk=pk)
            for member in both_teams(alert.person):
                _write(MessageKind.CASE_OVERDUE, member, alert, by)
            append(
                EventType.INVESTIGATION_ESCALATED,
                actor=by.actor,
                target_type="alert",
                target_id=pk,
                detail={"user_id": alert.person_id},
            )
            done += 1
    return done


def _says_more(evidence: Evidence, alert: Alert) -> bool:
    return not (
        set(evidence.event_ids) <= set(alert.event_ids)
        and set(evidence.not_checked) <= set(alert.not_checked)
    )


def _is_answered(evidence: Evidence, person: User) -> bool:
    """Whether every look was part of an alert that somebody answered within the last two months."""
    answered = Alert.objects.filter(person=person, answered_at__gt=Now() - ANSWERED_FOR)
    told = {event for ids in answered.values_list("event_ids", flat=True) for event in ids}
    return set(evidence.event_ids) <= told


def _reasons(alert: Alert) -> list[str]:
    return [decrypt(reason) for reason in alert.reasons]


def _add(alert: Alert, evidence: Evidence) -> None:
    """More of the same person: what is new stands first."""
    said = [*evidence.reasons, *_reasons(alert)]
    alert.reasons = [encrypt(each) for each in list(dict.fromkeys(said))[:MOST_REASONS]]
    alert.rules = list(dict.fromkeys([*evidence.rules, *alert.rules]))
    alert.event_ids = sorted({*alert.event_ids, *evidence.event_ids})[-MOST_EVENTS:]
    alert.not_checked = list(dict.fromkeys([*alert.not_checked, *evidence.not_checked]))
    alert.score, alert.updated_at = max(alert.score, evidence.score), timezone.now()
    alert.save()


def _locked(alert: Alert, by: Acting) -> Alert:
    rows = Alert.objects.select_for_update(of=("self",))
    locked = rows.select_related("person__employer__parent").get(pk=alert.pk)
    require(
        can_answer(by, locked),
        permission=Permission.INVESTIGATE,
        target_type="alert",
        target_id=locked.pk,
    )
    return locked


def _answered(alert: Alert, by: Acting, **how: object) -> None:
    Alert.objects.filter(pk=alert.pk).update(answered_by=by.user, answered_at=Now(), **how)


def _write(kind: MessageKind, to: User, alert: Alert, by: Acting) -> None:
    queue_message(kind=kind, to=to, about_type="alert", about_id=alert.pk, by=by)


def _tell(event: EventType, alert: Alert, by: Acting, evidence: Evidence) -> None:
    append(
        event,
        actor=by.actor,
        target_type="alert",
        target_id=alert.pk,
        detail={
            "user_id": alert.person_id,
            "rules": evidence.rules,
            "score": round(evidence.score * 1_000),
            "event_ids": evidence.event_ids,
        },
    )
