"""Working days and hours, with weekends and holidays of regions, across changes of clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import workdays

BERLIN, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
REGIONS = st.sampled_from(["", "DE", "DE-BY", "US", "US-TX", "AE", "IL", "XX", "DE-XX"])


@pytest.mark.parametrize(
    ("day", "region", "works"),
    [
        (date(2026, 11, 23), "", True),
        (date(2026, 11, 22), "", False),
        (date(2026, 12, 25), "", True),
        (date(2026, 12, 25), "DE", False),
        (date(2026, 1, 6), "DE", True),
        (date(2026, 1, 6), "DE-BY", False),
        (date(2026, 11, 20), "IL", False),
        (date(2026, 11, 22), "IL", True),
        (date(2026, 12, 25), "XX", True),
        (date(2026, 12, 25), "DE-XX", False),
    ],
)
def test_a_region_has_its_own_weekends_and_holidays(day: date, region: str, works: bool):
    assert workdays.is_working_day(day, region) is works


@pytest.mark.parametrize(
    ("day", "count", "region", "before", "after"),
    [
        (date(2026, 11, 25), 2, "", date(2026, 11, 23), date(2026, 11, 27)),
        (date(2026, 11, 28), 0, "", date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 11, 28), 1, "", date(2026, 11, 27), date(2026, 11, 30)),
        (date(2026, 12, 28), 1, "DE", date(2026, 12, 24), date(2026, 12, 29)),
        (date(2024, 2, 29), 1, "", date(2024, 2, 28), date(2024, 3, 1)),
    ],
)
def test_deadlines_are_counted_in_working_days(day: date, count: int, region: str, before: date, after: date):
    assert workdays.days_before(day, count, region) == before
    assert workdays.days_after(day, count, region) == after


@given(DAYS, st.integers(0, 40), REGIONS)
def test_so_many_working_days_lie_between(day: date, count: int, region: str):
    later = workdays.days_after(day, count, region)
    assert workdays.is_working_day(later, region)
    assert workdays.days_between(day + timedelta(days=1), later + timedelta(days=1), region) == (count or (later > day))
    earlier = workdays.days_before(day, count, region)
    assert workdays.is_working_day(earlier, region)
    assert workdays.days_between(earlier, day, region) == (count or (earlier < day))


@pytest.mark.parametrize(
    ("start", "end", "zone", "hours"),
    [
        # Friday afternoon to Monday morning, in Berlin
        (datetime(2026, 11, 20, 15, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC), BERLIN, 2),
        # the whole week in which summer time ends, and in which it begins
        (datetime(2026, 10, 19, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC), BERLIN, 40),
        (datetime(2026, 3, 23, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC), BERLIN, 40),
        # half an hour of summer time
        (datetime(2026, 10, 4, tzinfo=UTC), datetime(2026, 10, 6, tzinfo=UTC), LORD_HOWE, 10),
    ],
)
def test_working_hours_are_those_of_the_place(start: datetime, end: datetime, zone: ZoneInfo, hours: float):
    assert workdays.hours_between(start, end, zone) == timedelta(hours=hours)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)), st.integers(0, 400), st.sampled_from([BERLIN, LORD_HOWE]), REGIONS)
def test_after_so_many_hours_exactly_so_many_have_passed(start: datetime, hours: int, zone: ZoneInfo, region: str):
    start = start.replace(tzinfo=UTC)
    end = workdays.after_hours(start, hours, zone, region)
    assert workdays.hours_between(start, end, zone, region) == timedelta(hours=hours)
    assert not hours or workdays.hours_between(start, end - timedelta(seconds=1), zone, region) < timedelta(hours=hours)


def test_more_than_ten_years_of_work_are_refused():
    with pytest.raises(workdays.TooFar):
        workdays.after_hours(datetime(2026, 1, 1, tzinfo=UTC), 30_000, BERLIN)
