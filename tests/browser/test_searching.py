"""The field in the head: what is found while somebody types, and the way there by keyboard."""

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.factories import ReleaseFactory, ServiceFactory, UserFactory


def test_slash_type_arrow_enter(visit: Visit):
    release = ReleaseFactory(name="Payments gateway", version="26.11")
    ServiceFactory(slug="book", name="Payments <b>book</b>")
    visit.sign_in(UserFactory())
    page = visit.go("/me/")
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search everything")
    expect(field).to_be_focused()
    page.keyboard.type("payments")
    hit = page.get_by_role("link", name="Payments gateway 26.11")
    expect(hit).to_be_visible()
    expect(page.get_by_role("link", name="Payments <b>book</b>")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(hit).to_be_hidden()
    assert field.input_value() == "payments"
    page.keyboard.press("ArrowDown")
    expect(hit).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(visit.base + release.get_absolute_url())


def test_without_javascript_it_is_a_form(visit: Visit):
    ReleaseFactory(name="Payments gateway", version="26.11")
    visit.without_scripts()
    visit.sign_in(UserFactory())
    page = visit.go("/me/")
    page.get_by_role("searchbox", name="Search everything").fill("payments")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Payments gateway 26.11")).to_be_visible()
