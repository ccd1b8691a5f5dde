"""Starting, pausing, ending and rolling back promotions, through both doors."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from accounts.vocabulary import Role, Scope
from common.refusals import IllegalMove, RuleBroken, Stale
from environments.models import Booking
from history.models import Event, Fact
from policies.models import ApprovalRule
from releases.actions import promotions
from releases.actions.promotions import Ended
from releases.models import Deployment, Promotion, PromotionItem, Release
from releases.vocabulary import PROMOTION_MOVES, ItemOutcome, PromotionStatus
from tests.callers import Caller, change, in_a_deed
from tests.factories import (
    NOON,
    ArtefactFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    PolicyVersionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    UserFactory,
)
from tests.reading import notices, signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
DOORS = ("page", "rest")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER], time_zone="UTC")


@pytest.fixture
def production() -> Any:
    return EnvironmentFactory(slug="prod", name="Production", owner=MembershipFactory().team)


@pytest.fixture
def release() -> Any:
    """Pay 1, which changes two services."""
    made: Any = ReleaseFactory(name="Pay", version="1", status="draft", rollback_plan="Put back what was there.")
    for slug in ("gateway", "ledger"):
        carry(made, ServiceFactory(slug=slug, name=slug.title()), "1")
    return made


def carry(release: Any, service: Any, version: str = "1") -> None:
    """The release changes a service, and says where the copy lies."""
    ArtefactFactory(item=ItemFactory(release=release, service=service, version=version), address="https://files.example.org/copy")


def a_release(**more: Any) -> Any:
    """One that changes a service of its own."""
    made: Any = ReleaseFactory(rollback_plan="Put it back.", **more)
    carry(made, ServiceFactory())
    return made


def needing_a_yes() -> None:
    """A policy in force: maintenance is approved by one of the PMO before it goes anywhere near people."""
    version: Any = PolicyVersionFactory(urgencies=["maintenance"])
    rule = {"code": "pmo", "name": "PMO", "stage": "production", "role": Role.PMO}
    in_a_deed(version, lambda: ApprovalRule.objects.create(version=version, **rule))
    change(version, published_at=NOON, published_by=UserFactory())


def planned(release: Any, environment: Any, status: str = "approved", *, start: datetime = NOON, **window: Any) -> Promotion:
    """A promotion of two hours that holds its place, in any state."""
    clock = User.objects.operator()
    made = promotions.plan(release, environment, starts_at=start, ends_at=start + 2 * HOUR, by=clock, at=NOON, **window)
    began = {"started_at": start} if status not in ("draft", "requested", "approved", "missed", "cancelled") else {}
    ended = {"ended_at": start} if status in ("succeeded", "succeeded_with_issues", "failed", "rolled_back") else {}
    changed: Promotion = change(made, status=status, **began, **ended)
    return changed


def send(door: str, user: Any, verb: str, promotion: Promotion, values: dict[str, Any] | None = None) -> Any:
    """One of the verbs through a door."""
    if door == "rest":
        method, way = {
            "run": ("POST", "run"),
            "pause": ("POST", "pause"),
            "resume": ("DELETE", "pause"),
            "finish": ("POST", "outcome"),
            "roll_back": ("POST", "outcome"),
        }[verb]
        body = {**(values or {}), **({"outcome": "rolled_back"} if verb == "roll_back" else {})}
        if verb == "roll_back":
            body["comment"] = body.pop("reason", "")
        caller = Caller(user=user, scopes=(Scope.READ, Scope.WRITE))
        return caller.send(method, f"promotions/{promotion.pk}/{way}/", None if method == "DELETE" else body)
    way = {"run": "run", "pause": "pause", "resume": "resumption", "finish": "outcome", "roll_back": "roll-back"}[verb]
    return signed_in(user).post(f"/promotions/{promotion.pk}/{way}/", values or {})


def done(door: str) -> int:
    return 200 if door == "rest" else 302


def live() -> list[tuple[str, str]]:
    return list(Deployment.objects.live().order_by("service__slug").values_list("service__slug", "version"))


# --- one behaviour through both doors


@pytest.mark.parametrize("door", DOORS)
def test_from_start_to_success_through_both_doors(rosa: Any, release: Any, production: Any, door: str):
    promotion = planned(release, production, start=NOON + HOUR, approved_from=NOON, approved_until=NOON + 8 * HOUR)
    answer = send(door, rosa, "run", promotion)
    assert answer.status_code == done(door), answer.content.decode() if door == "rest" else notices(answer)
    promotion.refresh_from_db()
    assert (promotion.status, promotion.started_at, promotion.starts_at, promotion.ends_at) == (
        "running",
        NOON,
        NOON,
        NOON + 2 * HOUR,
    )
    assert promotion.verdict
    assert promotion.verdict["allowed"] is True
    asked = Caller(user=rosa).get(f"promotions/{promotion.pk}/verdict/").json()
    assert (asked["allowed"], asked["kept"]["sentence"]) == (False, promotion.verdict["sentence"])
    assert {each["url"][:18] for each in asked["kept"]["requirements"] if each["url"]} == {"http://testserver/"}
    assert Booking.objects.held_by("promotion", promotion.pk).get().starts_at == NOON
    assert Release.objects.get().status == "under_way"
    assert send(door, rosa, "pause", promotion, {}).status_code == 400
    assert send(door, rosa, "pause", promotion, {"reason": "A node is down"}).status_code == done(door)
    assert Event.objects.latest("pk").reason == "A node is down"
    assert send(door, rosa, "resume", promotion).status_code == done(door)
    with time_machine.travel(NOON + HOUR, tick=False):
        assert send(door, rosa, "finish", promotion, {"outcome": "succeeded"}).status_code == done(door)
    promotion.refresh_from_db()
    assert (promotion.status, promotion.ended_at) == ("succeeded", NOON + HOUR)
    assert Release.objects.get().status == "in_production"
    assert live() == [("gateway", "1"), ("ledger", "1")]
    assert set(Deployment.objects.values_list("begins_at", flat=True)) == {NOON + HOUR}
    assert Booking.objects.held_by("promotion", promotion.pk).get().ends_at == NOON + HOUR
    told = list(
        Fact.objects.filter(subject_id=promotion.pk, subject_kind="promotion").order_by("pk").values_list("template", flat=True)
    )
    assert told[-4:] == [
        "{actor} started {subject}",
        "{actor} paused {subject}",
        "{actor} resumed {subject}",
        "{actor} ended {subject}: it succeeded",
    ]


@pytest.mark.parametrize("door", DOORS)
def test_what_is_live_follows_the_items(rosa: Any, release: Any, production: Any, door: str):
    promotion = planned(release, production, "running")
    gateway, ledger = release.items.order_by("service__slug")
    values: dict[str, Any] = {"outcome": "succeeded_with_issues", "comment": "The ledger did not come up"}
    if door == "rest":
        values["items"] = {str(ledger.pk): {"outcome": "rolled_back", "comment": "Came up empty"}}
    else:
        values |= {f"item_{ledger.pk}": "rolled_back", f"comment_{ledger.pk}": "Came up empty"}
    assert send(door, rosa, "finish", promotion, values).status_code == done(door)
    assert live() == [("gateway", "1")]
    ended = PromotionItem.objects.order_by("item__service__slug").values_list("item", "outcome", "comment")
    assert list(ended) == [(gateway.pk, "succeeded", ""), (ledger.pk, "rolled_back", "Came up empty")]
    page = signed_in(rosa).get(f"/promotions/{promotion.pk}/").content.decode()
    assert "Came up empty" in page


@pytest.mark.parametrize(
    ("outcome", "items", "sentence"),
    [
        ("succeeded", {"ledger": "failed"}, "Ledger did not succeed, so"),
        ("succeeded_with_issues", {"ledger": "failed", "gateway": "failed"}, "None of its items succeeded"),
        ("rolled_back", {"ledger": "succeeded"}, "Ledger succeeded and is there"),
    ],
)
def test_items_and_the_whole_go_together(
    rosa: Any, release: Any, production: Any, outcome: str, items: dict[str, str], sentence: str
):
    promotion = planned(release, production, "running")
    known = {item.service.slug: item.pk for item in release.items.all()}
    body = {"outcome": outcome, "items": {str(known[slug]): word for slug, word in items.items()}}
    answer = send("rest", rosa, "finish", promotion, body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["items"])
    assert answer.json()["detail"].startswith(sentence)
    assert Promotion.objects.get().status == "running"


@pytest.mark.parametrize(
    "items", [{"x": "failed"}, {"1": "lost"}, {"1": {"comment": "?"}}, {"1": {"outcome": "failed", "comment": 1}}, []]
)
def test_items_of_another_shape_are_refused(rosa: Any, release: Any, production: Any, items: Any):
    promotion = planned(release, production, "running")
    answer = send("rest", rosa, "finish", promotion, {"outcome": "failed", "items": items})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["items"])
    unknown = send("rest", rosa, "finish", promotion, {"outcome": "failed", "items": {"999999": "failed"}})
    assert unknown.status_code == 422


# --- rolling back


@pytest.mark.parametrize("door", DOORS)
def test_rolling_back_what_succeeded_gives_the_place_back_and_history_keeps_it(rosa: Any, release: Any, production: Any, door: str):
    before: Any = ReleaseFactory(name="Pay", version="0", status="in_production")
    carry(before, release.items.get(service__slug="gateway").service, "0")
    first = planned(before, production, "running", start=NOON - 9 * HOUR)
    promotions.finish(first, outcome="succeeded", by=rosa, at=NOON - 8 * HOUR)
    promotion = planned(release, production, "running")
    change(release, status="under_way")
    promotions.finish(promotion, outcome="succeeded", by=rosa, at=NOON + HOUR)
    assert live() == [("gateway", "1"), ("ledger", "1")]
    with time_machine.travel(NOON + 3 * HOUR, tick=False):
        answer = send(door, rosa, "roll_back", promotion, {"reason": "Payments fail"})
    assert answer.status_code == done(door)
    promotion.refresh_from_db()
    assert (promotion.status, promotion.ended_at, promotion.rolled_back_at) == ("rolled_back", NOON + HOUR, NOON + 3 * HOUR)
    assert Release.objects.get(pk=release.pk).status == "under_way"
    assert live() == [("gateway", "0")]
    gateway = Deployment.objects.filter(service__slug="gateway").order_by("begins_at")
    assert list(gateway.values_list("version", "begins_at", "ends_at")) == [
        ("0", NOON - 8 * HOUR, NOON + HOUR),
        ("1", NOON + HOUR, NOON + 3 * HOUR),
        ("0", NOON + 3 * HOUR, None),
    ]
    assert Event.objects.latest("pk").reason == "Payments fail"


def test_what_was_rolled_back_while_it_ran_was_never_there(rosa: Any, release: Any, production: Any):
    promotion = planned(release, production, "paused")
    promotions.finish(promotion, outcome="rolled_back", by=rosa, at=NOON + HOUR)
    assert not Deployment.objects.exists()
    assert set(PromotionItem.objects.values_list("outcome", flat=True)) == {"rolled_back"}


def test_of_what_failed_there_is_what_succeeded_of_it_until_it_is_rolled_back(rosa: Any, release: Any, production: Any):
    promotion = planned(release, production, "running")
    gateway = release.items.get(service__slug="gateway")
    promotion = promotions.finish(
        promotion, outcome="failed", items={gateway.pk: Ended(ItemOutcome.SUCCEEDED)}, by=rosa, at=NOON + HOUR
    )
    assert live() == [("gateway", "1")]
    assert Release.objects.get().status != "in_production"
    promotions.roll_back(promotion, by=rosa, at=NOON + 2 * HOUR)
    assert live() == []
    assert Deployment.objects.get().ends_at == NOON + 2 * HOUR


def test_one_that_came_recorded_is_rolled_back_too(rosa: Any, release: Any, production: Any):
    promotion = change(planned(release, production, start=NOON - 9 * HOUR), status="succeeded", was_recorded=True)
    change(release, status="in_production")
    promotions.roll_back(promotion, by=rosa, at=NOON)
    assert list(Deployment.objects.order_by().values_list("begins_at", "ends_at").distinct()) == [(NOON - 7 * HOUR, NOON)]
    assert Release.objects.get().status == "under_way"


def test_a_wave_that_is_rolled_back_leaves_the_release_in_production_elsewhere(rosa: Any, release: Any, production: Any):
    change(production, parts=["eu", "us"])
    waves = [planned(release, production, "running", parts=[part]) for part in ("eu", "us")]
    change(release, status="under_way")
    for wave in waves:
        promotions.finish(wave, outcome="succeeded", by=rosa, at=NOON + HOUR)
    assert Deployment.objects.live().count() == 4
    promotions.roll_back(waves[0], by=rosa, at=NOON + 2 * HOUR)
    assert (Release.objects.get().status, Deployment.objects.live().count()) == ("in_production", 2)
    promotions.roll_back(waves[1], by=rosa, at=NOON + 3 * HOUR)
    assert Release.objects.get().status == "under_way"


def test_no_lane_refuses_an_outcome(rosa: Any, release: Any):
    """What fails at the next stop leaves the release where it was for longer than its place there lasts."""
    route: Any = RouteFactory()
    version = RouteVersionFactory(route=route)
    staging: Any = EnvironmentFactory(slug="staging", lanes=1)
    last: Any = EnvironmentFactory(slug="last")
    StopFactory(version=version, environment=staging, position=1, holds="until_it_leaves")
    StopFactory(version=version, environment=last, position=2)
    change(release, route=route)
    there = planned(release, staging, "succeeded", start=NOON - 9 * HOUR)
    promotion = planned(release, last, "running")
    other: Any = ReleaseFactory(name="Other")
    planned(other, staging, start=NOON + HOUR)
    promotions.finish(promotion, outcome="failed", by=rosa, at=NOON + HOUR)
    assert Booking.objects.held_by("promotion", there.pk).get().ends_at == NOON
    assert Fact.objects.get(verb="stays_without_place").data["environment"] == {"kind": "environment", "id": staging.pk}


# --- starting


def test_a_start_beside_the_approved_window_is_refused_with_the_requirements(rosa: Any, release: Any, production: Any):
    promotion = planned(release, production, start=NOON - HOUR)
    for door in DOORS:
        answer = send(door, rosa, "run", promotion)
        assert answer.status_code == 422
    answer = send("rest", rosa, "run", promotion)
    missing = [each["type"] for each in answer.json()["requirements"] if each["state"] not in ("satisfied", "waived")]
    assert missing == ["timing"]
    assert Promotion.objects.get().starts_at == NOON - HOUR, "nothing is written"


def test_a_start_that_somebody_else_was_first_with_is_refused(rosa: Any, release: Any, production: Any):
    promotion = planned(release, production)
    promotions.run(promotion, by=rosa, at=NOON)
    with pytest.raises(IllegalMove, match=r"is running; pause it, or say how it ended\."):
        promotions.run(promotion, by=rosa, at=NOON)
    with pytest.raises(Stale):
        promotions.pause(promotion, reason="?", by=rosa, at=NOON, seen=[1])


def test_with_one_stop_the_route_is_kept_at_the_first_start(rosa: Any, release: Any, production: Any):
    version: Any = RouteVersionFactory(route=RouteFactory())
    StopFactory(version=version, environment=production)
    change(release, route=version.route)
    promotions.run(planned(release, production), by=rosa, at=NOON)
    assert Release.objects.get().route_version_id == version.pk


def test_earlier_stops_come_first(rosa: Any, release: Any, production: Any):
    version: Any = RouteVersionFactory(route=RouteFactory())
    test: Any = EnvironmentFactory(slug="test", stage="test")
    StopFactory(version=version, environment=test, position=1, soak_hours=2)
    StopFactory(version=version, environment=production, position=2)
    change(release, route=version.route)
    promotion = planned(release, production)
    with pytest.raises(RuleBroken) as refused:
        promotions.run(promotion, by=rosa, at=NOON)
    wrong = {each["type"] for each in refused.value.requirements if each["state"] not in ("satisfied", "waived")}
    assert "route_order" in wrong
    before = planned(release, test, "running", start=NOON - 4 * HOUR)
    promotions.finish(before, outcome="succeeded", by=rosa, at=NOON - HOUR)
    with pytest.raises(RuleBroken) as refused:
        promotions.run(promotion, by=rosa, at=NOON)
    assert [each["type"] for each in refused.value.requirements if each["state"] not in ("satisfied", "waived")] == ["soak"]


# --- who, and in which state

ROLES: dict[str, list[Role]] = {
    "release manager": [Role.RELEASE_MANAGER],
    "owner team": [],
    "its manager": [],
    "pmo": [Role.PMO],
    "environment manager": [Role.ENVIRONMENT_MANAGER],
    "administrator": [Role.ADMINISTRATOR],
    "auditor in the team": [Role.AUDITOR],
    "viewer": [],
}
MAY = {"release manager", "owner team"}
VERBS: dict[str, tuple[frozenset[str], dict[str, Any]]] = {
    "run": (frozenset({"approved"}), {}),
    "pause": (frozenset({"running"}), {"reason": "Because"}),
    "resume": (frozenset({"paused"}), {}),
    "finish": (frozenset({"running", "paused"}), {"outcome": "failed"}),
    "roll_back": (frozenset({"running", "paused", "succeeded", "succeeded_with_issues", "failed"}), {"reason": "Because"}),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("who", ROLES)
def test_who_may_run_promotions(door: str, who: str, production: Any):
    person: Any = UserFactory(roles=ROLES[who], time_zone="UTC")
    if "team" in who:
        MembershipFactory(user=person, team=production.owner)
    for verb, (states, values) in VERBS.items():
        made = a_release(release_manager=person if who == "its manager" else None)
        promotion = planned(made, production, min(states))
        page = signed_in(person).get(f"/promotions/{promotion.pk}/").content.decode()
        way = {"finish": "outcome", "resume": "resumption", "roll_back": "roll-back"}.get(verb, verb)
        offered = verb != "roll_back" or promotion.status == "failed"
        assert (f"/promotions/{promotion.pk}/{way}/" in page) == (who in MAY and offered), verb
        assert send(door, person, verb, promotion, values).status_code == (done(door) if who in MAY else 403), verb


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", list(PromotionStatus))
def test_every_verb_in_every_state(door: str, status: str, rosa: Any, production: Any):
    needing_a_yes()
    for verb, (states, values) in VERBS.items():
        made = a_release(urgency="maintenance" if status == "requested" else "planned")
        promotion = planned(made, production, status)
        answer = send(door, rosa, verb, promotion, values)
        assert answer.status_code == (done(door) if status in states else 409), verb
        after = Promotion.objects.get(pk=promotion.pk).status
        assert (after != status) == (status in states)
        assert after == status or PromotionStatus(after) in PROMOTION_MOVES[PromotionStatus(status)]
