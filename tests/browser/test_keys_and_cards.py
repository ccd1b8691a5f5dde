"""The keyboard in the month, the card of an entry, and filters that send themselves."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.factories import UserFactory

HERE = "document.activeElement.getAttribute('aria-label') || document.activeElement.innerText"


@pytest.fixture
def month(specimen: Visit) -> Page:
    specimen.sign_in(UserFactory())
    return specimen.go("/")


def test_the_month_is_one_tab_stop_at_today(month: Page):
    assert month.locator("table.month a[tabindex='0']").count() == 1
    month.locator("table.month a[tabindex='0']").focus()
    assert month.evaluate(HERE).startswith("Wed 9 Dec")


def test_arrows_walk_days_and_the_entries_of_a_day(month: Page):
    month.locator("table.month a[tabindex='0']").focus()
    month.keyboard.press("ArrowLeft")
    assert month.evaluate(HERE).startswith("Tue 8 Dec")
    month.keyboard.press("ArrowDown")
    assert "Security review of REL-42" in month.evaluate(HERE)
    month.keyboard.press("ArrowDown")
    month.keyboard.press("ArrowDown")
    assert month.evaluate(HERE).startswith("Tue 15 Dec")
    month.keyboard.press("ArrowUp")
    assert "Ledger 9.3.1" in month.evaluate(HERE)
    assert month.locator("table.month a[tabindex='0']").count() == 1


def test_the_sideways_arrows_lead_into_the_month_from_nowhere(month: Page):
    month.keyboard.press("ArrowDown")
    assert month.evaluate("document.activeElement === document.body")
    month.keyboard.press("ArrowRight")
    assert month.evaluate(HERE).startswith("Wed 9 Dec")
    month.keyboard.press("ArrowRight")
    assert month.evaluate(HERE).startswith("Thu 10 Dec")


def test_on_a_phone_arrows_walk_the_days_alone(month: Page):
    month.set_viewport_size({"width": 360, "height": 800})
    month.locator("table.month a[tabindex='0']").focus()
    month.keyboard.press("ArrowDown")
    assert month.evaluate(HERE).startswith("Wed 16 Dec")


def test_letters_switch_views_but_never_while_typing(month: Page):
    month.locator("[data-search]").focus()
    month.keyboard.type("ma")
    assert month.locator("[data-search]").input_value() == "ma"
    month.locator("table.month a[tabindex='0']").focus()
    month.keyboard.press("a")
    expect(month.locator(".agenda")).to_be_visible()


def test_slash_searches_and_question_mark_shows_the_keys(month: Page):
    month.locator("h1").click()
    month.keyboard.press("/")
    expect(month.locator("[data-search]")).to_be_focused()
    assert month.locator("[data-search]").input_value() == ""
    month.locator("h1").click()
    month.keyboard.press("?")
    expect(month.get_by_role("dialog", name="Keys")).to_be_visible()
    month.keyboard.press("Escape")
    expect(month.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_pointing_at_an_entry_shows_its_card_which_may_be_pointed_at_and_dismissed(month: Page):
    entry = month.get_by_role("link", name="Consent screens")
    card = month.locator("#card")
    entry.hover()
    expect(card).to_be_visible()
    expect(card).to_contain_text("Payments gateway 26.11")
    assert entry.get_attribute("aria-describedby") == "card"
    card.hover()
    expect(card).to_be_visible()
    month.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_the_keyboard_gets_the_card_too(month: Page):
    month.locator("table.month a[tabindex='0']").focus()
    month.keyboard.press("ArrowDown")
    expect(month.locator("#card")).to_be_visible()
    month.keyboard.press("ArrowUp")
    expect(month.locator("#card")).to_be_hidden()


def test_a_ticked_filter_sends_itself_and_keeps_the_place(month: Page):
    box = month.get_by_role("checkbox", name="Milestone")
    box.check()
    month.wait_for_url("**kind=milestone**")
    assert "kind=freeze" in month.url
    assert "view=month" in month.url
    assert "q=" not in month.url
    expect(month.get_by_role("checkbox", name="Milestone")).to_be_focused()


def test_without_javascript_the_filters_have_their_button(specimen: Visit):
    specimen.without_scripts()
    specimen.sign_in(UserFactory())
    page = specimen.go("/")
    page.get_by_role("checkbox", name="Milestone").check()
    page.get_by_role("button", name="Apply").click()
    assert "kind=milestone" in page.url
