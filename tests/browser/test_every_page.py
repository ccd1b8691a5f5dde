"""Every page of the product in a real browser: accessible in both themes at three widths, not too wide, and silent on the console."""

from typing import Any, Final

import pytest
from django.test import Client

from tests.browser.conftest import Visit
from tests.browser.pages import PAGES, POSTS, VIEWS, Organisation, routes
from tests.callers import readiness_at_the_end
from tests.factories import UserFactory

#: Among so many tests the pages are shared out: an organisation is built for many of them, and each worker has some.
SHARES: Final = 9


@pytest.mark.parametrize("share", range(SHARES))
def test_pages_are_accessible_in_both_themes_at_three_widths(visit: Visit, share: int):
    with readiness_at_the_end():
        organisation = Organisation()
    faults: list[str] = []
    pages = PAGES | VIEWS
    for name in sorted(pages)[share::SHARES]:
        row = pages[name]
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
