"""Planning, moving and cancelling promotions, one and a whole route, through both doors."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.vocabulary import Role, Scope
from environments.models import Booking
from history.models import Event, Fact
from releases.models import Promotion, Release
from releases.vocabulary import MOVABLE, PROMOTION_MOVES, PromotionStatus, ReleaseStatus
from tests.callers import BASE, Caller, change
from tests.factories import (
    NOON,
    CandidateFactory,
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    PrerequisiteFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    UserFactory,
)
from tests.reading import notices, signed_in, words

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
AT_NOON = {"starts_at": "2026-03-10T12:00:00Z", "ends_at": "2026-03-10T14:00:00Z"}
AT_FOUR = {"starts_at": "2026-03-10T16:00:00Z", "ends_at": "2026-03-10T18:00:00Z"}


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER], time_zone="UTC")


@pytest.fixture
def release() -> Any:
    return ReleaseFactory(name="Pay", version="1", status="draft")


@pytest.fixture
def production() -> Any:
    return EnvironmentFactory(slug="prod", name="Production", parts=["eu", "us"])


def writer(user: Any) -> Caller:
    return Caller(user=user, scopes=(Scope.READ, Scope.WRITE))


def local(moment: str) -> str:
    """An instant of UTC as a page of somebody who lives there sends it."""
    return moment.removesuffix(":00Z")


def send(door: str, user: Any, verb: str, promotion: Any, values: dict[str, Any]) -> Any:
    """One of the verbs through a door."""
    if door == "rest":
        method, address = {
            "plan": ("POST", "promotions/"),
            "move": ("PATCH", f"promotions/{promotion and promotion.pk}/"),
            "cancel": ("POST", f"promotions/{promotion and promotion.pk}/cancellation/"),
        }[verb]
        return writer(user).send(method, address, values)
    address = {
        "plan": "/promotions/new/",
        "move": f"/promotions/{promotion and promotion.pk}/move/",
        "cancel": f"/promotions/{promotion and promotion.pk}/cancellation/",
    }[verb]
    form = {name: local(value) if name.endswith("_at") else value for name, value in values.items()}
    return signed_in(user).post(address, form)


# --- one behaviour through both doors


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_plan_the_newest_candidate_as_a_draft_and_the_release_is_planned(
    rosa: Any, release: Any, production: Any, door: str
):
    CandidateFactory(release=release, number=1)
    newest: Any = CandidateFactory(release=release, number=2)
    answer = send(door, rosa, "plan", None, {"release": release.key, "environment": "prod", **AT_NOON})
    made = Promotion.objects.get()
    assert (made.status, made.attempt, made.candidate, made.starts_at, made.was_recorded) == ("draft", 1, newest, NOON, False)
    if door == "rest":
        assert (answer.status_code, answer["Location"]) == (201, f"{BASE}promotions/{made.pk}/")
        assert {**answer.json(), **AT_NOON} == writer(rosa).get(answer["Location"]).json()
    else:
        assert (answer.status_code, answer["Location"]) == (302, f"/promotions/{made.pk}/"), notices(answer)
    release.refresh_from_db()
    assert release.status == "planned"
    told = Fact.objects.filter(event=Fact.objects.get(verb="planned").event_id).order_by("position")
    assert [(fact.verb, fact.subject_kind) for fact in told] == [
        ("planned", "promotion"),
        ("became_planned", "release"),
    ]
    assert Booking.objects.held_by("promotion", made.pk).get().starts_at == NOON


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_move_and_only_what_was_seen(rosa: Any, release: Any, production: Any, door: str):
    promotion: Any = PromotionFactory(release=release, environment=production)
    assert send(door, rosa, "move", promotion, AT_FOUR).status_code == (200 if door == "rest" else 302)
    promotion.refresh_from_db()
    assert (promotion.starts_at, promotion.revision) == (NOON + 4 * HOUR, 2)
    if door == "rest":
        stale = writer(rosa).send("PATCH", f"promotions/{promotion.pk}/", AT_NOON, **{"If-Match": '"1-7"'})
    else:
        stale = send(door, rosa, "move", promotion, {**AT_NOON, "seen": "1"})
        assert 'name="seen" value="2"' in stale.content.decode()
    assert stale.status_code == 412
    assert Fact.objects.get(verb="moved").data["columns"] == ["ends_at", "starts_at"]


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_cancel_with_a_reason_and_the_release_is_a_draft_again(rosa: Any, release: Any, production: Any, door: str):
    send("rest", rosa, "plan", None, {"release": release.key, "environment": "prod", **AT_NOON})
    promotion = Promotion.objects.get()
    assert send(door, rosa, "cancel", promotion, {}).status_code == 400
    assert send(door, rosa, "cancel", promotion, {"reason": "No budget"}).status_code == (200 if door == "rest" else 302)
    promotion.refresh_from_db()
    release.refresh_from_db()
    assert (promotion.status, release.status) == ("cancelled", "draft")
    assert Event.objects.get(reason="No budget").actor_id == rosa.pk
    assert send(door, rosa, "cancel", promotion, {"reason": "Again"}).status_code == 409
    again = send(door, rosa, "plan", None, {"release": release.key, "environment": "prod", **AT_NOON})
    assert again.status_code in (201, 302)
    assert Promotion.objects.latest("pk").attempt == 2


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"ends_at": AT_NOON["starts_at"]}, 400, "ends_at"),
        ({"approved_from": AT_NOON["starts_at"]}, 400, "approved_until"),
        ({"approved_from": "2026-03-10T13:00:00Z", "approved_until": "2026-03-10T20:00:00Z"}, 422, "approved_from"),
        ({"parts": ["moon"]}, 422, "parts"),
        ({"environment": "elsewhere"}, 422, "environment"),
        ({"release": "REL-0"}, 400, "release"),
    ],
)
def test_what_is_wrong_is_named(rosa: Any, release: Any, production: Any, door: str, wrong: Any, status: int, field: str):
    route: Any = RouteFactory()
    StopFactory(version=RouteVersionFactory(route=route), environment=production)
    change(release, route=route)
    EnvironmentFactory(slug="elsewhere")
    values: dict[str, Any] = {"release": release.key, "environment": "prod", **AT_NOON, **wrong}
    if door == "page":
        values = {name: ", ".join(value) if isinstance(value, list) else value for name, value in values.items()}
        values |= {name: local(values[name]) for name in ("approved_from", "approved_until") if name in values}
    answer = send(door, rosa, "plan", None, values)
    errors = answer.json()["errors"] if door == "rest" else answer.context["form"].errors
    assert (answer.status_code, list(errors)) == (status, [field])
    assert not Promotion.objects.exists()


def test_a_release_plans_its_own_over_rest_and_parts_are_targets_of_their_own(rosa: Any, release: Any, production: Any):
    address = f"releases/{release.key}/promotions/"
    first = writer(rosa).send("POST", address, {"environment": "prod", "parts": ["us"], **AT_NOON})
    assert (first.status_code, first.json()["parts"], first.json()["attempt"]) == (201, ["us"], 1)
    assert writer(rosa).send("POST", address, {"environment": "prod", "parts": ["eu"], **AT_NOON}).status_code == 201
    second = writer(rosa).send("POST", address, {"environment": "prod", "parts": ["us"], **AT_FOUR})
    assert second.status_code == 409
    assert second.json()["detail"] == "Attempt 1 into Production is draft already; move or cancel that one."
    assert writer(rosa).send("POST", "releases/REL-0/promotions/", {"environment": "prod", **AT_NOON}).status_code == 404


@pytest.mark.parametrize("status", list(ReleaseStatus))
def test_nothing_more_is_planned_of_a_release_that_is_off(rosa: Any, production: Any, status: str):
    release: Any = ReleaseFactory(status=status)
    answer = writer(rosa).send("POST", "promotions/", {"release": release.key, "environment": "prod", **AT_NOON})
    assert answer.status_code == (409 if status in ("cancelled", "retired") else 201)
    release.refresh_from_db()
    assert release.status == ("planned" if status == "draft" else status)


# --- who, and in which state

CAST: dict[str, bool] = {
    "release manager": True,
    "its manager": True,
    "pmo": False,
    "environment manager": False,
    "owner team": False,
    "administrator": False,
    "auditor": False,
    "viewer": False,
    "outsider": False,
}
ROLES = {
    "release manager": [Role.RELEASE_MANAGER],
    "pmo": [Role.PMO],
    "environment manager": [Role.ENVIRONMENT_MANAGER],
    "administrator": [Role.ADMINISTRATOR],
    "auditor": [Role.AUDITOR],
}
VERBS: dict[str, dict[str, Any]] = {"plan": AT_NOON, "move": AT_FOUR, "cancel": {"reason": "Because"}}


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize("who", CAST)
def test_who_may_plan_move_and_cancel(door: str, who: str):
    person: Any = UserFactory(roles=ROLES.get(who, []), time_zone="UTC")
    environment: Any = EnvironmentFactory(slug="prod")
    if who == "owner team":
        environment = change(environment, owner=MembershipFactory(user=person).team)
    release: Any = ReleaseFactory(release_manager=person if who == "its manager" else None)
    promotion: Any = PromotionFactory(release=release, environment=EnvironmentFactory())
    if who == "outsider":
        change(release, restricted_until=datetime(2100, 1, 1, tzinfo=UTC))
    for verb, values in VERBS.items():
        more = {"release": release.key, "environment": "prod"} if verb == "plan" else {}
        status = send(door, person, verb, promotion, {**values, **more}).status_code
        if CAST[who]:
            assert status in (200, 201, 302), verb
        elif who == "outsider" and verb != "plan":
            assert status == 404, verb
        elif who == "outsider":
            # Naming in a body what one may not see is naming nothing; the page is closed to who plans nothing.
            assert status == (400 if door == "rest" else 403), verb
        else:
            assert status == 403, verb
    assert Promotion.objects.count() == (2 if CAST[who] else 1)


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize("status", list(PromotionStatus))
def test_what_may_be_moved_and_cancelled_follows_the_moves(rosa: Any, door: str, status: str):
    promotion: Any = PromotionFactory(status=status)
    offered = signed_in(rosa).get(f"/promotions/{promotion.pk}/").content.decode()
    may_cancel = PromotionStatus.CANCELLED in PROMOTION_MOVES[PromotionStatus(status)]
    assert ("/move/" in offered, "/cancellation/" in offered) == (status in MOVABLE, may_cancel)
    assert signed_in(rosa).get(f"/promotions/{promotion.pk}/move/").status_code == (200 if status in MOVABLE else 409)
    moved = send(door, rosa, "move", promotion, AT_FOUR)
    assert moved.status_code == ((200 if door == "rest" else 302) if status in MOVABLE else 409)
    promotion.refresh_from_db()
    after = {"missed": "draft", "approved": "requested"}.get(status, status)
    assert promotion.status == after
    cancelled = send(door, rosa, "cancel", promotion, {"reason": "Because"})
    assert cancelled.status_code == ((200 if door == "rest" else 302) if may_cancel else 409)


def test_a_missed_one_stays_missed_while_another_attempt_is_unfinished(rosa: Any):
    missed: Any = PromotionFactory(status="missed")
    PromotionFactory(release=missed.release, environment=missed.environment, attempt=2)
    answer = writer(rosa).send("PATCH", f"promotions/{missed.pk}/", AT_FOUR)
    assert (answer.status_code, "Attempt 2 into" in answer.json()["detail"]) == (409, True)


def test_inside_its_approved_window_what_was_approved_stays_so(rosa: Any):
    window = {"approved_from": NOON, "approved_until": NOON + 8 * HOUR}
    promotion: Any = PromotionFactory(status="approved", **window)
    caller = writer(rosa)
    inside = caller.send("PATCH", f"promotions/{promotion.pk}/", AT_FOUR)
    assert (inside.status_code, inside.json()["status"]) == (200, "approved")
    beside = caller.send("PATCH", f"promotions/{promotion.pk}/", {"ends_at": "2026-03-10T21:00:00Z"})
    assert (beside.status_code, beside.json()["status"]) == (200, "requested")
    assert [fact.template for fact in Fact.objects.filter(verb="moved").order_by("pk")] == [
        "{actor} moved {subject}",
        "{actor} moved {subject}, beside its approved window",
    ]
    nothing = caller.send("PATCH", f"promotions/{promotion.pk}/", {"ends_at": "2026-03-10T21:00:00Z"})
    assert nothing.json()["revision"] == beside.json()["revision"]
    unknown = caller.send("PATCH", f"promotions/{promotion.pk}/", {"status": "approved"})
    assert (unknown.status_code, list(unknown.json()["errors"])) == (400, ["status"])


# --- the whole route


@pytest.fixture
def route(release: Any) -> list[Any]:
    """Three stops of the release's route."""
    found: Any = RouteFactory(slug="main")
    version = RouteVersionFactory(route=found)
    environments = [EnvironmentFactory(slug=slug, name=slug.title()) for slug in ("test", "acc", "prod")]
    for position, environment in enumerate(environments, start=1):
        StopFactory(version=version, environment=environment, position=position)
    change(release, route=found)
    return environments


