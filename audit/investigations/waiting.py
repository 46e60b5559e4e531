"""What waits for a team among its cases: a line of its home page."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.functions import Now

from accounts.acting import Acting
from accounts.policies import can
from accounts.ports import WaitingWork
from accounts.roles import Permission
from accounts.waiting import WaitingList, waiting_in
from audit.investigations.models import Alert, Investigation, Status


def cases_waiting(by: Acting) -> list[WaitingWork]:
    """Answers the port `accounts.ports.cases_waiting`: cases of the own team that wait for a
    reviewer, are one's own, or are late; and cases that the team is asked to take.
    """
    if by.base is None or not can(by, Permission.INVESTIGATE).allowed:
        return []
    wanted = Q(status=Status.OPEN) | Q(reviewer=by.user) | Q(due_at__lt=Now())
    ours = wanted & Q(base=by.base) | Q(offered_to=by.base)
    cases = Investigation.objects.live().filter(ours).exclude(person=by.user)
    one, several = "1 investigation waits for your team", "{n} investigations wait for your team"
    alerts = Alert.objects.open().filter(base=by.base).exclude(person=by.user)
    return waiting_in(
        [
            WaitingList(
                "alerts",
                alerts,
                "1 alert waits for your team\u2019s answer",
                "{n} alerts wait for your team\u2019s answer",
                "investigations:cases",
            ),
            WaitingList("cases", cases, one, several, "investigations:cases"),
        ]
    )
