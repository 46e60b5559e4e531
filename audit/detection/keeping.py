"""Forgets what no rule looks back at any more. Alerts and the log keep what they say themselves."""

from __future__ import annotations

from datetime import date, timedelta

from audit.detection.models import JudgedLook, Learned, PersonDay, Reach

LOOKS, DAYS, REACH = timedelta(days=90), timedelta(days=400), timedelta(days=35)
VERSIONS = timedelta(days=6 * 366)  # as long as an alert that names one


def forget(today: date) -> int:
    """Deletes rows that are too old. Returns how many."""
    old = (
        JudgedLook.objects.filter(at__date__lt=today - LOOKS),
        PersonDay.objects.filter(on__lt=today - DAYS),
        Reach.objects.filter(on__lt=today - REACH),
        Learned.objects.filter(on__lt=today - VERSIONS),
    )
    return sum(rows.delete()[0] for rows in old)
