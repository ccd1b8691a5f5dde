"""The calendar in a real browser: full months, cards, the agenda going on, keys, and all of it without scripts."""

import re
from typing import Any

import pytest
from django.db import transaction

from accounts.vocabulary import Role
from tests import factories
from tests.browser.conftest import Visit
from tests.schedule.crowds import crowd

MARCH = "/?view=month&date=2026-03-01"


@pytest.fixture
def full(visit: Visit) -> Visit:
    """A month with ten entries a day, bars over weeks among them; read by a person of the PMO in Berlin."""
    with transaction.atomic():
        crowd(300, "2026-03-01", "2026-04-01")
    factories.MilestoneFactory(
        name="A very long name of a milestone that lasts over two weeks", starts_on="2026-03-05", ends_on="2026-03-17"
    )
    factories.OutputFactory(name="Consent screens", status="delivered")
    factories.ProjectFactory(name="Payments")
    reader: Any = factories.UserFactory(roles=[Role.PMO], time_zone="Europe/Berlin")
    visit.sign_in(reader)
    return visit


@pytest.mark.parametrize("address", [MARCH, f"{MARCH}&kind=project&kind=promotion", "/?view=agenda&date=2026-03-10&days=2"])
def test_full_pages_are_accessible_in_both_themes_at_three_widths(full: Visit, address: str):
    full.go(address)
    full.check()


def test_a_day_of_a_full_month_shows_its_list_on_a_phone(full: Visit):
    full.page.set_viewport_size({"width": 360, "height": 800})
    page = full.go(MARCH)
    page.click("td.day:not(.outside) a.date[aria-label^='Wed 11']")
    page.wait_for_url("**date=2026-03-11#picked")
    assert page.inner_text("#picked h2").startswith("Wed 11 Mar")
    assert page.locator("#picked .agenda-row:visible").count() > 6


def test_the_card_of_an_entry_comes_on_focus_and_goes_with_escape(full: Visit):
    page = full.go(MARCH)
    page.locator("td.day .entry.k-milestone").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    # The card of the entry passed on the way may come first; the one that stays is of the entry with the focus.
    page.locator("#card:popover-open", has_text="A very long name").wait_for()
    full.check_now()
    page.keyboard.press("Escape")
    page.wait_for_selector("#card:popover-open", state="hidden")


def test_the_agenda_goes_on_in_place(full: Visit):
    page = full.go("/?view=agenda&date=2026-03-01")
    address = page.url
    assert page.locator(".agenda-row").count() == 100
    page.click(".agenda-more a")
    page.locator(".agenda-row").nth(199).wait_for()
    assert page.url == address
    # The pointer stands where the link was, on an entry by now, and its card would lie over others.
    page.mouse.move(0, 0)
    page.wait_for_selector("#card:popover-open", state="hidden")
    # Wherever the page stopped scrolling, a heading that stays in sight may cover half a line.
    page.evaluate("scrollTo(0, 0)")
    full.check_now()


def test_keys_lead_to_the_other_view_and_back_to_today(full: Visit):
    page = full.go(MARCH)
    page.keyboard.press("a")
    page.wait_for_url("**view=agenda**")
    page.keyboard.press("m")
    page.wait_for_url("**view=month**")
    page.keyboard.press("Home")
    page.wait_for_selector("td.today")


def test_without_scripts_it_is_complete(full: Visit):
    cookies = full.page.context.cookies()
    full.without_scripts()
    full.page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what the browser gave is what it takes
    page = full.go(MARCH)
    page.check("input[name=kind][value=milestone]")
    page.click("form.rail button[type=submit]")
    assert page.locator("table.month .entry.k-promotion").count() == 0
    assert page.locator("table.month .entry.k-milestone").count() == 3
    page.click("a[rel=next]")
    assert page.inner_text("h1") == "April 2026"
    page.click("nav.views a:has-text('Agenda')")
    assert "Nothing in April 2026" in page.inner_text("main")


# --- on paper


def test_a_month_of_forty_entries_is_one_page_of_a3(visit: Visit):
    """Landscape, without the frame; every title is whole, and the zone, the legend and the date are there."""
    with transaction.atomic():
        crowd(40, "2026-03-01", "2026-04-01")
    factories.MilestoneFactory(name="A long name of a milestone over days", starts_on="2026-03-05", ends_on="2026-03-17")
    visit.sign_in(factories.UserFactory(roles=[Role.PMO], time_zone="Europe/Berlin"))
    page = visit.go(f"{MARCH}&paper=a3")
    pdf = page.pdf(prefer_css_page_size=True)
    # A3 in points; Chromium writes one box a page.
    boxes = [tuple(round(float(side)) for side in box.split()) for box in re.findall(rb"/MediaBox \[([^]]*)\]", pdf)]
    assert boxes == [(0, 0, 1191, 842)]
    page.emulate_media(media="print")
    # The width of the paper without its margins, at 96 pixels an inch.
    page.set_viewport_size({"width": 1497, "height": 1032})
    cut = "each => each.filter(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1).length"
    titles = page.locator(".lanes > .entry > span:not(.sr)")
    assert titles.count() == 43  # the milestone lies in three weeks
    assert titles.evaluate_all(cut) == 0
    for gone in (".top", ".paper-ways", ".foot", ".messages"):
        assert not page.locator(gone).is_visible()
    assert page.inner_text(".printed").startswith("March 2026 · Times in Europe/Berlin · Printed")
    assert page.locator("[aria-label=Legend]").is_visible()


@pytest.mark.parametrize("address", [f"{MARCH}&paper=a3", "/?view=agenda&date=2026-03-01&paper=a3"])
def test_pages_for_paper_are_accessible_on_the_screen(full: Visit, address: str):
    page = full.go(address)
    assert page.locator("[data-print]").is_visible()
    full.check_now()


def test_another_zone_is_chosen_in_the_view_and_is_that_of_its_cards(full: Visit):
    page = full.go(f"{MARCH}&kind=promotion")
    page.click(".zone-menu > summary")
    full.check_now()
    page.fill("#zone-name", "Asia/Tokyo")
    page.keyboard.press("Enter")
    page.wait_for_url("**tz=Asia**")
    assert page.inner_text(".zone-menu > summary") == "Times in Asia/Tokyo"
    assert "kind=promotion" in page.url
    page.locator("td.day .entry").first.focus()
    page.locator("#card:popover-open", has_text="JST").wait_for()
