"""REST: deployments, and what is or was live."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from releases.models import Deployment
from tests.callers import BASE, ROOT, Caller, in_a_deed
from tests.factories import NOON, EnvironmentFactory, ItemFactory, PromotionFactory, ServiceFactory

pytestmark = pytest.mark.django_db


def deploy(version: str, begins_at: Any, ends_at: Any = None, *, service: Any, environment: Any) -> Deployment:
    """A deployment as the reckoning of promotions leaves it."""
    promotion: Any = PromotionFactory(environment=environment, status="succeeded")
    item: Any = ItemFactory(release=promotion.release, service=service, version=version)
    made = Deployment(
        service=service,
        environment=environment,
        version=version,
        release=promotion.release,
        promotion=promotion,
        item=item,
        begins_at=begins_at,
        ends_at=ends_at,
    )
    in_a_deed(promotion, made.save)
    return made


@pytest.fixture
def payments() -> Any:
    return ServiceFactory(slug="payments", name="Payments")


@pytest.fixture
def production() -> Any:
    return EnvironmentFactory(slug="prod", name="Production")


def test_a_deployment_says_what_came_from_where(payments: Any, production: Any):
    made = deploy("1.0", NOON, service=payments, environment=production)
    made.refresh_from_db()
    release = made.release
    (row,) = Caller().rows("deployments/")
    assert row == {
        "id": made.pk,
        "url": f"{BASE}deployments/{made.pk}/",
        "html_url": f"{ROOT}live/",
        "service": {"slug": "payments", "name": "Payments", "url": f"{BASE}services/payments/"},
        "environment": {"slug": "prod", "name": "Production", "url": f"{BASE}environments/prod/"},
        "part": "",
        "line": "",
        "version": "1.0",
        "release": {"key": release.key, "name": release.name, "version": "1.0.0", "url": f"{BASE}releases/{release.key}/"},
        "promotion": {
            "id": made.promotion_id,
            "name": f"{release.name} 1.0.0 into prod",
            "url": f"{BASE}promotions/{made.promotion_id}/",
        },
        "begins_at": "2026-03-10T12:00:00Z",
        "ends_at": None,
        "updated_at": made.updated_at.isoformat().replace("+00:00", "Z"),
        "revision": 1,
    }


def test_live_answers_for_an_instant_and_for_now(payments: Any, production: Any):
    later = NOON + timedelta(days=1)
    deploy("1.0", NOON, later, service=payments, environment=production)
    deploy("2.0", later, service=payments, environment=production)
    caller = Caller()
    versions = lambda query: [row["version"] for row in caller.rows(f"live/?{query}")]  # noqa: E731 - read right below
    assert versions("at=2026-03-10T11:59:59Z") == []
    assert versions("at=2026-03-10T12:00:00Z") == ["1.0"]
    assert versions("at=2026-03-11T12:00:00Z") == ["2.0"]
    assert versions("at=2026-03-11") == ["1.0"]
    assert versions("at=2026-03-12&environment=prod&service=payments") == ["2.0"]
    assert versions("at=2026-03-12&stage=test") == []
    answer = caller.get("live/?at=tomorrow")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["at"])


def test_live_costs_the_same_for_one_and_for_thirty(production: Any):
    caller = Caller()
    deploy("1.0", NOON, service=ServiceFactory(), environment=production)
    address = "live/?at=2026-03-12"
    assert (len(caller.rows(address)), caller.queries(address)) == (1, 4)
    for _ in range(29):
        deploy("1.0", NOON, service=ServiceFactory(), environment=production)
    assert (len(caller.rows(address)), caller.queries(address)) == (30, 4)


def test_the_tag_of_now_holds_the_minute(payments: Any, production: Any):
    caller = Caller()
    deploy("1.0", NOON, service=payments, environment=production)
    now = NOON + timedelta(days=200)
    with time_machine.travel(now, tick=False):
        token = Caller(user=caller.user)
        tag = token.get("live/")["ETag"]
        fixed = token.get("live/?at=2026-03-12")["ETag"]
    with time_machine.travel(now + timedelta(seconds=59), tick=False):
        assert token.get("live/", **{"If-None-Match": tag}).status_code == 304
    with time_machine.travel(now + timedelta(minutes=1), tick=False):
        assert token.get("live/", **{"If-None-Match": tag}).status_code == 200
        assert token.get("live/?at=2026-03-12", **{"If-None-Match": fixed}).status_code == 304
