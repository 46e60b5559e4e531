"""Scheduled work of detection: may run twice."""

from celery import shared_task

from audit.detection.scanning import scan as scan_log
from audit.ledger.heartbeat import beat


@shared_task(name="audit.scan")
def scan() -> int:
    """Judges the looks that were not judged yet."""
    judged = scan_log()
    beat("scan")
    return judged
