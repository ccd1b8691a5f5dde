"""The card beside an entry."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_promotion_tells_when_where_and_what_it_carries(petra: Client):
    release: Any = factories.ReleaseFactory(name="Gateway", version="26.3")
    for at in range(7):
        factories.ContributionFactory(
            release=release, output=factories.OutputFactory(name=f"Screen {at}", due_on=date(2026, 3, 1 + at))
        )
    environment = factories.EnvironmentFactory(slug="prod", name="Production")
    promotion: Any = factories.PromotionFactory(release=release, environment=environment, status="approved")
    card = petra.get(f"/schedule/card/promotion-{promotion.pk}/").content.decode()
    assert "Gateway 26.3 → Production" in card
    assert "Approved" in card
    assert "13:00–15:00 CET" in card
    assert "12:00–14:00 UTC" in card
    assert f'href="/releases/{release.key}/"' in card
    assert 'class="route' in card
    assert [f"Screen {at}" in card for at in range(7)] == [True] * 5 + [False] * 2
    assert "and 2 more" in card
    assert "<html" not in card


def test_a_milestone_tells_its_days(petra: Client):
    milestone: Any = factories.MilestoneFactory(name="Pilot <b>", starts_on=date(2026, 3, 12), ends_on=date(2026, 3, 13))
    card = petra.get(f"/schedule/card/milestone-{milestone.pk}/").content.decode()
    assert "Pilot &lt;b&gt;" in card
    assert "Thu 12 Mar – Fri 13 Mar" in card.replace(" 2026", "")


@pytest.mark.parametrize("name", ["promotion-999", "freeze-1", "party-1", "promotion-99999999999999999999"])
def test_what_is_not_there_has_no_card(petra: Client, name: str):
    assert petra.get(f"/schedule/card/{name}/").status_code == 404


def test_a_stranger_gets_none(client: Client):
    assert client.get("/schedule/card/promotion-1/").status_code == 302
