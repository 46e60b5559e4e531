"""Scheduled work of investigations: three lines each, may run twice."""

from celery import shared_task

from audit.investigations.actions import escalate_overdue
from audit.investigations.alerts import escalate_unanswered
from audit.investigations.reports import escalate_reports


@shared_task(name="audit.escalate_investigations")
def escalate_investigations() -> int:
    """Passes up alerts and reports that nobody answered, and cases whose next step is overdue."""
    return escalate_unanswered() + escalate_overdue() + escalate_reports()
