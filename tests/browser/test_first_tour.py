"""Somebody sees the demonstration for the first time: as PMO lead what comes next month, as release manager a route to plan."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from playwright.sync_api import Page

from accounts.models import User
from projects.models import Project
from releasecal.demo import world
from releases.models import Promotion, Release
from releases.verdicts import threats
from tests.browser.conftest import Visit

pytestmark = pytest.mark.django_db(transaction=True)
HEAD_OFFICE = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def demonstration(settings: Any, live_server: Any) -> None:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()
    world.build(world.today(), by=User.objects.operator())


def enter_as(visit: Visit, title: str) -> Page:
    visit.sign_out()
    page = visit.go("/")
    page.get_by_role("button", name=title).first.click()
    page.get_by_role("navigation").first.wait_for()
    return page


def next_month() -> tuple[datetime, datetime]:
    """The next month of the head office as instants, half-open."""
    today = datetime.combine(world.today(), datetime.min.time(), HEAD_OFFICE)
    begins, ends = ((today.replace(day=1) + timedelta(days=days)).replace(day=1) for days in (32, 63))
    return begins, ends


def test_what_goes_live_next_month_for_whom_and_what_threatens_it_takes_two_clicks(visit: Visit):
    begins, ends = next_month()
    page = enter_as(visit, "PMO lead")

    page.get_by_role("link", name=f"{begins:%B %Y}").click()
    page.get_by_role("heading", name=f"{begins:%B %Y}").wait_for()
    page.get_by_role("link", name=re.compile("go(es)? live in")).click()
    page.locator(".agenda").wait_for()

    live = Promotion.objects.filter(environment__stage="production", starts_at__gte=begins, starts_at__lt=ends)
    projects = Project.objects.filter(outputs__contributions__release__promotions__in=live).distinct()
    reasons = threats([promotion.pk for promotion in live], User.objects.get(email="pmo@demo.example"))
    said, agenda, rail = (page.locator(part).text_content() or "" for part in (".calendar-lead", ".agenda", "form.rail"))
    counted = re.match(r"\s*(\d+) goe?s? live in (.+) for (\d+) projects? · (\d+) threatened", said)
    assert counted is not None, said
    assert counted.groups() == (str(live.count()), f"{begins:%B %Y}", str(projects.count()), str(len(reasons)))
    assert page.locator(".agenda-row").count() == live.count()
    assert [str(promotion) for promotion in live if f"{promotion.release} → {promotion.environment.name}" not in agenda] == []
    assert [project.code for project in projects if project.code not in agenda or project.name not in rail] == []
    assert [threat.words for of_one in reasons.values() for threat in of_one if threat.words not in agenda] == []
    assert len(reasons) > 0
    assert visit.complaints == []


def test_a_release_is_planned_along_its_whole_route_and_then_on_the_calendar(visit: Visit):
    page = enter_as(visit, "Release manager")
    page.get_by_role("link", name="Releases", exact=True).click()
    page.get_by_role("checkbox", name="Draft").check()
    page.wait_for_url("**status=draft**")
    page.get_by_role("link", name=re.compile(r"Ticket kiosks \d")).click()
    page.get_by_role("link", name="Plan the route").click()
    key = page.url.split("/")[-3]

    begins, _ = next_month()
    rows = page.locator(".form-row")
    assert rows.count() == 5
    for place, row in enumerate(rows.all()):
        day = f"{begins + timedelta(days=3 + 4 * place):%Y-%m-%d}"
        row.get_by_label("From").fill(f"{day}T14:00")
        row.get_by_label("Until").fill(f"{day}T15:30")
    page.get_by_role("button", name="Plan these stops").click()

    page.wait_for_url(f"**/releases/{key}/")
    assert "Planned, and the places are held." in page.inner_text("body")
    release = Release.objects.with_key(key).get()
    planned = list(Promotion.objects.filter(release=release).select_related("environment", "release").order_by("starts_at"))
    new_york = ZoneInfo("America/New_York")
    assert [(one.environment.slug, f"{one.starts_at.astimezone(new_york):%H:%M}") for one in planned] == [
        (slug, "14:00") for slug in ("dev", "test", "acceptance", "staging", "prod")
    ]
    visit.go(f"/?view=month&date={begins:%Y-%m-%d}&q=kiosks")
    for one in planned:
        assert page.locator(f"a.entry[href='/promotions/{one.pk}/']").first.is_visible()
    assert visit.complaints == []
