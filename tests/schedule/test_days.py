"""The beginning of a day, and the days of an entry, in zones where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from common.intervals import day_begins
from schedule.views.drawing import days_of
from schedule.vocabulary import Span

BERLIN, LORD_HOWE, HAVANA, CAIRO = (
    ZoneInfo(name) for name in ("Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo")
)
ZONES = [
    BERLIN,
    LORD_HOWE,
    HAVANA,
    CAIRO,
    *(ZoneInfo(name) for name in ("UTC", "America/Sao_Paulo", "Asia/Beirut", "Asia/Kathmandu")),
]


@pytest.mark.django_db
@settings(max_examples=100)
@given(day=st.dates(date(2005, 1, 1), date(2025, 12, 31)), zone=st.sampled_from(ZONES))
def test_python_and_the_database_agree_when_a_day_begins(day: date, zone: ZoneInfo):
    with connection.cursor() as cursor:
        cursor.execute("SELECT timezone(%s, %s::timestamp)", [zone.key, day])
        assert cursor.fetchone()[0] == day_begins(day, zone)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        (BERLIN, date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        (BERLIN, date(2026, 3, 30), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 4, 5), datetime(2026, 4, 4, 13, tzinfo=UTC)),
        (LORD_HOWE, date(2026, 4, 6), datetime(2026, 4, 5, 13, 30, tzinfo=UTC)),
        # The clocks go from 01:00 back to 00:00, so that midnight comes twice; the second one counts.
        (HAVANA, date(2024, 11, 3), datetime(2024, 11, 3, 5, tzinfo=UTC)),
        # The clocks go from 00:00 to 01:00: the day begins as they do.
        (CAIRO, date(2025, 4, 25), datetime(2025, 4, 24, 22, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_clocks_change(zone: ZoneInfo, day: date, begins: datetime):
    assert day_begins(day, zone) == begins


def test_a_month_of_berlin_is_an_hour_short_in_march():
    span = Span.of_days(date(2026, 3, 1), date(2026, 4, 1), BERLIN)
    assert span.end - span.start == timedelta(days=31) - timedelta(hours=1)


def timed(start: datetime, end: datetime) -> dict:
    return {"all_day": False, "starts_at": start, "ends_at": end}


@pytest.mark.parametrize(
    ("start", "end", "zone", "first", "last"),
    [
        # 01:30 to 03:30 over the skipped hour
        (
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            BERLIN,
            date(2026, 3, 29),
            date(2026, 3, 29),
        ),
        # until midnight exactly is not on the next day
        (
            datetime(2026, 10, 24, 20, tzinfo=UTC),
            datetime(2026, 10, 24, 22, tzinfo=UTC),
            BERLIN,
            date(2026, 10, 24),
            date(2026, 10, 24),
        ),
        # over midnight it is on both
        (
            datetime(2026, 10, 24, 20, tzinfo=UTC),
            datetime(2026, 10, 24, 22, 1, tzinfo=UTC),
            BERLIN,
            date(2026, 10, 24),
            date(2026, 10, 25),
        ),
        # half an hour of summer time
        (
            datetime(2026, 4, 4, 12, 50, tzinfo=UTC),
            datetime(2026, 4, 4, 13, 10, tzinfo=UTC),
            LORD_HOWE,
            date(2026, 4, 4),
            date(2026, 4, 5),
        ),
    ],
)
def test_a_timed_entry_lies_on_its_days_in_the_zone(start: datetime, end: datetime, zone: ZoneInfo, first: date, last: date):
    assert days_of(timed(start, end), zone) == (first, last)
