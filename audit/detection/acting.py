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
    alert = raise_alert(decision.person, decision.evidence, by=by)
    if not decision.gate:
        return
    why_not = _suspend(alert, decision.gate, by)
    if why_not:
        not_checked = [*decision.evidence.not_checked, why_not]
        evidence = replace(decision.evidence, not_checked=not_checked)
        raise_alert(decision.person, evidence, by=by)


def _suspend(alert: Alert, gate: str, by: Acting) -> str:
    """Suspends, or says why not; nothing of somebody who is stopped already."""
    if not AutomaticSuspension.objects.filter(kind=alert.base.kind, is_on=True).exists():
        return ADVICE
    try:
        with transaction.atomic():
            case = suspend_by_rule(alert=alert, gate=gate, by=by)
    except Refused:
        return NO_MANAGER
    active = User.objects.filter(pk=alert.person_id, status=AccountStatus.ACTIVE)
    return LAST_ON_DUTY if case is None and active.exists() else ""
