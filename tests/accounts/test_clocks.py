"""Deadlines in working days: Easter, Christmas, the change of the clocks, no surprises between."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.clocks import LONDON, add_working_days, is_working_day

DAYS = st.dates(date(2005, 1, 1), date(2060, 1, 1))
MOMENTS = st.datetimes(
    datetime(2005, 1, 1),  # noqa: DTZ001  hypothesis adds the zone
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@pytest.mark.parametrize(
    "day",
    [
        "2026-04-03",  # Good Friday
        "2026-04-06",  # Easter Monday
        "2026-05-04",  # early May
        "2026-05-25",  # spring
        "2026-08-31",  # summer
        "2026-12-25",  # Christmas Day
        "2026-12-28",  # for Boxing Day, a Saturday
        "2027-12-27",  # for Christmas Day, a Saturday
        "2027-12-28",  # for Boxing Day, a Sunday
        "2022-01-03",  # for New Year's Day, a Saturday
        "2022-09-19",  # the Queen's funeral
        "2023-05-08",  # the King's coronation
        "2026-11-21",  # a Saturday
        "2026-11-22",  # a Sunday
    ],
)
def test_offices_in_england_are_shut(day):
    assert not is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    [
        "2026-04-02",  # Maundy Thursday
        "2026-04-07",  # Tuesday after Easter
        "2026-03-17",  # St Patrick's Day: Northern Ireland only
        "2026-11-30",  # St Andrew's Day: Scotland only
        "2026-01-02",  # 2 January: Scotland only
        "2026-12-24",
        "2026-12-29",
    ],
)
def test_offices_in_england_are_open(day):
    assert is_working_day(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-04-02", 1, "2026-04-07"),  # over Easter
        ("2026-04-01", 2, "2026-04-07"),
        ("2026-12-24", 1, "2026-12-29"),  # over Christmas
        ("2026-12-24", 4, "2027-01-04"),  # and New Year
        ("2026-11-20", 1, "2026-11-23"),  # over a weekend
        ("2026-11-21", 1, "2026-11-23"),  # from a Saturday
        ("2026-11-24", 0, "2026-11-24"),
    ],
)
def test_days_are_counted_over_what_does_not_count(start, days, end):
    assert add_working_days(date.fromisoformat(start), days) == date.fromisoformat(end)


def london(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-24T16:30", 1, "2026-11-25T16:30"),
        ("2026-04-02T16:30", 1, "2026-04-07T16:30"),  # Maundy Thursday
        ("2026-03-27T16:30", 1, "2026-03-30T16:30"),  # clocks go forward in between
        ("2026-10-23T16:30", 1, "2026-10-26T16:30"),  # clocks go back in between
        ("2026-11-21T09:00", 1, "2026-11-24T00:00"),  # Saturday: the whole of Monday is left
        ("2026-04-04T09:00", 1, "2026-04-08T00:00"),  # Easter Saturday: the whole of Tuesday
        ("2026-12-24T23:59", 1, "2026-12-29T23:59"),
    ],
)
def test_a_moment_keeps_its_time_of_day_in_london(start, days, end):
    assert add_working_days(london(start), days) == london(end)


def test_a_moment_in_utc_falls_on_its_day_in_london():
    """Half past eleven on a summer Sunday evening in UTC is Monday in London."""
    late_sunday = datetime(2026, 6, 7, 23, 30, tzinfo=UTC)
    assert not is_working_day(datetime(2026, 6, 7, 22, 30, tzinfo=UTC))
    assert is_working_day(late_sunday)
    assert add_working_days(late_sunday, 1) == london("2026-06-09T00:30")


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 6, 7, 23, 30)  # noqa: DTZ001  what is refused
    with pytest.raises(ValueError, match="time zone"):
        add_working_days(naive, 1)
    with pytest.raises(ValueError, match="time zone"):
        is_working_day(naive)


def test_nobody_counts_backwards():
    with pytest.raises(ValueError, match="forwards"):
        add_working_days(date(2026, 6, 7), -1)


@given(DAYS, st.integers(1, 60))
def test_a_deadline_is_a_working_day_and_days_add_up(start, days):
    end = add_working_days(start, days)
    between = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    assert is_working_day(end)
    assert sum(is_working_day(day) for day in between) == days


@given(MOMENTS, MOMENTS, st.integers(0, 30))
def test_who_begins_later_is_never_due_earlier(one, other, days):
    first, second = sorted([one, other])
    assert add_working_days(first, days) <= add_working_days(second, days)


@given(MOMENTS, st.integers(1, 30))
def test_a_deadline_lies_at_least_a_day_off(start, days):
    assert add_working_days(start, days) - start >= timedelta(days=days)