def rows(*days: int | None) -> dict[str, str]:
    """The table of stops as a page sends it: each on a day of March from noon to two, or left empty."""
    sent = {"stops-rows": "3"}
    for place, (slug, day) in enumerate(zip(("test", "acc", "prod"), days, strict=True)):
        sent[f"stops-{place}-environment"] = slug
        sent[f"stops-{place}-starts_at"] = f"2026-03-{day}T12:00" if day else ""
        sent[f"stops-{place}-ends_at"] = f"2026-03-{day}T14:00" if day else ""
    return sent


def test_a_whole_route_is_planned_and_moved_on_one_page(rosa: Any, release: Any, route: list[Any]):
    browser, address = signed_in(rosa), f"/releases/{release.key}/plan/"
    asked = browser.get(address).content.decode()
    assert [f'value="{slug}"' in asked for slug in ("test", "acc", "prod")] == [True] * 3
    assert 'name="stops-rows" value="3"' in asked
    assert "Times in UTC." in asked
    assert [f">{name}</label>" in asked for name in ("Test", "Acc", "Prod")] == [True] * 3
    assert browser.post(address, rows(10, None, 20))["Location"] == f"/releases/{release.key}/"
    assert [(one.environment.slug, one.starts_at.day) for one in Promotion.objects.order_by("starts_at")] == [
        ("test", 10),
        ("prod", 20),
    ]
    event = Event.objects.latest("pk")
    assert [fact.verb for fact in Fact.objects.filter(event=event).order_by("position")] == [
        "planned",
        "planned",
        "became_planned",
    ]
    assert 'value="2026-03-20T12:00"' in browser.get(address).content.decode()
    assert browser.post(address, rows(10, 15, 21)).status_code == 302
    assert [one.starts_at.day for one in Promotion.objects.order_by("starts_at")] == [10, 15, 21]
    assert Promotion.objects.get(environment__slug="test").revision == 1, "what stays is not written"


