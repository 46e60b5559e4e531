"""Scheduled work of detection: may run twice."""

from celery import shared_task
from django.utils import timezone

from audit.detection.keeping import forget
from audit.detection.looks import day_of
from audit.detection.nightly import learn as learn_usual
from audit.detection.scanning import scan as scan_log
from audit.ledger.heartbeat import beat


@shared_task(name="audit.scan")
def scan() -> int:
    """Judges the looks that were not judged yet."""
    judged = scan_log()
    beat("scan")
    return judged


@shared_task(name="audit.learn")
def learn() -> int:
    """Learns what is usual, and forgets what no rule looks back at."""
    today = day_of(timezone.now())
    return learn_usual(today) + forget(today)
