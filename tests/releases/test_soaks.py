"""What has to lie behind a promotion on its route, and how long a version stays at a stop."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from history.deeds import deed, record
from releases.actions import candidates, deployments, promotions
from releases.models import Promotion
from releases.queries.soaks import Passage, passages
from tests.callers import change
from tests.factories import (
    NOON,
    ArtefactFactory,
    CandidateFactory,
    DependencyFactory,
    EnvironmentFactory,
    ItemFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def version() -> Any:
    return RouteVersionFactory(route=RouteFactory())


@pytest.fixture
def test(version: Any) -> Any:
    """The first stop: a version stays there for eight hours."""
    environment: Any = EnvironmentFactory(slug="test", stage="test", time_zone="Europe/Berlin", region="DE")
    StopFactory(version=version, environment=environment, position=1, soak_hours=8)
    return environment


@pytest.fixture
def production(version: Any) -> Any:
    environment: Any = EnvironmentFactory(slug="prod")
    StopFactory(version=version, environment=environment, position=3)
    return environment


@pytest.fixture
def gateway() -> Any:
    return ServiceFactory(slug="gateway")


def travelling(version: Any, *services: Any, number: str = "1") -> Any:
    release: Any = ReleaseFactory(version=number, route=version.route)
    for service in services:
        ItemFactory(release=release, service=service, version=number)
    return release


def arrived(release: Any, environment: Any, *, at: datetime = NOON, **more: Any) -> Any:
    """A promotion of its newest candidate that succeeded, with what it left."""
    candidate = release.candidates.order_by("-number").first() or CandidateFactory(release=release)
    made: Any = PromotionFactory(
        release=release, candidate=candidate, environment=environment, status="succeeded",
        starts_at=at - HOUR, ends_at=at + HOUR, ended_at=at, started_at=at - HOUR, **more,
    )  # fmt: skip
    follow(made)
    return made


def follow(promotion: Any) -> None:
    clock = User.objects.clock()
    with deed(by=clock):
        deployments.recompute(deployments.places_of([promotion.release_id]), by=clock)
        record(promotion, "followed", by=clock)


def before(release: Any, environment: Any, **more: Any) -> tuple[Passage, ...]:
    candidate = release.candidates.order_by("-number").first() or CandidateFactory(release=release)
    promotion: Any = PromotionFactory(release=release, candidate=candidate, environment=environment, **more)
    return passages([Promotion.objects.with_references().get(pk=promotion.pk)])[promotion.pk]


def test_what_never_was_at_a_stop_has_not_passed_it(version: Any, test: Any, production: Any, gateway: Any):
    (passage,) = before(travelling(version, gateway), production)
    assert (passage.environment, passage.passed_at, passage.is_next) == (test, None, True)
    assert passage.soak is not None
    assert passage.soak.reached_at is None


def test_optional_stops_and_later_ones_are_not_asked_for(version: Any, test: Any, production: Any, gateway: Any):
    StopFactory(version=version, position=2, is_optional=True)
    StopFactory(version=version, position=4)
    beside: Any = StopFactory(version=version, position=2)
    release = travelling(version, gateway)
    assert [(each.environment, each.is_next) for each in before(release, production)] == [(test, False), (beside.environment, True)]
    assert before(release, test) == ()
    assert before(ReleaseFactory(), production) == ()


def test_a_soak_ends_so_many_hours_after_the_arrival(version: Any, test: Any, production: Any, gateway: Any):
    release = travelling(version, gateway)
    arrived(release, test)
    (passage,) = before(release, production)
    assert passage.passed_at == NOON
    assert passage.soak is not None
    assert passage.soak.reached_at == NOON + 8 * HOUR
    # In working hours of Berlin: Tuesday from one to five, then Wednesday from nine to one.
    assert passage.soaked(8, "working").reached_at == datetime(2026, 3, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "reached"), [(5, False), (8, True), (9, True)])
def test_another_version_interrupts_a_soak_that_is_not_finished(
    version: Any, test: Any, production: Any, gateway: Any, hours: int, reached: bool
):
    release = travelling(version, gateway)
    arrived(release, test)
    arrived(travelling(version, gateway, number="2"), test, at=NOON + hours * HOUR)
    (passage,) = before(release, production)
    assert passage.soak is not None
    assert passage.soak.reached_at == (NOON + 8 * HOUR if reached else None)
    assert passage.soak.is_interrupted is not reached


def test_what_is_rolled_back_over_it_lets_a_soak_begin_anew(version: Any, test: Any, production: Any, gateway: Any):
    release = travelling(version, gateway)
    arrived(release, test)
    other = arrived(travelling(version, gateway, number="2"), test, at=NOON + 2 * HOUR)
    promotions.roll_back(other, by=User.objects.operator(), at=NOON + 3 * HOUR)
    (passage,) = before(release, production)
    assert passage.soak is not None
    assert passage.soak.reached_at == NOON + 11 * HOUR


def test_the_same_put_there_again_does_not_interrupt(version: Any, test: Any, production: Any, gateway: Any):
    release = travelling(version, gateway)
    arrived(release, test)
    arrived(release, test, at=NOON + 4 * HOUR, attempt=2)
    (passage,) = before(release, production)
    assert passage.soak is not None
    assert passage.soak.reached_at == NOON + 8 * HOUR


def test_a_wave_needs_its_own_parts_before_it(version: Any, test: Any, production: Any, gateway: Any):
    change(test, parts=["eu", "us"])
    change(production, parts=["eu", "us", "asia"])
    release = travelling(version, gateway)
    arrived(release, test, parts=["eu"])
    passed = {parts: before(release, production, parts=list(parts))[0] for parts in ((), ("eu",), ("us",), ("asia",))}
    assert [each.passed_at for each in passed.values()] == [None, NOON, None, None]
    assert [each.missing_parts for each in passed.values()] == [("us",), (), ("us",), ("us",)]


def test_only_what_changed_and_what_needs_it_goes_back(version: Any, test: Any, production: Any, gateway: Any):
    """A new candidate with another ledger: the gateway needs the ledger, the reports need neither."""
    ledger, reports = ServiceFactory(slug="ledger"), ServiceFactory(slug="reports")
    DependencyFactory(service=gateway, needs=ledger)
    release = travelling(version, gateway, ledger, reports)
    first = CandidateFactory(release=release, number=1)
    items = {item.service.slug: item for item in release.items.all()}
    for item in items.values():
        ArtefactFactory(item=item, candidate=first, digest="sha256:" + "0" * 64, identity="digest")
    arrived(release, test)
    candidates.new(
        release,
        by=User.objects.operator(),
        artefacts=[{"service": ledger, "artefact_digest": "sha256:" + "1" * 64, "artefact_identity": "digest"}],
    )
    (passage,) = before(release, production)
    assert (passage.passed_at, set(passage.missing_items)) == (None, {items["ledger"].pk, items["gateway"].pk})
    arrived(release, test, at=NOON + 2 * HOUR, attempt=2)
    (passage,) = before(release, EnvironmentFactory()) or before(release, production, attempt=2, status="missed")
    assert passage.passed_at == NOON + 2 * HOUR


def test_an_item_that_failed_there_has_not_passed(version: Any, test: Any, production: Any, gateway: Any):
    release = travelling(version, gateway, ServiceFactory())
    promotion: Any = PromotionFactory(release=release, environment=test, status="running", started_at=NOON)
    item = release.items.get(service=gateway)
    ended = promotions.Ended("failed")  # type: ignore[arg-type]  # the word of the vocabulary
    promotions.finish(promotion, outcome="succeeded_with_issues", items={item.pk: ended}, by=User.objects.operator(), at=NOON)
    (passage,) = before(release, production)
    assert (passage.passed_at, passage.missing_items) == (None, (item.pk,))


@pytest.mark.parametrize(("trusted", "passed"), [(False, False), (True, True)])
def test_what_was_imported_counts_only_when_somebody_vouches_for_it(
    version: Any, test: Any, production: Any, gateway: Any, trusted: bool, passed: bool
):
    release = travelling(version, gateway)
    arrived(release, test, was_recorded=True, is_trusted=trusted)
    (passage,) = before(release, production)
    assert (passage.passed_at is not None) is passed


@pytest.mark.parametrize("count", [1, 6])
def test_many_promotions_cost_what_one_does(version: Any, test: Any, production: Any, gateway: Any, count: int):
    asked = []
    for number in range(count):
        release = travelling(version, gateway, number=str(number))
        arrived(release, test, at=NOON + number * HOUR)
        asked.append(PromotionFactory(release=release, environment=production).pk)
    found = list(Promotion.objects.with_references().filter(pk__in=asked))
    with CaptureQueriesContext(connection) as captured:
        passages(found)
    assert len(captured) == 4
