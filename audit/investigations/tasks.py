"""Scheduled work of investigations: three lines each, may run twice."""

from celery import shared_task

from audit.investigations.actions import escalate_overdue


@shared_task(name="audit.escalate_investigations")
def escalate_investigations() -> int:
    """Passes up investigations whose next step is overdue."""
    return escalate_overdue()
