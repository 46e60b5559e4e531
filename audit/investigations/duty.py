"""Who is on duty when offices are shut: the last one of an authority is suspended by a person."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.clocks import LONDON, is_working_day
from accounts.models import Duty, User
from accounts.models.users import AccountStatus

OPENS, SHUTS = 8, 18  # o'clock


def is_out_of_hours(at: datetime) -> bool:
    """Whether offices are shut at this moment, in England."""
    local = at.astimezone(LONDON)
    return not is_working_day(local) or not OPENS <= local.hour < SHUTS


def is_last_on_duty(person: User, at: datetime | None = None) -> bool:
    """Whether offices are shut, this person is on duty and nobody else of their user base is: to
    stop them would leave an authority without anybody who can look a child up tonight.
    """
    if not is_out_of_hours(at or timezone.now()):
        return False
    base = person.employer.base.pk
    now = Duty.objects.standing().filter(starts_at__lte=Now(), ends_at__gt=Now())
    there = now.filter(Q(team__organisation=base) | Q(team__organisation__parent=base))
    able = there.filter(user__status=AccountStatus.ACTIVE)
    return able.filter(user=person).exists() and not able.exclude(user=person).exists()
