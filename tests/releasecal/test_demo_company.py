"""The demo organisation holds what it promises, whatever day it is built on. It is built once for each of a few days."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client, override_settings

from accounts.models import User
from environments.models import Environment, Service
from history.models import Event
from projects.models import Milestone, Output, Program, Project
from releasecal.demo import world
from releasecal.demo.days import Today, instant, is_working, months_before
from releasecal.demo.lines import RESTRICTED_NAME, RESTRICTED_VERSION
from releasecal.demo.portfolio import LATE
from releases.models import Deployment, Promotion, Release

#: Each test in a savepoint of its own, within the transaction of the fixture below.
pytestmark = pytest.mark.django_db

DAYS = {
    "a Monday": date(2026, 11, 23),
    "the Friday that ends a year": date(2027, 12, 31),
    "the day of a leap year": date(2028, 2, 29),
    "the Sunday of a lost hour": date(2027, 3, 28),
    "the Sunday of a gained hour": date(2027, 10, 31),
}
ZONES = {"Europe/Berlin", "America/New_York", "Asia/Kolkata"}


@pytest.fixture(scope="module", params=list(DAYS.values()), ids=list(DAYS))
def day(request, django_db_setup, django_db_blocker):
    """The organisation as built on a day, at noon of which it is; gone when the next one comes."""
    noon = datetime.combine(request.param, datetime.min.time(), UTC) + timedelta(hours=12)
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True),
        time_machine.travel(noon, tick=False),
        transaction.atomic(),
    ):
        assert world.build(request.param, by=User.objects.operator()) == 1
        connection.check_constraints()  # what a commit would do, once and not in every test
        yield Today(request.param)
        transaction.set_rollback(True)


def client_of(local: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{local}@demo.example"))
    return client


def lead(page: str) -> str:
    """The words of the sentence above the calendar."""
    found = re.search(r'<p class="calendar-lead">(.*?)</p>', page, re.DOTALL)
    assert found
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def test_it_is_as_large_as_a_company(day):
    assert (Program.objects.count(), Project.objects.count(), Output.objects.count()) == (8, 30, 150)
    assert (Environment.objects.count(), Service.objects.count()) == (6, 61)
    assert 200 <= Release.objects.count() <= 230
    assert {user.time_zone for user in User.objects.people()} == ZONES
    first, last = (Promotion.objects.order_by(order).first().starts_at for order in ("starts_at", "-starts_at"))
    assert timedelta(days=480) < last - first < timedelta(days=640)


def test_something_goes_live_tonight_for_a_project(day):
    tonight = instant(day.day, "22:00")
    (promotion,) = Promotion.objects.filter(environment__slug="prod", starts_at=tonight, status="draft")
    assert promotion.release.contributions.count() == 1


def test_an_output_is_six_days_late_and_its_release_waits_for_it(day):
    project, code = LATE
    output = Output.objects.get(project__code=project, code=code)
    assert (output.status, output.due_on) == ("in_progress", day.day - timedelta(days=6))
    release = output.contributions.get().release
    ahead = release.promotions.filter(status="draft")
    assert {promotion.environment.slug for promotion in ahead} == {"acceptance", "staging", "prod"}
    assert all(promotion.starts_at.date() < output.forecast_on for promotion in ahead)
    assert release.status == "under_way"
    # Why, its manager says there.
    assert "approval laboratory" in client_of("viewer").get(output.get_absolute_url()).content.decode()


def test_a_break_fix_of_last_night_is_in_production(day):
    night = day.day - timedelta(days=1)
    promotion = Promotion.objects.get(
        release__urgency="break_fix",
        environment__slug="prod",
        starts_at__range=(instant(night, "20:00"), instant(day.day, "00:00")),
    )
    assert promotion.status == "succeeded"
    assert promotion.release.contributions.count() == 0
    assert Deployment.objects.live().filter(release=promotion.release, environment__slug="prod").exists()


def test_a_saturday_train_carries_twelve_releases_of_seven_projects(day):
    assert day.train.weekday() == 5
    assert 2 <= (day.train - day.day).days <= 8
    train = Promotion.objects.filter(
        environment__slug="prod",
        starts_at__gte=instant(day.train, "19:00"),
        starts_at__lt=instant(day.train + timedelta(days=1), "08:00"),
    )
    assert train.count() == 12
    assert Project.objects.filter(outputs__contributions__release__promotions__in=train).distinct().count() == 7


def test_a_promotion_failed_and_was_rolled_back_before_it_is_tried_again(day):
    taken_back = Promotion.objects.get(status="rolled_back")
    attempts = Promotion.objects.filter(release=taken_back.release, environment=taken_back.environment).order_by("attempt")
    assert [attempt.status for attempt in attempts] == ["failed", "rolled_back", "draft"]
    assert not Deployment.objects.filter(promotion=taken_back).exists()


def test_what_a_project_closed_eight_months_ago_made_is_live(day):
    project = Project.objects.get(code="CUSTOMS")
    assert project.status == "closed"
    assert 0 <= (months_before(day.day, 8) - project.closed_on).days <= 2
    live = Deployment.objects.live().in_production().filter(service__slug="customs-desk").get()
    assert live.release.contributions.filter(output__project=project).exists()
    assert live.begins_at.date() < project.closed_on


def test_one_release_is_seen_as_restricted_by_ordinary_people(day):
    release = Release.objects.get(restricted_until__isnull=False)
    assert (release.name, release.version) == (RESTRICTED_NAME, RESTRICTED_VERSION)
    addresses = {
        local: client_of(local).get(release.get_absolute_url()).status_code for local in ("viewer", "security", "release2")
    }
    assert addresses == {"viewer": 404, "security": 200, "release2": 200}
    night = release.promotions.get(environment__slug="prod").starts_at.date()
    agenda = client_of("viewer").get(f"/?view=agenda&date={night}&days=1").content.decode()
    assert "restricted, ask" in agenda
    assert RESTRICTED_VERSION not in agenda


def test_the_first_sentence_has_no_zero(day):
    said = lead(client_of("pmo").get("/").content.decode())
    assert re.search(r"^[1-9]\d* go(es)? live in .* for [1-9]\d* projects?", said), said
    assert not re.search(r"\b0\b", said), said


def test_next_month_too_something_is_threatened_and_the_reason_said(day):
    following = (day.day.replace(day=1) + timedelta(days=32)).replace(day=1)
    page = client_of("pmo").get(f"/?view=month&date={following}").content.decode()
    assert re.search(r"[1-9]\d* threatened", lead(page)), lead(page)
    agenda = client_of("pmo").get(f"/?view=agenda&date={following}&environment=prod&threatened=true").content.decode()
    assert "waits for" in agenda


def test_nothing_that_people_plan_by_day_falls_on_a_weekend(day):
    due = Output.objects.exclude(code=LATE[1]).values_list("due_on", "project__starts_on", "project__ends_on")
    assert all(is_working(each) for row in due for each in row)
    assert all(is_working(each) for each in Milestone.objects.filter(project__isnull=False).values_list("starts_on", flat=True))


def test_a_second_call_changes_nothing_on_this_day_or_another(day):
    before = Event.objects.count()
    for later in (0, 40):
        assert world.build(day.ahead(later), by=User.objects.operator()) == 0
    assert Event.objects.count() == before


def test_the_tour_leads_from_what_is_threatened_to_what_lives_on(day):
    client = client_of("pmo")
    strip = re.search(r'<aside class="tour".*?</aside>', client.get("/").content.decode(), re.DOTALL)
    threatened, release, project = re.findall(r'href="([^"]+)"', strip[0])
    assert release in client.get(threatened).content.decode()
    assert "Firmware of the new card readers" in client.get(release).content.decode()
    assert "Customs desk" in client.get(project).content.decode()
    assert client.post("/demo/tour/end/")["Location"] == "/"
    assert 'class="tour"' not in client.get("/").content.decode()
