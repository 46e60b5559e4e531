"""Scheduled work of detection: three lines, may run twice."""

from celery import shared_task

from audit.detection.scanning import scan as scan_log


@shared_task(name="audit.scan")
def scan() -> int:
    """Judges the looks that were not judged yet."""
    return scan_log()
