"""Every page of the product in a real browser: accessible in both themes at three widths, not too wide, and silent on the console."""

import pytest
from django.test import Client

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, POSTS, VIEWS, Organisation, Row, routes


@pytest.mark.parametrize("row", [pytest.param(row, id=name or "calendar") for name, row in (PAGES | VIEWS).items()])
def test_a_page_is_accessible_in_both_themes_at_three_widths(visit: Visit, row: Row):
    organisation = Organisation()
    if row.who:
        visit.sign_in(getattr(organisation, row.who))
    visit.go(row.address(organisation), row.status)
    visit.check()


def test_every_page_has_a_row():
    assert sorted(set(routes()) - POSTS) == sorted(PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(POSTS))
def test_what_is_called_a_verb_is_no_page(client: Client, route: str):
    client.force_login(Organisation().reader)
    assert client.get("/" + route.replace("<>", "1")).status_code == 405
