"""The ledger's scheduled work. Each task calls one function and may run twice."""

from celery import shared_task

from audit.ledger.partitions import ensure_partitions


@shared_task(name="audit.ensure_partitions")
def ensure_partitions_ahead() -> int:
    """Keeps the ledger's partitions ahead; returns how many it made."""
    return ensure_partitions()