def test_a_whole_route_is_planned_or_nothing_of_it(rosa: Any, release: Any, route: list[Any]):
    change(route[2], lanes=1)
    other: Any = PromotionFactory(release__name="Other", environment=route[2], starts_at=datetime(2026, 3, 20, 12, tzinfo=UTC))
    writer(rosa).send("PATCH", f"promotions/{other.pk}/", {"ends_at": "2026-03-20T13:00:00Z"})
    answer = signed_in(rosa).post(f"/releases/{release.key}/plan/", rows(10, 12, 20))
    assert answer.status_code == 409
    assert "The lane of Prod is taken at Fri 20 Mar 2026, 12:00 UTC: by the promotion of Other 1.0.0 into Prod" in words(
        answer.content.decode()
    )
    half = {**rows(10, 12, 20), "stops-1-ends_at": ""}
    refused = signed_in(rosa).post(f"/releases/{release.key}/plan/", half)
    assert (refused.status_code, "Acc has only one end" in words(refused.content.decode())) == (400, True)
    backwards = {**rows(10, 12, 20), "stops-1-ends_at": "2026-03-01T10:00"}
    refused = signed_in(rosa).post(f"/releases/{release.key}/plan/", backwards)
    assert "Acc, row 2: The end must be after the start." in words(refused.content.decode())
    assert list(Promotion.objects.values_list("pk", flat=True)) == [other.pk]
    assert Release.objects.get(pk=release.pk).status == "draft"


