"""Reminders by message before something runs out: a criminal-record check, training, the last day
of an older agreement or course. The mail says only "sign in".

Each is sent once for each of its days; a run that was missed is made up for by the next one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Exists, ExpressionWrapper, OuterRef

from accounts.acting import Acting, job
from accounts.messages import MessageKind, queue_message
from accounts.models import (
    AgreementAcceptance,
    AgreementVersion,
    CourseVersion,
    CriminalRecordCheck,
    OutboxMessage,
    TrainingResult,
    User,
)
from accounts.models.users import AccountStatus
from accounts.querysets import LondonToday

DAYS_BEFORE = (60, 30, 7)
NAME = "accounts.remind_of_conditions"


def remind_of_conditions() -> int:
    """Queues what is due today; may run any number of times. Returns how many were queued."""
    by = job(NAME)
    rows = sum(
        _remind_of_rows(model, about, by)
        for model, about in (
            (CriminalRecordCheck, "criminal_record_check"),
            (TrainingResult, "training_result"),
        )
    )
    return (
        rows
        + _remind_of_version(AgreementVersion, AgreementAcceptance, "agreement_version", by)
        + _remind_of_version(CourseVersion, TrainingResult, "course_version", by)
    )


def _remind_of_rows(model: Any, about: str, by: Acting) -> int:
    """For each person's newest row that runs out within the days, unless told since that day."""
    later = model.objects.filter(user=OuterRef("user"), pk__gt=OuterRef("pk"))
    queued = 0
    for days in DAYS_BEFORE:
        told = OutboxMessage.objects.filter(
            about_type=about,
            about_id=OuterRef("pk"),
            queued_at__date__gte=_before(days),
        )
        due = model.objects.filter(
            ~Exists(later),
            ~Exists(told),
            user__status=AccountStatus.ACTIVE,
            valid_until__gte=LondonToday(),
            valid_until__lte=_in(days),
        )
        queued += sum(_queue(row.user, about, row.pk, by) for row in due.select_related("user"))
    return queued


def _remind_of_version(versions: Any, proofs: Any, about: str, by: Acting) -> int:
    """For each person without the newest version whose last day comes near."""
    newest = versions.objects.current()
    queued = 0
    for days in DAYS_BEFORE:
        ending = versions.objects.filter(
            pk=newest.pk, everybody_by__gte=LondonToday(), everybody_by__lte=_in(days)
        )
        if not ending.exists():
            continue
        since = newest.everybody_by - timedelta(days=days)
        told = OutboxMessage.objects.filter(
            about_type=about,
            about_id=newest.pk,
            user=OuterRef("pk"),
            queued_at__date__gte=since,
        )
        due = User.objects.get_queryset().filter(
            ~Exists(proofs.objects.filter(user=OuterRef("pk"), version=newest)),
            ~Exists(told),
            status=AccountStatus.ACTIVE,
        )
        queued += sum(_queue(user, about, newest.pk, by) for user in due)
    return queued


def _in(days: int) -> Any:
    return ExpressionWrapper(LondonToday() + timedelta(days=days), output_field=DateTimeField())


def _before(days: int) -> Any:
    """That many days before the row of the outer query runs out."""
    day = OuterRef("valid_until") - timedelta(days=days)
    return ExpressionWrapper(day, output_field=DateTimeField())


def _queue(user: User, about: str, about_id: int, by: Acting) -> bool:
    with transaction.atomic():
        queue_message(
            kind=MessageKind.CONDITION_DUE, to=user, about_type=about, about_id=about_id, by=by
        )
    return True
