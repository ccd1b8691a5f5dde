"""What a release carries, written through both doors: items, candidates, contributions, prerequisites."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role, Scope
from environments.models import Environment
from history.deeds import deed, record
from history.models import Event, Fact
from releases.actions import candidates, contributions, deployments, items, prerequisites, releases
from releases.models import Artefact, Candidate, Contribution, Deployment, Item, Prerequisite, Promotion
from tests.callers import Caller, change
from tests.factories import (
    ArtefactFactory,
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    OutputFactory,
    PrerequisiteFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    UserFactory,
)
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)
SHA = "sha256:" + "ab" * 32
OTHER = "sha256:" + "cd" * 32


def settle() -> None:
    """Number what happened so far, as a commit does; only then pages tell of it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def writer(user: Any) -> Caller:
    return Caller(user=user, scopes=WRITE)


def on_the_page(user: Any, address: str, values: dict[str, Any]) -> Any:
    return signed_in(user).post(address, values)


@pytest.fixture
def rita(db: None) -> Any:
    """A release manager."""
    return UserFactory(name="Rita", roles=[Role.RELEASE_MANAGER])


@pytest.fixture
def paul(db: None) -> Any:
    """Manages the project PAY."""
    return UserFactory(name="Paul", roles=[Role.PROJECT_MANAGER])


@pytest.fixture
def release(db: None) -> Any:
    """On a route of two stops, test and production, with one item known by its digest."""
    route: Any = RouteFactory(slug="main")
    version = RouteVersionFactory(route=route)
    for position, slug in enumerate(("test", "prod"), start=1):
        stage = {"test": "test", "prod": "production"}[slug]
        StopFactory(version=version, environment=EnvironmentFactory(slug=slug, stage=stage), position=position)
    made: Any = ReleaseFactory(name="Payments", version="2.0", route=route)
    item = ItemFactory(release=made, service=ServiceFactory(slug="ledger", name="Ledger"), version="2.0")
    ArtefactFactory(item=item, identity="digest", digest=SHA, address="https://copies/1")
    return made


@pytest.fixture
def output(paul: Any) -> Any:
    return OutputFactory(project=ProjectFactory(code="PAY", manager=paul), code="app", name="App")


def went_to(release: Any, slug: str, status: str = "succeeded", **more: Any) -> Any:
    """A promotion of its newest candidate there, with what it left."""
    candidate = release.candidates.order_by("-number").first()
    environment = Environment.objects.get(slug=slug)
    promotion: Any = PromotionFactory(release=release, environment=environment, candidate=candidate, status=status, **more)
    clock = User.objects.clock()
    with deed(by=clock):
        deployments.recompute(deployments.places_of([release.pk]), by=clock)
        record(release, "settled", by=clock)
    return promotion


# --- items


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_add_an_item_with_its_artefact(rita: Any, release: Any, door: str):
    ServiceFactory(slug="gateway", name="Gateway")
    values = {"service": "gateway", "change": "new", "artefact_url": "https://copies/2", "artefact_digest": OTHER}
    if door == "page":
        page = signed_in(rita).get(f"/releases/{release.key}/items/new/")
        assert 'value="2.0"' in page.content.decode(), "the release's own version stands there"
        answer = on_the_page(rita, f"/releases/{release.key}/items/new/", values | {"version": "2.0"})
        assert answer["Location"] == f"/releases/{release.key}/"
    else:
        answer = writer(rita).send("POST", f"releases/{release.key}/items/", values)
        assert answer.status_code == 201, answer.content
        assert writer(rita).get(answer["Location"]).json() == answer.json()
        (artefact,) = answer.json()["artefacts"]
        assert (artefact["candidate"], artefact["artefact_identity"], artefact["artefact_digest"]) == (1, "digest", OTHER)
    item = Item.objects.get(service__slug="gateway")
    assert (item.change, item.version, item.artefacts.get().digest) == ("new", "2.0", OTHER)
    fact = Fact.objects.get(verb="added_item", subject_kind="release", subject_id=release.pk)
    assert fact.data["service"] == {"kind": "service", "id": item.service_id}
    assert Candidate.objects.count() == 1