def test_a_stop_that_somebody_else_moved_meanwhile_is_not_moved_back(rosa: Any, release: Any, route: list[Any]):
    browser, address = signed_in(rosa), f"/releases/{release.key}/plan/"
    browser.post(address, rows(10, None, 20))
    opened = {**rows(10, None, 22), "stops-0-revision": "1", "stops-2-revision": "1"}
    browser.post(address, rows(10, None, 21))
    refused = browser.post(address, opened)
    assert (refused.status_code, "Somebody moved Prod meanwhile" in words(refused.content.decode())) == (409, True)
    assert Promotion.objects.get(environment__slug="prod").starts_at.day == 21


def test_without_a_route_there_is_no_route_to_plan(rosa: Any, release: Any):
    page = words(signed_in(rosa).get(f"/releases/{release.key}/plan/").content.decode())
    assert "It has no route, so there are no stops to plan" in page


# --- the preview


def test_a_move_is_seen_before_it_is_made(rosa: Any, release: Any, route: list[Any]):
    service = ServiceFactory()
    ItemFactory(release=release, service=service)
    ContributionFactory(release=release, output__name="Consent screens", output__due_on=NOON.date() + timedelta(days=20))
    needed: Any = PrerequisiteFactory(release=release, needs__name="Ledger").needs
    moved: Any = PromotionFactory(release=release, environment=route[1])
    PromotionFactory(release=release, environment=route[0], starts_at=NOON + timedelta(days=2))
    PromotionFactory(release=release, environment=route[2], starts_at=NOON + timedelta(days=1))
    PromotionFactory(release=needed, environment=route[1], starts_at=NOON + timedelta(days=9))
    beside: Any = PromotionFactory(environment=route[1], starts_at=NOON + timedelta(days=1), release__name="Beside")
    ItemFactory(release=beside.release, service=service)
    browser = signed_in(rosa)
    address = f"/promotions/{moved.pk}/move/"
    assert "Move it" not in browser.get(address).content.decode()
    page = browser.get(f"{address}?days=1").content.decode()
    said = words(page)
    for sentence in (
        "Moved to Wed 11 Mar",
        "Test comes before it on the route, and lasts until Thu 12 Mar 2026, 14:00 UTC",
        "Prod comes after it on the route, and begins on Wed 11 Mar 2026, 12:00 UTC",
        "It needs another release live there first, which is planned for later Thu 19 Mar 2026",
        "It waits for an output that comes later, due Mon 30 Mar: Consent screens",
        "The same service changes there at the same time",
        "the promotion of Beside 1.0.0 into Acc",
        "Move it all the same",
    ):
        assert sentence in said, sentence
    moved.refresh_from_db()
    assert moved.starts_at == NOON, "looking moves nothing"
    assert 'name="starts_at" value="2026-03-11T12:00:00Z"' in page
    sent = {"starts_at": "2026-03-11T12:00:00Z", "ends_at": "2026-03-11T14:00:00Z", "seen": "1"}
    assert browser.post(f"{address}?days=1", sent)["Location"] == f"/promotions/{moved.pk}/"
    moved.refresh_from_db()
    assert moved.starts_at == NOON + timedelta(days=1)


