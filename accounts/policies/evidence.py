"""Is the evidence of an application whole and in date? The database asks the same at approval."""

from __future__ import annotations

from accounts.models import AccreditationApplication, EvidenceKind
from accounts.policies.decisions import ALLOWED, Decision, deny, first_no
from accounts.querysets import LondonToday
from accounts.states import State


def gaps(application: AccreditationApplication) -> list[EvidenceKind]:
    """The kinds of evidence that are missing, or past their expiry today."""
    live = application.evidence.filter(removed_at=None, expires_on__gte=LondonToday())
    shown = set(live.values_list("kind", flat=True))
    return [kind for kind in EvidenceKind if kind.value not in shown]


def evidence_holds(application: AccreditationApplication) -> Decision:
    """Every kind of evidence is there and in date."""
    missing = gaps(application)
    if not missing:
        return ALLOWED
    named = ", ".join(kind.label.lower() for kind in missing)
    return deny(
        "evidence-missing",
        f"Evidence is missing or out of date: {named}.",
        "Add each of them to the application first.",
    )


def ready_to_submit(application: AccreditationApplication) -> Decision:
    """The evidence is whole, and no question of an officer waits for an answer."""
    return first_no(evidence_holds(application), _answered(application))


def _answered(application: AccreditationApplication) -> Decision:
    if application.status != State.RETURNED:
        return ALLOWED
    last = application.thread.last()
    if last is None or not last.is_question:
        return ALLOWED
    return deny(
        "question-unanswered",
        "The accreditation officer\u2019s question has not been answered yet.",
        "Answer it, then submit the application again.",
    )
