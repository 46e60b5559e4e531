"""The rule of 26 years: which days of birth a record may hold today. Kept again by a trigger."""

from datetime import date

from django.utils import timezone

OLDEST = 26


def birth_bounds() -> tuple[date, date]:
    """The earliest and the latest day of birth a record may hold today."""
    today = timezone.localdate()
    try:
        return today.replace(year=today.year - OLDEST), today
    except ValueError:  # 29 February
        return today.replace(year=today.year - OLDEST, day=28), today