def test_the_first_item_of_a_release_makes_its_first_candidate(rita: Any):
    empty: Any = ReleaseFactory(version="7")
    item = items.add(empty, service=ServiceFactory(), by=rita)
    assert (item.version, item.change, empty.candidates.get().number) == ("7", "changed", 1)


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_change_an_artefact_in_place_and_count_it_as_a_change_of_the_item(rita: Any, release: Any, door: str):
    item = release.items.get()
    if door == "page":
        form = signed_in(rita).get(f"/releases/{release.key}/items/{item.pk}/edit/").content.decode()
        assert f'value="{SHA}"' in form
        values = {"change": "changed", "version": "2.0", "artefact_url": "https://copies/1", "artefact_digest": OTHER, "seen": "1"}
        assert on_the_page(rita, f"/releases/{release.key}/items/{item.pk}/edit/", values).status_code == 302
    else:
        answer = writer(rita).send(
            "PATCH", f"releases/{release.key}/items/{item.pk}/", {"artefact_digest": OTHER}, **{"If-Match": '"1-1"'}
        )
        assert (answer.status_code, answer.json()["revision"]) == (200, 2)
        again = writer(rita).send("PATCH", f"releases/{release.key}/items/{item.pk}/", {}, **{"If-Match": '"1-1"'})
        assert again.status_code == 412
    artefact = Artefact.objects.get()
    assert (artefact.digest, artefact.address, artefact.candidate.number) == (OTHER, "https://copies/1", 1)
    assert Fact.objects.get(verb="changed_item").data["columns"] == ["artefact_digest"]


def test_nothing_that_differs_leaves_no_trace(rita: Any, release: Any):
    before = Event.objects.count()
    items.change(release.items.get(), {"version": "2.0", "artefact_digest": SHA}, by=rita)
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ({"artefact_digest": "md5:1"}, 400, "artefact_digest"),
        ({"artefact_digest": "sha256:" + "AB" * 32}, 400, "artefact_digest"),
        ({"artefact_identity": "recorded"}, 422, "artefact_identity"),
        ({"artefact_digest": "", "artefact_identity": "digest"}, 422, "artefact_digest"),
        ({"service": "ledger"}, 400, "service"),
        ({"change": "moved"}, 400, "change"),
    ],
)
def test_an_item_of_a_wrong_shape_is_named(rita: Any, release: Any, values: Any, status: int, field: str):
    answer = writer(rita).send("PATCH", f"releases/{release.key}/items/{release.items.get().pk}/", values)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])


@pytest.mark.parametrize(
    ("given", "identity"),
    [
        ({"artefact_digest": ""}, "recorded"),
        ({"artefact_digest": "", "artefact_identity": "per_environment"}, "per_environment"),
        ({"artefact_digest": OTHER}, "digest"),
    ],
)
def test_identity_follows_from_the_digest_unless_said(rita: Any, release: Any, given: Any, identity: str):
    items.change(release.items.get(), given, by=rita)
    assert Artefact.objects.get().identity == identity


def test_a_service_is_changed_once(rita: Any, release: Any):
    answer = writer(rita).send("POST", f"releases/{release.key}/items/", {"service": "ledger"})
    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["service"])


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_take_an_item_out_and_what_it_put_at_the_first_stop(rita: Any, release: Any, door: str):
    went_to(release, "test")
    item = release.items.get()
    assert Deployment.objects.get().item == item
    if door == "page":
        assert on_the_page(rita, f"/releases/{release.key}/items/{item.pk}/removal/", {}).status_code == 302
    else:
        assert writer(rita).send("DELETE", f"releases/{release.key}/items/{item.pk}/").status_code == 204
    assert (Item.objects.count(), Deployment.objects.count(), Artefact.objects.count()) == (0, 0, 0)