def test_what_is_restricted_is_not_named_in_a_preview(rosa: Any, release: Any, production: Any):
    viewer: Any = UserFactory(time_zone="UTC")
    change(release, release_manager=viewer)
    service = ServiceFactory()
    ItemFactory(release=release, service=service)
    promotion: Any = PromotionFactory(release=release, environment=production)
    secret: Any = PromotionFactory(environment=production, release__name="Takeover")
    ItemFactory(release=secret.release, service=service)
    change(secret.release, restricted_until=datetime(2100, 1, 1, tzinfo=UTC))
    said = words(signed_in(viewer).get(f"/promotions/{promotion.pk}/move/?days=0").content.decode())
    assert "restricted, ask the PMO" in said
    assert "Takeover" not in said


def test_a_place_that_is_taken_is_told_before_and_offers_no_yes(rosa: Any, release: Any, production: Any):
    change(production, lanes=1)
    promotion: Any = PromotionFactory(release=release, environment=production)
    writer(rosa).send("PATCH", f"promotions/{promotion.pk}/", AT_FOUR)
    other: Any = PromotionFactory(release__name="Other", environment=production)
    writer(rosa).send("PATCH", f"promotions/{other.pk}/", {"ends_at": "2026-03-10T13:00:00Z"})
    browser = signed_in(rosa)
    page = browser.get(f"/promotions/{promotion.pk}/move/?starts_at=2026-03-10T12:30&ends_at=2026-03-10T13:30").content.decode()
    assert "The lane of Production is taken at Tue 10 Mar 2026, 12:30 UTC: by the promotion of Other" in words(page)
    assert "It fits from Tue 10 Mar 2026, 13:00 UTC on." in words(page)
    assert "Move it" not in page
    refused = browser.post(
        f"/promotions/{promotion.pk}/move/", {"starts_at": "2026-03-10T12:30:00Z", "ends_at": "2026-03-10T13:30:00Z"}
    )
    assert (refused.status_code, "It cannot move there" in words(refused.content.decode())) == (409, True)
    for nonsense in ("days=soon", "starts_at=never&ends_at=never", "starts_at=2026-03-10T14:00&ends_at=2026-03-10T13:00"):
        answer = browser.get(f"/promotions/{promotion.pk}/move/?{nonsense}")
        assert answer.status_code == 200
        assert notices(answer), nonsense


def test_a_shift_keeps_the_time_of_the_clock_where_the_reader_is(rosa: Any, production: Any):
    change(rosa, time_zone="Europe/Berlin")
    promotion: Any = PromotionFactory(environment=production, starts_at=datetime(2026, 3, 28, 20, tzinfo=UTC))
    page = signed_in(rosa).get(f"/promotions/{promotion.pk}/move/?days=1").content.decode()
    assert 'name="starts_at" value="2026-03-29T19:00:00Z"' in page, "21:00 before and after the clocks change"


def test_a_new_one_is_prefilled_by_its_address(rosa: Any, release: Any, production: Any):
    page = signed_in(rosa).get(f"/promotions/new/?release={release.key}&environment=prod&date=2026-03-10").content.decode()
    for value in (release.key, "prod", "2026-03-10T20:00", "2026-03-10T22:00"):
        assert f'value="{value}"' in page
    assert notices(signed_in(rosa).get("/promotions/new/?date=soon"))
    assert User.objects.get(pk=rosa.pk).zone.key == "UTC"
