"""Every page of the product in a real browser: accessible in both themes at three widths, not too wide, and silent on the console."""

from typing import Any

import pytest
from django.test import Client

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, POSTS, VIEWS, Organisation, routes
from tests.factories import UserFactory


def areas() -> list[str]:
    """The pages by the first word of their route, so that each organisation is built once for several."""
    return sorted({name.partition("/")[0] for name in PAGES | VIEWS})


@pytest.mark.parametrize("area", areas())
def test_pages_are_accessible_in_both_themes_at_three_widths(visit: Visit, area: str):
    organisation = Organisation()
    faults: list[str] = []
    for name, row in (PAGES | VIEWS).items():
        if name.partition("/")[0] == area:
            visit.sign_out()
            if row.who:
                visit.sign_in(getattr(organisation, row.who))
            visit.go(row.address(organisation), row.status)
            faults += [f"{name or 'the calendar'}: {fault}" for fault in visit.faults()]
    assert faults == [], "\n".join(faults)


def test_every_page_has_a_row():
    assert sorted(set(routes()) - POSTS) == sorted(PAGES)


@pytest.mark.django_db
@pytest.mark.parametrize("route", sorted(POSTS))
def test_what_is_called_a_verb_is_no_page(client: Client, route: str):
    anybody: Any = UserFactory()
    client.force_login(anybody)
    assert client.get("/" + route.replace("<>", "1")).status_code == 405