def test_a_version_corrected_at_the_first_stop_is_corrected_there(rita: Any, release: Any):
    went_to(release, "test")
    items.change(release.items.get(), {"version": "2.0.1"}, by=rita)
    assert Deployment.objects.get().version == "2.0.1"
    items.change(release.items.get(), {"change": "removed"}, by=rita)
    assert not Deployment.objects.exists()


# --- fixed candidates


@pytest.mark.parametrize(
    ("where", "status", "fixed"),
    [
        ("test", "succeeded", False),
        ("test", "running", False),
        ("prod", "draft", False),
        ("prod", "cancelled", False),
        ("prod", "requested", True),
        ("prod", "approved", True),
        ("prod", "failed", True),
        ("prod", "missed", True),
    ],
)
def test_a_candidate_is_fixed_when_it_leaves_its_first_stop(rita: Any, release: Any, where: str, status: str, fixed: bool):
    went_to(release, where, status)
    item, caller = release.items.get(), writer(rita)
    ServiceFactory(slug="gateway")
    found = [
        caller.send("POST", f"releases/{release.key}/items/", {"service": "gateway"}).status_code,
        caller.send("PATCH", f"releases/{release.key}/items/{item.pk}/", {"artefact_digest": OTHER}).status_code,
        caller.send("DELETE", f"releases/{release.key}/items/{item.pk}/").status_code,
    ]
    assert found == ([409] * 3 if fixed else [201, 200, 204])


@pytest.mark.parametrize("stops", [0, 1])
@pytest.mark.parametrize(("status", "fixed"), [("draft", False), ("requested", False), ("running", True), ("rolled_back", True)])
def test_without_a_second_stop_a_candidate_is_fixed_when_it_first_runs(rita: Any, stops: int, status: str, fixed: bool):
    environment: Any = EnvironmentFactory()
    route: Any = RouteFactory() if stops else None
    if route:
        StopFactory(version=RouteVersionFactory(route=route), environment=environment)
    release: Any = ReleaseFactory(route=route)
    item = ItemFactory(release=release)
    PromotionFactory(release=release, environment=environment, status=status)
    answer = writer(rita).send("PATCH", f"releases/{release.key}/items/{item.pk}/", {"artefact_url": "x"})
    assert answer.status_code == (409 if fixed else 200)


@pytest.mark.parametrize("door", ["page", "rest"])
def test_a_new_candidate_carries_over_what_is_not_named_and_leaves_history_as_it_was(rita: Any, release: Any, door: str):
    gateway: Any = ItemFactory(release=release, service=ServiceFactory(slug="gateway"), version="1.0")
    ArtefactFactory(item=gateway, identity="digest", digest=SHA)
    went_to(release, "test")
    went_to(release, "prod", "failed")
    planned = went_to(release, "prod", "draft", attempt=2)
    if door == "page":
        values = {"artefacts-rows": "1", "artefacts-0-service": "ledger", "artefacts-0-version": "2.0.1"}
        answer = on_the_page(rita, f"/releases/{release.key}/candidates/new/", values | {"artefacts-0-artefact_digest": OTHER})
        assert answer.status_code == 302, words(answer.content.decode())
    else:
        rows = [{"service": "ledger", "version": "2.0.1", "artefact_digest": OTHER}]
        answer = writer(rita).send("POST", f"releases/{release.key}/candidates/", {"artefacts": rows})
        assert (answer.status_code, answer.json()["number"]) == (201, 2)
        assert [row["artefact_digest"] for row in answer.json()["artefacts"]] == [OTHER, SHA]
    second = release.candidates.get(number=2)
    made = {artefact.item.service.slug: artefact for artefact in second.artefacts.select_related("item__service")}
    assert {slug: artefact.digest for slug, artefact in made.items()} == {"ledger": OTHER, "gateway": SHA}
    assert made["ledger"].address == "https://copies/1"
    assert release.items.get(service__slug="ledger").version == "2.0.1"
    assert dict(Deployment.objects.values_list("service__slug", "version")) == {"ledger": "2.0", "gateway": "1.0"}
    assert Promotion.objects.get(pk=planned.pk).candidate == second
    assert release.candidates.get(number=1).artefacts.get(item__service__slug="ledger").version == "2.0"

    went_to(release, "test", attempt=2, starts_at=planned.ends_at)
    live = Deployment.objects.live().filter(environment__slug="test").values_list("service__slug", "version")
    assert dict(live) == {"ledger": "2.0.1", "gateway": "1.0"}


