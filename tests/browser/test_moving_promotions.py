"""Dragging a promotion in the month leads to what the move hits; dropping it moves nothing."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.vocabulary import Role
from tests.browser.conftest import Visit
from tests.factories import NOON, PromotionFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
MARCH = "/?view=month&date=2026-03-01"


def day(number: int) -> str:
    return f"td.day:has(a.date[aria-label^='{(NOON + timedelta(days=number)):%a} {10 + number} Mar'])"


def test_a_bar_is_dragged_to_the_page_that_shows_what_it_hits(visit: Visit):
    promotion: Any = PromotionFactory(ends_at=NOON + timedelta(days=2))
    visit.sign_in(UserFactory(roles=[Role.RELEASE_MANAGER], time_zone="UTC"))
    page = visit.go(MARCH)
    bar = page.locator(f"a.entry[href='/promotions/{promotion.pk}/']").first
    # Grabbed at its beginning and dropped a week and a day later.
    bar.drag_to(page.locator(day(8)), source_position={"x": 20, "y": 8})
    page.wait_for_url(f"**/promotions/{promotion.pk}/move/?days=8")
    assert "Nothing that is known here is in the way." in page.inner_text("main")
    promotion.refresh_from_db()
    assert promotion.starts_at == NOON
    page.get_by_role("button", name="Move it").click()
    page.wait_for_url(f"**/promotions/{promotion.pk}/")
    promotion.refresh_from_db()
    assert promotion.starts_at == NOON + timedelta(days=8)
    assert visit.complaints == []
