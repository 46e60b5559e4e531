"""What a decision of the scan does: alerts the team, or suspends in one act with everything due.

It suspends where the gate held and the central team has set that kind of body to suspend by itself;
never without a named manager, never the last person on duty of an authority out of hours
(`audit.investigations.duty`). Then the alert says why it did not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.db import transaction

from accounts.acting import Acting, job
from accounts.models import User
from accounts.models.users import AccountStatus
from accounts.policies import Refused
from audit.detection.models import AutomaticSuspension
from audit.investigations.alerts import raise_alert, suspend_by_rule
from audit.investigations.evidence import Evidence
from audit.investigations.models import Alert

if TYPE_CHECKING:
    from audit.detection.scanning import Decision

JOB = "audit.scan"
LAST_ON_DUTY = (
    "Not suspended: the user is the last person on duty of the user base out of hours. The central"
    " team was told."
)
NO_MANAGER = "Not suspended: nobody is named as the line manager, so nobody could be told."
ADVICE = "The evidence would suspend the account; this kind of body is set to advise only."


def act(decision: Decision) -> None:
    """Raises an alert or adds to the open one, and suspends where the gate held; in the caller's
    transaction.
    """
    by = job(JOB)
    suspends = bool(decision.gate) and _is_let(decision.person)
    advice = ADVICE if decision.gate and not suspends else ""
    alert = raise_alert(decision.person, _saying(decision.evidence, advice), by=by)
    if alert is None or not suspends:
        return
    why_not = _suspend(alert, decision.gate, by)
    if why_not:
        raise_alert(decision.person, _saying(decision.evidence, why_not), by=by)


def _saying(evidence: Evidence, why_not: str) -> Evidence:
    """The evidence with why it does not suspend, if so."""
    return replace(evidence, not_checked=[*evidence.not_checked, *([why_not] if why_not else [])])


def _is_let(person_id: int) -> bool:
    """Whether the scan suspends by itself in the kind of body whose team manages the account."""
    person = User.objects.select_related("employer__parent").get(pk=person_id)
    kind = person.employer.base.kind
    return AutomaticSuspension.objects.filter(kind=kind, is_on=True).exists()


def _suspend(alert: Alert, gate: str, by: Acting) -> str:
    """Suspends, or says why not; nothing of somebody who is stopped already."""
    try:
        with transaction.atomic():
            case = suspend_by_rule(alert=alert, gate=gate, by=by)
    except Refused:
        return NO_MANAGER
    active = User.objects.filter(pk=alert.person_id, status=AccountStatus.ACTIVE)
    return LAST_ON_DUTY if case is None and active.exists() else ""