def test_what_comes_with_a_new_candidate_was_not_there_before(rita: Any, release: Any):
    went_to(release, "test")
    went_to(release, "prod", "requested")
    candidates.new(release, by=rita)
    added = items.add(release, service=ServiceFactory(slug="gateway"), by=rita)
    assert [deployment.service.slug for deployment in Deployment.objects.all()] == ["ledger"]
    items.remove(added, by=rita)
    ledger = release.items.get()
    for refused in (lambda: items.remove(ledger, by=rita), lambda: items.change(ledger, {"change": "removed"}, by=rita)):
        with pytest.raises(Exception, match="An earlier candidate took Ledger on its way"):
            refused()


def test_a_candidate_of_what_the_release_does_not_change_is_refused(rita: Any, release: Any):
    ServiceFactory(slug="gateway")
    for rows in ([{"service": "gateway"}], [{"service": "ledger"}, {"service": "ledger"}]):
        answer = writer(rita).send("POST", f"releases/{release.key}/candidates/", {"artefacts": rows})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["artefacts"])
    assert Candidate.objects.count() == 1


# --- contributions


@pytest.mark.parametrize("door", ["page", "rest", "output"])
@pytest.mark.parametrize(("who", "state"), [("rita", "accepted"), ("paul", "offered"), ("vera", None)])
def test_the_project_offers_and_the_release_takes_up(
    rita: Any, paul: Any, vera: Any, release: Any, output: Any, door: str, who: str, state: str | None
):
    person = {"rita": rita, "paul": paul, "vera": vera}[who]
    if door == "rest":
        answer = writer(person).send("POST", f"releases/{release.key}/contributions/", {"output": output.pk, "strength": "soft"})
    elif door == "page":
        values = {"output": "PAY/app", "strength": "soft"}
        answer = on_the_page(person, f"/releases/{release.key}/contributions/new/", values)
    else:
        answer = on_the_page(person, f"/outputs/{output.pk}/offer/", {"release": release.key, "strength": "soft"})
    if state is None:
        assert answer.status_code == 403
        assert not Contribution.objects.exists()
    else:
        assert answer.status_code in (201, 302), words(answer.content.decode())
        found = Contribution.objects.get()
        assert (found.state, found.strength, found.output, found.release) == (state, "soft", output, release)


@pytest.mark.parametrize("door", ["page", "rest"])
def test_the_release_decides_with_a_reason_and_the_project_may_offer_again(
    rita: Any, paul: Any, release: Any, output: Any, door: str
):
    offered = contributions.offer(release, output, by=paul)
    address = f"releases/{release.key}/contributions/{offered.pk}/decision/"

    def decide(who: Any, outcome: str, reason: str) -> Any:
        values = {"outcome": outcome, "reason": reason}
        return on_the_page(who, f"/{address}", values) if door == "page" else writer(who).send("POST", address, values)

    assert decide(paul, "accepted", "Please").status_code == 403
    refused = decide(rita, "declined", "")
    assert refused.status_code == 422
    errors = refused.context["form"].errors if door == "page" else refused.json()["errors"]
    assert list(errors) == ["reason"]
    assert decide(rita, "declined", "Too late").status_code == (302 if door == "page" else 200)
    assert Event.objects.get(reason="Too late").actor_id == rita.pk
    assert decide(rita, "declined", "Too late").status_code == 409
    settle()
    page = words(signed_in(paul).get(f"/outputs/{output.pk}/").content.decode())
    assert "Rita declined App for Payments 2.0" in page, "the project reads it on its own page"
    assert "Too late" in page
    again = contributions.offer(release, output, by=paul)
    assert (again.pk, again.state) == (offered.pk, "offered")
    assert decide(rita, "accepted", "").status_code == (302 if door == "page" else 200)
    assert Contribution.objects.get().state == "accepted"


