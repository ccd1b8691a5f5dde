"""The specimen: every component in every state, held to what every page is held to."""

import pytest

from tests.browser.conftest import Visit
from tests.factories import UserFactory


@pytest.mark.parametrize("address", ["/", "/agenda/", "/pieces/", "/empty/"])
def test_components_are_accessible_in_both_themes_at_three_widths(specimen: Visit, address: str):
    specimen.sign_in(UserFactory(time_zone="Europe/Berlin"))
    specimen.go(address)
    specimen.check()


def test_a_refusal_says_what_why_and_who_can_help(specimen: Visit):
    specimen.sign_in(UserFactory())
    page = specimen.go("/refused/", status=403)
    alert = page.get_by_role("alert")
    assert "Only release managers may plan promotions into production." in alert.inner_text()
    assert "It lies in the year-end freeze, Fri 18 Dec – Mon 4 Jan." in alert.inner_text()
    assert "Security can help." in alert.inner_text()
    specimen.check()


@pytest.mark.parametrize(("address", "status"), [("/narrow/", 200), ("/broken/", 503)])
def test_pages_for_nobody_in_particular_are_accessible(specimen: Visit, address: str, status: int):
    specimen.go(address, status)
    specimen.check()


def test_menus_open_and_close_without_a_pointer(specimen: Visit):
    specimen.sign_in(UserFactory(name="Rosa Lindqvist"))
    page = specimen.go("/pieces/")
    summary = page.locator(".user-menu > summary")
    summary.press("Enter")
    assert page.get_by_role("button", name="Sign out").is_visible()
    specimen.check_now()
    summary.press("Escape")
    assert not page.get_by_role("button", name="Sign out").is_visible()


def test_the_phone_menu_works_without_javascript(specimen: Visit):
    specimen.without_scripts()
    specimen.sign_in(UserFactory())
    page = specimen.go("/pieces/")
    page.set_viewport_size({"width": 360, "height": 800})
    page.locator(".phone-menu > summary").click()
    assert page.get_by_role("link", name="Milestones").is_visible()
    box = page.get_by_role("link", name="Milestones").bounding_box()
    assert box is not None
    assert box["height"] >= 44
