"""One release is taken from its plan to production by three people, each in a browser: over four stops, past a gate that failed and one
that is waived, with an approval that a change made void."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from releases.models import Approval, Promotion, Release
from tests import factories
from tests.approving import asks, team_of
from tests.browser.conftest import Visit
from tests.browser.pages import person
from tests.standards import standard

pytestmark = pytest.mark.django_db(transaction=True)
STOPS = ("dev", "test", "staging", "prod")
REPORT = '<testsuite name="payments" tests="3" failures="{failed}" errors="0">{cases}</testsuite>'
CASE = '<testcase classname="pay" name="refund {number}">{failure}</testcase>'


def report(*, failed: int) -> FilePayload:
    """A JUnit report of three tests."""
    cases = "".join(CASE.format(number=at, failure='<failure message="declined"/>' if at < failed else "") for at in range(3))
    return {"name": "junit.xml", "mimeType": "application/xml", "buffer": REPORT.format(failed=failed, cases=cases).encode()}


def local(moment: datetime) -> str:
    """An instant as who never chose a zone types it."""
    return f"{moment.astimezone(ZoneInfo(settings.DEFAULT_ZONE)):%Y-%m-%dT%H:%M}"


class Story:
    """Three people, a route of four stops, and what two policies ask before production."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.rosa = person("Rosa Release", second_factor=False)
        self.sam = person("Sam Security", second_factor=False, roles=[])
        self.olga = person("Olga Operations", second_factor=False, roles=[])
        security = team_of(self.sam, name="Security")
        operations = team_of(self.olga, name="Operations")
        standard(
            slug="tested",
            gates=[
                {
                    "name": "Tests passed",
                    "owner_team": security,
                    "owner_role": "",
                    "evidence": "junit",
                    "threshold": {"most_failed": 0},
                },
                {"name": "Run under load", "owner_team": security, "owner_role": "", "waived_by_team": operations},
            ],
        )
        asks({"name": "Security says yes", "team": security}, {"name": "Operations say yes", "team": operations}, slug="approved")
        version: Any = factories.RouteVersionFactory(route=factories.RouteFactory(name="Main line"))
        for position, (slug, stage) in enumerate(zip(STOPS, ("development", "test", "staging", "production"), strict=True), 1):
            names = {"slug": slug, "name": stage.capitalize(), "stage": stage, "time_zone": "Europe/Berlin"}
            factories.StopFactory(version=version, position=position, environment=factories.EnvironmentFactory(**names))
        self.release: Any = factories.ReleaseFactory(
            name="Payments", version="4.2.0", release_manager=self.rosa, route=version.route, rollback_plan="Put 4.1.9 back."
        )
        item = factories.ItemFactory(
            release=self.release, service=factories.ServiceFactory(name="Payments gateway"), version="4.2.0"
        )
        factories.ArtefactFactory(item=item, address="https://registry.example/payments/4.2.0")
        self.address = self.release.get_absolute_url()

    def enter(self, who: Any) -> Page:
        self.visit.sign_out()
        self.visit.sign_in(who)
        return self.visit.page

    def go(self, who: Any, *links: str) -> Page:
        """Somebody comes to the page of the release and follows links from there, by their words."""
        page = self.enter(who)
        self.visit.go(self.address)
        for words in links:
            page.get_by_role("link", name=words).first.click()
        return page

    def press(self, words: str, done: str = "") -> None:
        """Press the button of a form, and read that it was done."""
        self.visit.page.get_by_role("button", name=words, exact=True).click()
        expect(self.visit.page.locator("#messages .message")).to_contain_text(done)

    def plan(self, slug: str, begins: datetime) -> None:
        """Plan half an hour there, inside a window of a day that is open already."""
        now = timezone.now()
        page = self.visit.page
        self.visit.go(f"/promotions/new/?release={self.release.key}&environment={slug}")
        fields = {"starts_at": begins, "ends_at": begins + timedelta(minutes=30)}
        fields |= {"approved_from": now - timedelta(hours=1), "approved_until": now + timedelta(days=1)}
        for name, moment in fields.items():
            page.locator(f"[name={name}]").fill(local(moment))
        self.press("Plan it", "Planned, and its place is held.")

    def take_through(self, slug: str) -> None:
        """Where nobody has to say yes: ask, start, and say that it succeeded."""
        self.visit.go(f"/promotions/{self.promotion(slug).pk}/")
        self.visit.page.get_by_role("link", name="Ask for approval…", exact=True).click()
        self.press("Ask for approval", "Asked for.")
        self.start_and_end()

    def start_and_end(self) -> None:
        page = self.visit.page
        page.get_by_role("link", name="Start…").click()
        self.press("Start now", "It is running.")
        page.get_by_role("link", name="Say how it ended…").click()
        page.get_by_label("How it ended").select_option("succeeded")
        self.press("Save the outcome", "The outcome is saved")

    def promotion(self, slug: str) -> Promotion:
        found: Promotion = Promotion.objects.get(release=self.release, environment__slug=slug)
        return found

    def show(self, *, failed: int) -> None:
        page = self.visit.page
        page.get_by_role("link", name="Show evidence…").click()
        page.locator("[name=file]").set_input_files(report(failed=failed))
        self.press("Show it", "Shown.")

    def decide(self, outcome: str, comment: str) -> None:
        page = self.visit.page
        page.get_by_role("link", name="Pass or fail…").click()
        page.get_by_label("Decision").select_option(outcome)
        page.get_by_label("Comment").fill(comment)
        self.press("Decide", "Decided.")

    def approve(self, who: Any, comment: str) -> None:
        page = self.go(who)
        self.visit.go(f"/promotions/{self.promotion('prod').pk}/")
        page.get_by_role("link", name="Decide…").click()
        page.get_by_label("Your decision").select_option("approve")
        page.get_by_label("Comment").fill(comment)
        self.press("Decide", "Decided.")

    def map(self) -> str:
        self.visit.go(self.address)
        return self.visit.page.locator(".route").inner_text()


