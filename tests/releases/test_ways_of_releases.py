"""Releases on their ways, moved by verbs alone: several environments at one position, optional stops, waves over parts, the short way of a hotfix."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.vocabulary import Role
from common.refusals import RuleBroken
from releases.actions import promotions
from releases.models import Deployment, Obligation, Promotion, Release
from releases.verdicts import verdict
from tests.factories import (
    NOON,
    ArtefactFactory,
    EnvironmentFactory,
    ItemFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    UserFactory,
)
from tests.standards import standard

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def rosa() -> Any:
    return UserFactory(roles=[Role.RELEASE_MANAGER])


def route(*positions: Any) -> Any:
    """A route by environments (slug, stage, and whatever else is to be said of them); those in a list share a position."""
    version: Any = RouteVersionFactory(route=RouteFactory())
    for position, some in enumerate(positions, start=1):
        for environment in some if isinstance(some, list) else [some]:
            StopFactory(version=version, environment=environment, position=position, is_optional=environment.slug == "trial")
    return version.route


def there(slug: str, stage: str = "test", **more: Any) -> Any:
    return EnvironmentFactory(slug=slug, name=slug.title(), stage=stage, **more)


def of(way: Any, **more: Any) -> Release:
    release: Any = ReleaseFactory(route=way, status="draft", rollback_plan="Put it back.", **more)
    item = ItemFactory(release=release, service=ServiceFactory(slug="gateway"), version="2")
    ArtefactFactory(item=item, address="https://files.example.org/copy")
    found: Release = release
    return found


def asked(release: Release, environment: Any, start: datetime, by: Any, **more: Any) -> Promotion:
    """Planned for an hour and asked for; nobody has to say yes."""
    made = promotions.plan(release, environment, starts_at=start, ends_at=start + HOUR, by=by, at=NOON, **more)
    return promotions.request(made, by=by, at=NOON)


def goes(release: Release, environment: Any, start: datetime, by: Any, **more: Any) -> Promotion:
    """The same, started and ended well."""
    made = promotions.run(asked(release, environment, start, by, **more), by=by, at=start)
    return promotions.finish(made, outcome="succeeded", by=by, at=start + HOUR)


def why_not(promotion: Promotion, by: Any) -> str:
    with pytest.raises(RuleBroken) as refused:
        promotions.run(promotion, by=by, at=promotion.starts_at)
    return " ".join(each["sentence"] for each in refused.value.requirements if each["state"] == "missing")


def test_it_has_been_in_every_environment_of_a_position_in_any_order_and_needs_no_optional_stop(rosa: Any):
    first, left, right, trial = there("first", "development"), there("left"), there("right"), there("trial", "acceptance")
    production = there("prod", "production")
    release = of(route(first, [left, right], trial, production))
    live = asked(release, production, NOON + 24 * HOUR, rosa)
    assert why_not(live, rosa) == "It has to succeed in First, Left, Right first."
    goes(release, first, NOON + HOUR, rosa)
    goes(release, right, NOON + 3 * HOUR, rosa)
    assert why_not(live, rosa) == "It has to succeed in Left first."
    goes(release, left, NOON + 5 * HOUR, rosa)
    promotions.run(live, by=rosa, at=live.starts_at)
    promotions.finish(live, outcome="succeeded", by=rosa, at=live.ends_at)
    release.refresh_from_db()
    assert release.status == "in_production"
    assert set(Deployment.objects.live().values_list("environment__slug", flat=True)) == {"first", "left", "right", "prod"}


def test_an_optional_stop_may_be_made_and_then_asks_for_those_before_it(rosa: Any):
    first, trial, production = there("first", "development"), there("trial", "acceptance"), there("prod", "production")
    release = of(route(first, trial, production))
    tried = asked(release, trial, NOON + 5 * HOUR, rosa)
    assert why_not(tried, rosa) == "It has to succeed in First first."
    goes(release, first, NOON + HOUR, rosa)
    promotions.run(tried, by=rosa, at=tried.starts_at)
    promotions.finish(tried, outcome="failed", by=rosa, at=tried.ends_at)
    # What failed where it need not have been stands in nobody's way.
    goes(release, production, NOON + 24 * HOUR, rosa)


def test_waves_over_parts_each_need_their_own_parts_before_them_and_come_back_by_themselves(rosa: Any):
    test, production = there("test", parts=["eu", "us"]), there("prod", "production", parts=["eu", "us"])
    release = of(route(test, production))
    goes(release, test, NOON + HOUR, rosa, parts=["eu"])
    eu, us = (asked(release, production, NOON + hours * HOUR, rosa, parts=[part]) for hours, part in ((24, "eu"), (48, "us")))
    assert why_not(us, rosa) == "It has to succeed in Test (us) first."
    promotions.run(eu, by=rosa, at=eu.starts_at)
    promotions.finish(eu, outcome="succeeded", by=rosa, at=eu.ends_at)
    live = Deployment.objects.live().filter(environment=production)
    assert list(live.values_list("part", "version")) == [("eu", "2")]
    goes(release, test, NOON + 30 * HOUR, rosa, parts=["us"])
    promotions.run(us, by=rosa, at=us.starts_at)
    promotions.finish(us, outcome="succeeded", by=rosa, at=us.ends_at)
    assert sorted(live.values_list("part", flat=True)) == ["eu", "us"]
    promotions.roll_back(eu, reason="Slow", by=rosa, at=us.ends_at + HOUR)
    release.refresh_from_db()
    assert (list(live.values_list("part", flat=True)), release.status) == (["us"], "in_production")
    promotions.roll_back(us, reason="Slow too", by=rosa, at=us.ends_at + 2 * HOUR)
    release.refresh_from_db()
    assert (live.exists(), release.status) == (False, "under_way")


def test_a_hotfix_goes_its_short_way_at_once_and_owes_the_gates_that_may_follow(rosa: Any):
    test, acceptance, production = there("test"), there("acceptance", "acceptance"), there("prod", "production")
    long_way, short_way = route(test, acceptance, production), route(test, production)
    standard(gates=[{"name": "Load test", "follow_days": 2}, {"name": "Training"}], urgencies=["planned"], slug="planned")
    standard(gates=[{"name": "Load test", "follow_days": 2}], urgencies=["break_fix"], slug="break-fix")
    fix = of(short_way, urgency="break_fix")
    goes(fix, test, NOON + HOUR, rosa)
    live = asked(fix, production, NOON + 3 * HOUR, rosa)
    answer = verdict(live, NOON)
    assert [each.name for each in answer.waived] == ["Load test"]
    live = promotions.run(live, by=rosa, at=live.starts_at)
    assert live.is_emergency
    owed = Obligation.objects.get(promotion=live)
    assert (str(owed.gate), owed.met_at) == ("Load test", None)
    promotions.finish(live, outcome="succeeded", by=rosa, at=live.ends_at)
    # What is normal goes the long way, meets its gates before, and waits for the debt of its service once that is overdue.
    normal: Any = ReleaseFactory(route=long_way, status="draft", rollback_plan="Put it back.")
    item = ItemFactory(release=normal, service=fix.items.get().service, version="3")
    ArtefactFactory(item=item, address="https://files.example.org/other")
    planned = promotions.plan(
        normal, production, starts_at=owed.due_at + HOUR, ends_at=owed.due_at + 2 * HOUR, by=rosa, at=owed.due_at
    )
    missing = {(each.type.value, each.name) for each in verdict(planned, owed.due_at).standing_in_the_way}
    assert {("route_order", "its route"), ("gate", "Load test"), ("gate", "Training")} <= missing
    assert any(kind == "obligation" for kind, _ in missing)
