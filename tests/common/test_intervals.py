"""Instants and days as people and programs write them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.intervals import Interval, day_begins, from_local, read_day, read_instant, read_moment
from common.refusals import BadInput

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # its summer time is half an hour


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-31T20:00:00Z", datetime(2026, 3, 31, 20, tzinfo=UTC)),
        ("2026-03-31t20:00z", datetime(2026, 3, 31, 20, tzinfo=UTC)),
        ("2026-03-31T22:00:00+02:00", datetime(2026, 3, 31, 20, tzinfo=UTC)),
        ("2026-03-31 14:30:00.25-05:30", datetime(2026, 3, 31, 20, 0, 0, 250_000, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
    ],
)
def test_instants_are_read(text, instant):
    assert read_instant(text) == instant


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("yesterday", "is not an instant"),
        ("2026-03-31", "is not an instant"),
        ("2026-02-29T00:00:00Z", "is not an instant of the calendar"),
        ("2026-13-01T00:00:00Z", "is not an instant of the calendar"),
        ("2026-03-31T24:00:00Z", "is not an instant of the calendar"),
        ("9999-12-31T00:00:00Z", "lies outside the years"),
        ("2026-03-31T20:00:00", "has no offset"),
        ("2026-03-31T20:00:00+25:00", "has an offset that does not exist"),
        ("٢٠٢٦-03-31T20:00:00Z", "is not an instant"),
    ],
)
def test_what_is_no_instant_is_refused_with_the_reason(text, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_instant(text)


@pytest.mark.parametrize(
    ("text", "zone", "sentence"),
    [
        ("2026-03-29T02:30:00", BERLIN, "does not exist in Europe/Berlin"),
        ("2026-10-25T02:30:00", BERLIN, "exists twice in Europe/Berlin"),
        ("2026-10-04T02:15:00", LORD_HOWE, "does not exist in Australia/Lord_Howe"),
        ("2026-04-05T01:45:00", LORD_HOWE, "exists twice in Australia/Lord_Howe"),
    ],
)
def test_a_local_time_that_the_clock_change_skips_or_repeats_is_refused(text, zone, sentence):
    with pytest.raises(BadInput, match=sentence):
        read_instant(text, zone)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca"]
    ),
)
def test_a_local_time_is_taken_exactly_when_it_names_one_instant(local, name):
    zone = ZoneInfo(name)
    meant = {
        instant
        for fold in (0, 1)
        if (instant := local.replace(tzinfo=zone, fold=fold).astimezone(UTC)).astimezone(zone).replace(tzinfo=None, fold=0) == local
    }
    try:
        taken = {from_local(local, zone)}
    except BadInput:
        assert len(meant) != 1
    else:
        assert meant == taken


@pytest.mark.parametrize("text", ["2026-02-30", "2026-2-3", "31.03.2026", "", "0000-01-01", "9999-01-01", "2026-03-31T00:00:00Z"])
def test_what_is_no_day_is_refused(text):
    with pytest.raises(BadInput):
        read_day(text)


def test_a_day_is_read():
    assert read_day("2024-02-29") == date(2024, 2, 29)


def test_days_of_a_zone_have_the_length_people_live():
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 10, 26), 24)):
        assert day_begins(day + timedelta(days=1), BERLIN) - day_begins(day, BERLIN) == timedelta(hours=hours)


def test_a_moment_is_a_day_or_an_instant_and_a_zone_may_be_given_for_both():
    assert read_moment("2026-07-01") == datetime(2026, 7, 1, tzinfo=UTC)
    assert read_moment("2026-07-01", BERLIN) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert read_moment("2026-07-01T08:00", BERLIN) == datetime(2026, 7, 1, 6, tzinfo=UTC)
    assert read_moment("2026-07-01T08:00:00+05:30") == datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
    with pytest.raises(BadInput):
        read_moment("2026-07-01T08:00")


def test_intervals_are_never_empty():
    at = datetime(2026, 3, 31, tzinfo=UTC)
    with pytest.raises(BadInput):
        Interval(at, at)