@pytest.mark.parametrize("state", ["offered", "accepted", "declined"])
@pytest.mark.parametrize("who", ["rita", "paul", "vera"])
def test_who_may_change_or_take_out_a_contribution(
    rita: Any, paul: Any, vera: Any, release: Any, output: Any, who: str, state: str
):
    found = ContributionFactory(release=release, output=output, state=state)
    person = {"rita": rita, "paul": paul, "vera": vera}[who]
    may = who == "rita" or (who == "paul" and state != "accepted")
    caller, address = writer(person), f"releases/{release.key}/contributions/{found.pk}/"
    browser = signed_in(person)
    for page in ("edit", "withdrawal"):
        assert browser.get(f"/{address}{page}/").status_code == (200 if may else 403)
    assert caller.send("PATCH", address, {"strength": "soft"}).status_code == (200 if may else 403)
    assert Contribution.objects.get().strength == ("soft" if may else "hard")
    assert caller.send("DELETE", address).status_code == (204 if may else 403)
    assert Contribution.objects.exists() is not may


def test_an_output_feeds_a_release_once(rita: Any, paul: Any, release: Any, output: Any):
    contributions.offer(release, output, by=paul)
    answer = writer(rita).send("POST", f"releases/{release.key}/contributions/", {"output": "PAY/app"})
    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["output", "release"])


def test_an_output_one_may_not_see_is_not_there(rita: Any, release: Any, output: Any):
    found = ContributionFactory(release=release, output=output, state="offered")
    change(output.project, restricted_until=timezone.now() + timedelta(days=9))
    assert signed_in(rita).get(f"/releases/{release.key}/contributions/{found.pk}/decision/").status_code == 404
    for name in (output.pk, "PAY/app"):
        assert writer(rita).send("POST", f"releases/{release.key}/contributions/", {"output": name}).status_code == 400


def test_what_is_said_of_a_contribution_tells_nothing_of_an_output_one_may_not_see(rita: Any, vera: Any, release: Any, output: Any):
    change(output, name="Zanzibar")
    contributions.offer(release, output, by=rita, strength="soft")
    change(output.project, restricted_until=timezone.now() + timedelta(days=9))
    settle()
    page = words(signed_in(vera).get(f"/releases/{release.key}/").content.decode())
    assert "Rita made Payments 2.0 carry restricted, ask Paul" in page
    assert "Zanzibar" not in page


# --- prerequisites


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_add_and_remove_a_prerequisite(rita: Any, release: Any, door: str):
    first: Any = ReleaseFactory(name="Ground")
    if door == "page":
        answer = on_the_page(rita, f"/releases/{release.key}/prerequisites/new/", {"needs": first.key})
        assert answer.status_code == 302
        made = Prerequisite.objects.get()
        assert on_the_page(rita, f"/releases/{release.key}/prerequisites/{made.pk}/removal/", {}).status_code == 302
    else:
        answer = writer(rita).send("POST", f"releases/{release.key}/prerequisites/", {"needs": first.key})
        assert (answer.status_code, answer.json()["needs"]["key"]) == (201, first.key)
        assert writer(rita).send("DELETE", answer["Location"]).status_code == 204
    assert not Prerequisite.objects.exists()
    verbs = Fact.objects.filter(subject_kind="release", subject_id=release.pk).exclude(verb="made")
    assert list(verbs.order_by("event_id").values_list("verb", flat=True)) == ["added_prerequisite", "removed_prerequisite"]


