"""Appearance: the system's wish unless the reader chose, and the choice holds on the next page from its first paint."""

from tests.browser.conftest import Visit
from tests.factories import UserFactory

GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(245, 246, 248)", "rgb(17, 21, 27)"


def test_without_a_choice_the_system_decides(specimen: Visit):
    page = specimen.go("/narrow/")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(GROUND) == DARK
    page.emulate_media(color_scheme="light")
    assert page.evaluate(GROUND) == LIGHT


def test_a_choice_outlives_the_page_and_auto_takes_it_back(specimen: Visit):
    specimen.sign_in(UserFactory())
    page = specimen.go("/pieces/")
    page.emulate_media(color_scheme="light")
    page.locator(".user-menu > summary").click()
    page.get_by_role("radio", name="Dark").check()
    assert page.evaluate(GROUND) == DARK

    specimen.go("/empty/")
    assert page.evaluate(GROUND) == DARK
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"

    page.locator(".user-menu > summary").click()
    page.get_by_role("radio", name="Auto").check()
    specimen.go("/pieces/")
    assert page.evaluate(GROUND) == LIGHT


def test_the_server_draws_the_choice_without_javascript(specimen: Visit):
    specimen.without_scripts()
    specimen.page.context.add_cookies([{"name": "theme", "value": "dark", "url": specimen.base}])
    page = specimen.go("/narrow/")
    page.emulate_media(color_scheme="light")
    assert page.evaluate(GROUND) == DARK
