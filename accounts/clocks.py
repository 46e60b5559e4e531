"""Working days of England, by the clock on the wall in London.

A day counts unless it is a Saturday, a Sunday or a bank holiday of England (`holidays` knows
them, substitute days and royal occasions included). What a deadline is for is the caller's
business.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import overload
from zoneinfo import ZoneInfo

import holidays

LONDON = ZoneInfo("Europe/London")
SATURDAY = 5


@cache
def _bank_holidays() -> holidays.HolidayBase:
    """Grows by itself, a year at a time, as years are asked for."""
    return holidays.country_holidays("GB", subdiv="ENG", language="en_GB")


def is_working_day(day: date | datetime) -> bool:
    """Whether offices are open on `day`; a moment counts as the day it falls on in London."""
    local = _london_day(day)
    return local.weekday() < SATURDAY and local not in _bank_holidays()


@overload
def add_working_days(start: datetime, days: int) -> datetime: ...
@overload
def add_working_days(start: date, days: int) -> date: ...
def add_working_days(start: date | datetime, days: int) -> date | datetime:
    """The day `days` working days after `start`; the day of `start` itself is never counted.

    A moment keeps its time of day in London, whatever the season does to the clock. On a day that
    does not count, time begins to run at the start of the next one that does: one working day given
    on a Saturday is over when Monday is. So who begins later is never due earlier. Raises
    ValueError for a moment without a time zone or a negative number of days.
    """
    if days < 0:
        raise ValueError("working days are counted forwards")
    if not isinstance(start, datetime):
        return _later(start, days)
    local = start.astimezone(LONDON) if start.tzinfo else _refuse_naive()
    if is_working_day(local):
        return datetime.combine(_later(local.date(), days), local.time(), LONDON)
    first_open = _later(local.date(), 1)
    return datetime.combine(_later(first_open, days), datetime.min.time(), LONDON)


def _later(day: date, days: int) -> date:
    while days:
        day += timedelta(days=1)
        days -= is_working_day(day)
    return day


def _london_day(day: date | datetime) -> date:
    if not isinstance(day, datetime):
        return day
    return (day.astimezone(LONDON) if day.tzinfo else _refuse_naive()).date()


def _refuse_naive() -> datetime:
    raise ValueError("a moment needs its time zone")