@pytest.mark.parametrize("length", [1, 2, 4])
def test_circles_are_refused_and_shown(rita: Any, length: int):
    line: list[Any] = [ReleaseFactory(name=f"Part {number}") for number in range(length)]
    for release, needs in pairwise(line):
        prerequisites.add(release, needs, by=rita)
    answer = writer(rita).send("POST", f"releases/{line[-1].key}/prerequisites/", {"needs": line[0].key})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["needs"])
    shown = " → ".join(f"{release}" for release in [line[-1], *line])
    assert shown in answer.json()["detail"]
    assert Prerequisite.objects.count() == length - 1


def test_what_is_there_or_over_is_no_new_prerequisite(rita: Any, release: Any):
    first: Any = ReleaseFactory()
    prerequisites.add(release, first, by=rita)
    over: Any = ReleaseFactory(status="cancelled")
    caller = writer(rita)
    assert caller.send("POST", f"releases/{release.key}/prerequisites/", {"needs": first.key}).status_code == 409
    assert caller.send("POST", f"releases/{release.key}/prerequisites/", {"needs": over.key}).status_code == 422


# --- who

CAST = ("release manager", "its manager", "another's manager", "pmo", "project manager", "auditor", "viewer", "outsider")
MAY = {"release manager", "its manager"}


@pytest.mark.parametrize("who", CAST)
def test_who_may_write_what_a_release_carries(who: str, release: Any, output: Any):
    roles = {
        "release manager": [Role.RELEASE_MANAGER],
        "pmo": [Role.PMO],
        "project manager": [Role.PROJECT_MANAGER],
        "auditor": [Role.AUDITOR],
    }
    person: Any = UserFactory(roles=roles.get(who, []))
    other: Any = ReleaseFactory(release_manager=person if who == "another's manager" else None)
    found = ContributionFactory(release=release, output=output, state="offered")
    needed = PrerequisiteFactory(release=release, needs=other)
    item = release.items.get()
    if who == "its manager":
        change(release, release_manager=person)
    if who == "outsider":
        change(release, restricted_until=timezone.now() + timedelta(days=9))
    ServiceFactory(slug="gateway")
    calls = [
        ("POST", "items/", {"service": "gateway"}, "items/new/"),
        ("PATCH", f"items/{item.pk}/", {"version": "3"}, f"items/{item.pk}/edit/"),
        ("POST", "candidates/", {}, "candidates/new/"),
        ("POST", f"contributions/{found.pk}/decision/", {"outcome": "accepted"}, f"contributions/{found.pk}/decision/"),
        ("POST", "prerequisites/", {"needs": ReleaseFactory().key}, "prerequisites/new/"),
        ("DELETE", f"prerequisites/{needed.pk}/", None, f"prerequisites/{needed.pk}/removal/"),
        ("DELETE", f"items/{item.pk}/", None, f"items/{item.pk}/removal/"),
    ]
    caller, browser = writer(person), signed_in(person)
    refused = 404 if who == "outsider" else 403
    for method, address, body, page in calls:
        assert browser.get(f"/releases/{release.key}/{page}").status_code == (200 if who in MAY else refused), page
        answer = caller.send(method, f"releases/{release.key}/{address}", body)
        done = 200 if "decision" in address else {"POST": 201, "PATCH": 200, "DELETE": 204}[method]
        assert answer.status_code == (done if who in MAY else refused), (address, answer.content)


