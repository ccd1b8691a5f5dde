"""Instants, intervals and days in words, over midnights, years and changes of the clocks."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from common import moments

BERLIN = ZoneInfo("Europe/Berlin")
KOLKATA = ZoneInfo("Asia/Kolkata")
SAO_PAULO = ZoneInfo("America/Sao_Paulo")
KATHMANDU = ZoneInfo("Asia/Kathmandu")
NIGHT = datetime(2026, 11, 24, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        (BERLIN, "Tue 24 Nov, 22:00 CET"),
        (UTC, "Tue 24 Nov, 21:00 UTC"),
        (KOLKATA, "Wed 25 Nov, 02:30 IST"),
        (SAO_PAULO, "Tue 24 Nov, 18:00 UTC-3"),
        (KATHMANDU, "Wed 25 Nov, 02:45 UTC+5:45"),
    ],
)
def test_an_instant_names_its_day_clock_and_zone(zone, words):
    assert moments.instant_words(NIGHT, zone, 2026) == words


def test_another_year_is_written_out():
    assert moments.instant_words(NIGHT, BERLIN, 2027) == "Tue 24 Nov 2026, 22:00 CET"
    assert moments.instant_words(NIGHT, BERLIN) == "Tue 24 Nov 2026, 22:00 CET"


@pytest.mark.parametrize(
    ("start", "length", "words"),
    [
        (NIGHT, timedelta(minutes=90), "Tue 24 Nov, 22:00–23:30 CET"),
        (NIGHT, timedelta(hours=5), "Tue 24 Nov, 22:00 – Wed 25 Nov, 03:00 CET"),
        # The clocks go back at 03:00 CEST: an interval over that hour shows both zones, or it would seem an hour shorter.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), timedelta(hours=1), "Sun 25 Oct, 02:30 CEST–02:30 CET"),
        (datetime(2026, 12, 31, 22, tzinfo=UTC), timedelta(hours=4), "Thu 31 Dec, 23:00 – Fri 1 Jan 2027, 03:00 CET"),
    ],
)
def test_an_interval_is_as_short_as_it_may_be(start, length, words):
    assert moments.interval_words(start, start + length, BERLIN, 2026) == words


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 12, 18), date(2026, 12, 18), "Fri 18 Dec"),
        (date(2026, 12, 18), date(2027, 1, 4), "Fri 18 Dec – Mon 4 Jan 2027"),
        (date(2027, 1, 4), date(2027, 1, 8), "Mon 4 Jan – Fri 8 Jan 2027"),
        (date(2025, 12, 18), date(2027, 1, 4), "Thu 18 Dec 2025 – Mon 4 Jan 2027"),
    ],
)
def test_days_are_inclusive_and_name_a_foreign_year_once(first, last, words):
    assert moments.days_words(first, last, 2026) == words


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_machines_read_back_the_same_instant(instant):
    assert datetime.fromisoformat(moments.machine_words(instant)) == instant


def render(source: str, **context: object) -> str:
    return Template("{% load components %}" + source).render(Context(context))


def test_the_tag_shows_the_pages_zone_and_tells_utc_and_the_places():
    html = render('{% when night place="America/New_York" %}', night=NIGHT, zone=BERLIN)
    assert 'datetime="2026-11-24T21:00:00Z"' in html
    assert "22:00 CET</time>" in html
    assert "21:00 UTC · " in html
    assert "16:00 EST" in html


def test_open_ends_are_said():
    assert render("{% interval night None zone='UTC' %}", night=NIGHT).startswith("from <time")
    assert render("{% interval None night zone='UTC' %}", night=NIGHT).startswith("until <time")
    assert "—" in render("{% interval None None %}")


def test_what_people_typed_is_escaped():
    html = render("{% person name %}{% badge 'promotion' 'draft' name %}", name="<script>")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2