def test_a_release_goes_from_its_plan_to_production(visit: Visit):
    story = Story(visit)

    # Rosa plans the way, and takes it through the stops at which nobody is asked.
    story.enter(story.rosa)
    now = timezone.now()
    for hours, slug in enumerate(STOPS, 1):
        story.plan(slug, now + timedelta(hours=hours))
    for slug in STOPS[:3]:
        story.take_through(slug)
    said = story.map()
    assert "4.2.0\nstands here · succeeded" in said
    assert "0 of 2 passed\nProduction\nnext stop · draft" in said

    # Before production two gates and two yeses are asked; the way to each stands beside it.
    visit.go(f"/promotions/{story.promotion('prod').pk}/")
    page = visit.page
    page.get_by_role("link", name="Ask for approval…", exact=True).click()
    story.press("Ask for approval", "Asked for.")
    page = story.go(story.sam)
    assert "4 of 9 are missing" in page.locator(".verdict").inner_text()

    # The tests fail, what failed is mended and shown anew, and the same gate passes.
    page.get_by_role("link", name=re.compile("Open the gate.*Tests passed")).click()
    story.show(failed=1)
    story.decide("failed", "Refunds are declined.")
    assert "It failed" in page.locator(".answer").inner_text()
    story.show(failed=0)
    story.decide("passed", "All three pass.")
    assert "Passed" in page.locator(".answer").inner_text()

    # The other one is waived by who may, and nobody has to guess who that is.
    page = story.go(story.olga)
    page.get_by_role("link", name=re.compile("Open the gate.*Run under load")).click()
    page.get_by_role("link", name="Waive…").click()
    page.get_by_label("Reason").fill("The machines come on Monday.")
    page.get_by_label("Instead").fill("Operations watch the load all night.")
    story.press("Waive it", "Waived.")
    assert "2 of 2 passed" in story.map()

    # Sam says yes; Rosa asks for a longer window, and his yes was not for that.
    story.approve(story.sam, "Scanned and clean.")
    story.enter(story.rosa)
    prod = story.promotion("prod")
    visit.go(f"/promotions/{prod.pk}/")
    page = visit.page
    page.get_by_role("link", name="Move…").click()
    page.locator("[name=approved_until]").fill(local(timezone.now() + timedelta(days=2)))
    page.get_by_role("button", name="See what it hits").click()
    page.get_by_role("button", name=re.compile("^Move it")).click()
    expect(page.locator("#messages .message")).to_contain_text("Moved")
    void = " ".join(page.locator("li", has=page.locator(".struck")).inner_text().split())
    assert re.search(
        "Approved: Payments 4.2.0, candidate 1, into Production, .* by Sam Security, .* void: the approved window was changed", void
    )
    story.approve(story.sam, "Also until then.")
    story.approve(story.olga, "We stay up.")
    assert Approval.objects.filter(promotion=prod).count() == 3
    assert story.promotion("prod").status == "approved"

    # Everything is asked once more as it starts; then it is live.
    story.enter(story.rosa)
    visit.go(f"/promotions/{prod.pk}/")
    story.start_and_end()
    assert "Production\n4.2.0\nstands here · succeeded" in story.map()
    assert "Live in" in visit.page.locator(".answer").inner_text()
    assert Release.objects.get(pk=story.release.pk).status == "in_production"
    assert visit.complaints == []