@pytest.mark.parametrize("status", ["cancelled", "retired"])
def test_a_release_that_is_over_stays_as_it_was(rita: Any, paul: Any, release: Any, output: Any, status: str):
    found = ContributionFactory(release=release, state="offered")
    change(release, status=status)
    caller, base = writer(rita), f"releases/{release.key}/"
    answers = [
        caller.send("PATCH", f"{base}items/{release.items.get().pk}/", {"version": "3"}),
        caller.send("POST", f"{base}candidates/", {}),
        caller.send("POST", f"{base}contributions/", {"output": output.pk}),
        writer(paul).send("POST", f"{base}contributions/", {"output": output.pk}),
        caller.send("POST", f"{base}contributions/{found.pk}/decision/", {"outcome": "accepted"}),
        caller.send("POST", f"{base}prerequisites/", {"needs": ReleaseFactory().key}),
    ]
    assert [answer.status_code for answer in answers] == [409] * 6
    body = signed_in(rita).get(f"/{base}").content.decode()
    assert "/items/new/" not in body
    assert "/decision/" not in body


# --- the page


def test_the_page_offers_each_verb_to_who_may(rita: Any, paul: Any, vera: Any, release: Any, output: Any):
    ContributionFactory(release=release, output=output, state="offered")
    shown = {
        name: [word for word in ("Add an item", "New candidate", "Accept", "Take out…", "Offer an output", "Add a prerequisite")
               if word in words(signed_in(person).get(f"/releases/{release.key}/").content.decode())]
        for name, person in {"rita": rita, "paul": paul, "vera": vera}.items()
    }  # fmt: skip
    assert shown == {
        "rita": ["Add an item", "New candidate", "Accept", "Take out…", "Add a prerequisite"],
        "paul": ["Take out…", "Offer an output"],
        "vera": [],
    }
    offers = [
        f"/outputs/{output.pk}/offer/" in signed_in(who).get(f"/outputs/{output.pk}/").content.decode()
        for who in (rita, paul, vera)
    ]
    assert offers == [True, True, False]


def test_the_page_says_why_items_stay_and_shows_the_candidates(rita: Any, vera: Any, release: Any):
    went_to(release, "prod", "requested")
    body = words(signed_in(rita).get(f"/releases/{release.key}/").content.decode())
    assert "It has left its first stop" in body
    assert "Add an item" not in body
    candidates.new(release, by=rita, artefacts=[{"service": release.items.get().service, "version": "2.0.1"}])
    body = words(signed_in(vera).get(f"/releases/{release.key}/").content.decode())
    assert "Candidate 2 , the newest Ledger 2.0.1" in body
    assert "Candidate 1 Ledger 2.0 " in body


# --- round trips


def test_what_an_export_shows_of_the_newest_candidate_an_import_leaves_as_it_is(rita: Any, release: Any):
    went_to(release, "prod", "requested")
    candidates.new(release, by=rita, artefacts=[{"service": release.items.get().service, "artefact_digest": OTHER}])
    shown = Caller().get(f"releases/{release.key}/").json()
    row = {name: shown[name] for name in ("key", "name", "version", "artefact_url", "artefact_digest")} | {"services": ["ledger"]}
    assert row["artefact_digest"] == OTHER
    done = releases.bring([row], by=rita)
    assert (done.created, done.changed, done.unchanged) == (0, 0, 1)


def test_pages_take_a_release_and_an_output_as_they_are_called():
    rita: Any = UserFactory(roles=[Role.RELEASE_MANAGER])
    release: Any = ReleaseFactory(name="Gateway", version="1.0", status="draft")
    needed: Any = ReleaseFactory(name="Ledger core", version="2.0")
    output: Any = OutputFactory(name="Bike hooks")
    client = signed_in(rita)
    assert client.post(f"/releases/{release.key}/prerequisites/new/", {"needs": "ledger core 2.0"}).status_code == 302
    assert client.post(f"/releases/{release.key}/contributions/new/", {"output": "bike hooks"}).status_code == 302
    assert [each.needs for each in release.prerequisites.all()] == [needed]
    assert [each.output for each in release.contributions.all()] == [output]
    wrong = client.post(f"/releases/{release.key}/contributions/new/", {"output": "Bike racks"})
    assert "correct its project and code, such as PAY/ledger" in wrong.content.decode()
