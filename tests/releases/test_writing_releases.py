"""Making, changing, copying, moving on, packaging, restricting and cancelling releases, through both doors."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role, Scope
from environments.actions import bookings
from environments.models import Booking
from history.models import Event, Fact
from releases.actions import promotions, releases
from releases.models import Candidate, Contribution, ExternalLink, Item, Prerequisite, Promotion, Release
from releases.vocabulary import RELEASE_MOVES, ReleaseStatus
from tests.callers import BASE, Caller, change, in_a_deed
from tests.factories import (
    NOON,
    ArtefactFactory,
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    OutputFactory,
    PrerequisiteFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    TeamFactory,
    UserFactory,
)
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
DOORS = ("page", "rest")


def on_the_page(user: Any, address: str, values: dict[str, Any]) -> Any:
    return signed_in(user).post(address, {name: value for name, value in values.items() if value is not None})


def by_program(user: Any, method: str, address: str, values: Any, **headers: str) -> Any:
    return Caller(user=user, scopes=(Scope.READ, Scope.WRITE)).send(method, address, values, **headers)


def errors_of(answer: Any, door: str) -> dict[str, Any]:
    """What is wrong, by field; tables of a page say it themselves."""
    if door == "rest":
        found: dict[str, Any] = answer.json()["errors"]
        return found
    form = answer.context["form"]
    return dict(form.errors) | {table.name: table.problems for table in form.tables if table.problems}


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", email="rosa@example.org", roles=[Role.RELEASE_MANAGER])


@pytest.fixture
def way() -> Any:
    """A route of test and production."""
    version = RouteVersionFactory(route=RouteFactory(slug="main"))
    for position, slug in enumerate(("test", "prod"), start=1):
        stage = "test" if slug == "test" else "production"
        StopFactory(version=version, position=position, environment=EnvironmentFactory(slug=slug, name=slug.title(), stage=stage))
    return version.route


def plan(release: Any, route: Any, place: int, by: Any, **more: Any) -> Any:
    environment = list(route.versions.get().stops.order_by("position"))[place].environment
    start = timezone.now() + timedelta(days=1 + place)
    return promotions.plan(
        release, environment, starts_at=start, ends_at=start + timedelta(hours=2), by=by, at=timezone.now(), **more
    )


# --- making


@pytest.mark.parametrize("door", DOORS)
def test_both_doors_make_a_release_with_what_lies_in_it(rosa: Any, way: Any, door: str):
    ServiceFactory(slug="payments")
    output: Any = OutputFactory(project__code="PAY", code="ledger")
    values: dict[str, Any] = {
        "name": "Payments",
        "version": "26.11",
        "urgency": "break_fix",
        "size": "major",
        "risk": "low",
        "extent": "delta",
        "nature": "both",
        "commitment": "committed",
        "release_manager": "rosa@example.org",
        "route": "main",
        "line": "LTS",
        "description": "Refunds",
        "rollback_plan": "Put 26.10 back",
    }
    if door == "page":
        tables = {
            "items-rows": "2",
            "items-0-service": "payments",
            "contributions-rows": "1",
            "contributions-0-output": "PAY/ledger",
            "contributions-0-strength": "soft",
        }
        answer = on_the_page(rosa, "/releases/new/", values | tables)
        assert answer.status_code == 302, errors_of(answer, door)
    else:
        inside = {
            "items": [{"service": "payments", "artefact_url": "registry/payments"}],
            "contributions": [{"output": output.pk, "strength": "soft"}],
            "external_links": [{"system": "Jira", "id": "PAY-1"}],
            "template_name": "Refunds",
        }
        answer = by_program(rosa, "POST", "releases/", values | inside)
        assert answer.status_code == 201, answer.content
        assert answer["Location"] == answer.json()["url"]
        read = Caller(user=rosa).get(answer["Location"]).json()
        assert {name: read[name] for name in values if name not in ("release_manager", "route")} == {
            name: value for name, value in values.items() if name not in ("release_manager", "route")
        }
    made = Release.objects.get()
    assert (made.status, made.urgency, made.risk, made.route, made.release_manager) == ("draft", "break_fix", "low", way, rosa)
    (item,) = made.items.all()
    assert (item.service.slug, item.version) == ("payments", "26.11")
    (contribution,) = made.contributions.all()
    assert (contribution.output, contribution.state, contribution.strength) == (output, "accepted", "soft")
    if door == "rest":
        assert (str(made.links.get()), item.artefacts.get().address) == ("Jira PAY-1", "registry/payments")
        assert made.template_name == "Refunds"
    assert [candidate.number for candidate in made.candidates.all()] == [1]
    # One event, whose first fact is the release.
    (event,) = Event.objects.filter(pk__in=Fact.objects.filter(subject_kind="release").values("event"))
    assert event.facts.order_by("position")[0].verb == "created"


def test_a_program_makes_a_package_with_members_and_prerequisites(rosa: Any):
    first, second, needed = (ReleaseFactory() for _ in range(3))
    body = {"name": "November", "version": "1", "extent": "package", "members": [first.key, second.key]}
    answer = by_program(rosa, "POST", "releases/", body | {"prerequisites": [{"needs": needed.key}]})
    assert answer.status_code == 201, answer.content
    made = Release.objects.get(name="November")
    assert set(made.members.all()) == {first, second}
    assert made.prerequisites.get().needs == needed
    assert [row["key"] for row in Caller(user=rosa).rows(f"releases/{made.key}/members/")] == [second.key, first.key]


@pytest.mark.parametrize(
    ("inside", "field", "status"),
    [
        ({"items": [{"service": "payments"}, {"service": "payments"}]}, "items", 409),
        ({"external_links": [{"system": "Jira", "id": "1", "url": "javascript:alert(1)"}]}, "external_links", 422),
        ({"external_links": [{"system": "Jira", "id": "1"}] * 2}, "external_links", 422),
        ({"prerequisites": [{"needs": "REL-0"}]}, "prerequisites", 400),
        ({"members": ["OTHER"]}, "members", 422),
        ({"version": "1@2"}, "version", 422),
    ],
)
def test_all_of_it_or_nothing(rosa: Any, inside: dict[str, Any], field: str, status: int):
    ServiceFactory(slug="payments")
    other: Any = ReleaseFactory()
    body = {"name": "Payments", "version": "1", "items": [{"service": "payments"}]} | inside
    if inside.get("members"):
        body["members"] = [other.key]
    answer = by_program(rosa, "POST", "releases/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field]), answer.content
    assert list(Release.objects.all()) == [other]
    assert not Item.objects.exists()
    assert not Fact.objects.filter(subject_kind="release").exclude(subject_id=other.pk).exists()


@pytest.mark.parametrize("door", DOORS)
def test_a_taken_version_is_a_conflict_that_tells_nothing_of_what_is_restricted(rosa: Any, door: str):
    taken: Any = ReleaseFactory(name="Payments", version="1")
    values = {"name": "Payments", "version": "1"}

    def send() -> Any:
        return on_the_page(rosa, "/releases/new/", values) if door == "page" else by_program(rosa, "POST", "releases/", values)

    answer = send()
    assert (answer.status_code, list(errors_of(answer, door))) == (409, ["version"])
    change(taken, restricted_until=timezone.now() + timedelta(days=1))
    answer = send()
    assert (answer.status_code, list(errors_of(answer, door))) == (409, ["name"])
    assert taken.key not in answer.content.decode()


def test_the_page_for_a_new_release_is_filled_in_by_its_address(rosa: Any, way: Any):
    output: Any = OutputFactory(project__code="PAY", code="ledger")
    ReleaseFactory(name="Patches", template_name="Monthly patches")
    body = signed_in(rosa).get(f"/releases/new/?urgency=break_fix&route=main&output={output.pk}").content.decode()
    assert '<option value="break_fix" selected>' in body
    assert 'value="main"' in body
    assert 'value="PAY/ledger"' in body
    assert "Monthly patches" in words(body)


@pytest.mark.parametrize("name", ["template", "copy_of"])
def test_a_new_release_from_another_one_is_a_copy_of_it(rosa: Any, name: str):
    original: Any = ReleaseFactory()
    answer = signed_in(rosa).get(f"/releases/new/?{name}={original.key}")
    assert (answer.status_code, answer["Location"]) == (302, f"/releases/{original.key}/copy/")
    assert signed_in(rosa).get(f"/releases/new/?{name}=REL-0").status_code == 404


# --- copying


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("with_outputs", [False, True])
def test_a_copy_takes_along_what_may_be_the_same_again(rosa: Any, way: Any, door: str, with_outputs: bool):
    until = timezone.now() + timedelta(days=3)
    original: Any = ReleaseFactory(
        name="Payments", version="26.11", route=way, size="major", template_name="Big ones", restricted_until=until, status="closed"
    )
    team = MembershipFactory(user=rosa).team
    in_a_deed(original, lambda: original.restricted_to.set([team]))
    own, other = ItemFactory(release=original, version="26.11", change="new"), ItemFactory(release=original, version="7")
    ItemFactory(release=original, change="removed")
    ArtefactFactory(item=own, address="registry/payments")
    open_one: Any = OutputFactory()
    ContributionFactory(release=original, output=open_one, strength="soft")
    ContributionFactory(release=original, output=OutputFactory(), state="declined")
    ContributionFactory(release=original, output=OutputFactory(status="delivered"))
    PrerequisiteFactory(release=original)
    PromotionFactory(release=original)
    address = f"releases/{original.key}/" + ("copy/" if door == "page" else "copies/")
    values = {"version": "26.12", "with_outputs": with_outputs}
    if door == "page":
        answer = on_the_page(rosa, f"/{address}", {**values, "with_outputs": "on" if with_outputs else None})
        assert answer.status_code == 302, answer.content
    else:
        answer = by_program(rosa, "POST", address, values)
        assert answer.status_code == 201, answer.content
    made = Release.objects.get(version="26.12")
    assert answer["Location"].endswith(f"/{made.key}/")
    assert (made.name, made.status, made.route, made.size, made.template_name) == ("Payments", "draft", way, "major", "")
    assert {item.service: (item.change, item.version) for item in made.items.all()} == {
        own.service: ("changed", "26.12"),
        other.service: ("changed", ""),
    }
    assert not any(item.artefacts.exclude(address="").exists() for item in made.items.all())
    wanted = [(open_one.pk, "accepted", "soft")] if with_outputs else []
    assert list(made.contributions.values_list("output", "state", "strength")) == wanted
    assert not Prerequisite.objects.filter(release=made).exists()
    assert not Promotion.objects.filter(release=made).exists()
    assert (made.restricted_until, list(made.restricted_to.all())) == (until, list(original.restricted_to.all()))
    assert Fact.objects.get(verb="copied").data == {"original": {"kind": "release", "id": original.pk}}


# --- changing


@pytest.mark.parametrize("door", DOORS)
def test_both_doors_change_what_is_given_and_the_list_of_links(rosa: Any, door: str):
    release: Any = ReleaseFactory(name="Payments", version="1", size="minor", release_manager=rosa)
    if door == "page":
        body = signed_in(rosa).get(f"/releases/{release.key}/edit/").content.decode()
        assert 'value="rosa@example.org"' in body
        links = {"external_links-rows": "1", "external_links-0-system": "Jira", "external_links-0-id": "P-1"}
        values = {"name": "Payments", "version": "1", "size": "major", "release_manager": "rosa@example.org"}
        answer = on_the_page(rosa, f"/releases/{release.key}/edit/", values | links)
        assert answer.status_code == 302, errors_of(answer, door)
    else:
        changes = {"size": "major", "external_links": [{"system": "Jira", "id": "P-1"}]}
        assert by_program(rosa, "PATCH", f"releases/{release.key}/", changes).status_code == 200
    release.refresh_from_db()
    assert (release.size, release.release_manager, release.revision) == ("major", rosa, 2)
    assert Fact.objects.get(verb="changed").data == {"columns": ["external_links", "size"]}
    (link,) = ExternalLink.objects.all()
    answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {"external_links": [{"system": "Jira", "id": "P-1"}]})
    assert (answer.json()["revision"], ExternalLink.objects.get().pk) == (2, link.pk), "nothing differs, nothing is written"
    addressed = [{"system": "Jira", "id": "P-1", "url": "https://jira.example.org/P-1"}]
    answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {"external_links": addressed})
    assert (answer.json()["revision"], answer.json()["external_links"]) == (3, addressed)


@pytest.mark.parametrize("door", DOORS)
def test_of_two_changes_at_once_the_second_is_told(rosa: Any, door: str):
    release: Any = change(ReleaseFactory(name="Payments", version="1"), size="major")
    values = {"name": "Refunds", "version": "1"}
    if door == "page":
        answer = on_the_page(rosa, f"/releases/{release.key}/edit/", values | {"seen": "1"})
        assert 'name="seen" value="2"' in answer.content.decode()
    else:
        answer = by_program(rosa, "PATCH", f"releases/{release.key}/", values, **{"If-Match": '"1-7"'})
    assert answer.status_code == 412
    assert Release.objects.get().name == "Payments"


def test_a_version_is_corrected_in_items_until_the_first_stop_is_left(rosa: Any, way: Any):
    release: Any = ReleaseFactory(name="Payments", version="1", route=way, status="draft")
    own, other = ItemFactory(release=release, version="1"), ItemFactory(release=release, version="7")
    assert by_program(rosa, "PATCH", f"releases/{release.key}/", {"version": "1.1"}).status_code == 200
    assert [Item.objects.get(pk=item.pk).version for item in (own, other)] == ["1.1", "7"]
    PromotionFactory(release=release, environment=way.versions.get().stops.get(position=2).environment, status="requested")
    for name, value in {"version": "1.2", "route": RouteFactory().slug}.items():
        answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {name: value})
        assert (answer.status_code, list(answer.json()["errors"])) == (409, [name])
        assert "left its first stop" in answer.json()["detail"]
    assert by_program(rosa, "PATCH", f"releases/{release.key}/", {"size": "major", "version": "1.1"}).status_code == 200


def test_another_route_is_refused_where_something_is_planned_beside_it_and_moves_places_else(rosa: Any, way: Any):
    release: Any = ReleaseFactory(route=way, status="draft")
    promotion = plan(release, way, 0, rosa)
    elsewhere = RouteVersionFactory()
    StopFactory(version=elsewhere)
    answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {"route": elsewhere.route.slug})
    assert (answer.status_code, list(answer.json()["errors"])) == (409, ["route"])
    assert "Test is no stop of that route" in answer.json()["detail"]
    until_it_leaves = RouteVersionFactory()
    StopFactory(version=until_it_leaves, environment=promotion.environment, holds="until_it_leaves")
    assert Booking.objects.get().ends_at == promotion.ends_at
    assert by_program(rosa, "PATCH", f"releases/{release.key}/", {"route": until_it_leaves.route.slug}).status_code == 200
    assert Booking.objects.get().ends_at is None


# --- what people may do, and when


TARGETS = [status.value for status in ReleaseStatus]
PEOPLE = {"early_life", "closed", "retired"}


@pytest.mark.parametrize("origin", TARGETS)
def test_people_move_a_release_where_no_promotion_is_needed(rosa: Any, origin: str):
    for target in TARGETS:
        release: Any = ReleaseFactory(status=origin)
        answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {"status": target})
        lies_open = target in PEOPLE & RELEASE_MOVES[ReleaseStatus(origin)]
        assert answer.status_code == (200 if lies_open or target == origin else 409), (target, answer.content)
        assert Release.objects.get(pk=release.pk).status == (target if lies_open else origin)
        if answer.status_code == 409:
            assert list(answer.json()["errors"]) == ["status"]


def test_the_page_moves_a_release_on_and_a_retired_one_gives_its_place_back(rosa: Any):
    version = RouteVersionFactory()
    stop: Any = StopFactory(version=version, holds="until_it_leaves")
    release: Any = ReleaseFactory(route=version.route, status="in_production")
    promotion: Any = PromotionFactory(release=release, environment=stop.environment, status="succeeded")
    clock, start = User.objects.clock(), promotion.starts_at
    in_a_deed(release, lambda: bookings.hold(promotion, stop.environment, by=clock, starts_at=start, ends_at=None))
    page = signed_in(rosa)
    assert "Move on…" in page.get(f"/releases/{release.key}/").content.decode()
    assert page.post(f"/releases/{release.key}/status/", {"status": "early_life"}).status_code == 302
    assert Booking.objects.get().ends_at is None
    assert page.post(f"/releases/{release.key}/status/", {"status": "retired"}).status_code == 302
    assert Booking.objects.get().ends_at is not None
    assert page.post(f"/releases/{release.key}/status/", {"status": "closed"}).status_code == 409


@pytest.mark.parametrize("status", ["cancelled", "retired"])
def test_what_has_ended_stays_as_it_is_but_for_words_about_it(rosa: Any, status: str):
    release: Any = ReleaseFactory(status=status)
    for name, value in {"size": "major", "version": "2", "name": "Other", "route": RouteFactory().slug}.items():
        answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {name: value})
        assert (answer.status_code, list(answer.json()["errors"])) == (409, [name])
    words_about = {"description": "It was good", "template_name": "Good ones", "external_links": [{"system": "Jira", "id": "1"}]}
    assert by_program(rosa, "PATCH", f"releases/{release.key}/", words_about).status_code == 200


VERBS: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    # verb: page, method and address over REST, values
    "new": ("/releases/new/", "POST", "releases/", {"name": "Another", "version": "9"}),
    "copy": ("/releases/{key}/copy/", "POST", "releases/{key}/copies/", {"version": "9"}),
    "change": ("/releases/{key}/edit/", "PATCH", "releases/{key}/", {"name": "Other", "version": "1.0.0"}),
    "move on": ("/releases/{key}/status/", "PATCH", "releases/{key}/", {"status": "closed"}),
    "cancel": ("/releases/{key}/cancellation/", "POST", "releases/{key}/cancellation/", {"reason": "No need"}),
    "restrict": ("/releases/{key}/restriction/", "POST", "releases/{key}/restriction/", {"until": "SOON"}),
    "open": ("/releases/{key}/opening/", "DELETE", "releases/{key}/restriction/", {}),
}
ROLES: dict[str, list[str]] = {
    "a release manager": [Role.RELEASE_MANAGER],
    "its own manager": [],
    "the PMO": [Role.PMO],
    "a project manager": [Role.PROJECT_MANAGER],
    "an environment manager": [Role.ENVIRONMENT_MANAGER],
    "an administrator": [Role.ADMINISTRATOR],
    "an auditor": [Role.AUDITOR],
    "a viewer": [],
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("role", ROLES)
def test_who_may_do_what(door: str, role: str):
    user: Any = UserFactory(roles=ROLES[role])
    own = user if role == "its own manager" else None
    soon = timezone.now() + timedelta(days=2)
    for verb, (page, method, address, values) in VERBS.items():
        status = "in_production" if verb == "move on" else "planned"
        release: Any = ReleaseFactory(status=status, release_manager=own)
        if verb == "open":
            release = change(release, restricted_until=soon)
            _name_a_team_of(release, user)
        sent = {**values, "until": soon.isoformat()} if verb == "restrict" else values
        if door == "page":
            sent = sent | ({"until": f"{soon:%Y-%m-%dT%H:%M}"} if verb == "restrict" else {})
            answer = on_the_page(user, page.format(key=release.key), sent)
        else:
            answer = by_program(user, method, address.format(key=release.key), sent or None)
        may = role == "a release manager" or (own and verb not in ("new", "copy"))
        expected = {302, 200, 201} if may else {403}
        assert answer.status_code in expected, (verb, answer.status_code, answer.content.decode()[:300])
        _away()


def _name_a_team_of(release: Any, user: Any) -> None:
    team = MembershipFactory(user=user).team
    in_a_deed(release, lambda: release.restricted_to.set([team]))


def _away() -> None:
    """Names are taken once; what a verb made is renamed for the next."""
    for number, release in enumerate(Release.objects.filter(version="9")):
        change(release, version=f"9.{number}.{release.pk}")


@pytest.mark.parametrize("role", ["a release manager", "a viewer"])
def test_a_page_shows_only_the_ways_that_are_open(role: str):
    user: Any = UserFactory(roles=ROLES[role])
    release: Any = ReleaseFactory(status="planned")
    body = signed_in(user).get(f"/releases/{release.key}/").content.decode()
    listed = signed_in(user).get("/releases/").content.decode()
    for said, page in {"Change": body, "Cancel the release…": body, "Copy as new": body, "New release": listed}.items():
        assert (f">{said}</a>" in page) == (role == "a release manager"), said
    assert "Move on…" not in body, "nothing leads on from a planned one but promotions"
    assert ('rel="new"' in listed) == (role == "a release manager")


# --- cancelling


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("status", TARGETS)
def test_a_release_is_cancelled_until_it_has_been_in_production(rosa: Any, door: str, status: str):
    release: Any = ReleaseFactory(status=status)
    may = ReleaseStatus.CANCELLED in RELEASE_MOVES[ReleaseStatus(status)]
    address, values = f"releases/{release.key}/cancellation/", {"reason": "No need any more"}
    if door == "page":
        answer = on_the_page(rosa, f"/{address}", values)
        assert answer.status_code == (302 if may else 409)
    else:
        answer = by_program(rosa, "POST", address, values)
        assert answer.status_code == (200 if may else 409)
    release.refresh_from_db()
    assert release.status == ("cancelled" if may else status)
    assert Event.objects.filter(reason="No need any more").count() == may


def test_cancelling_says_what_goes_with_it_and_gives_the_places_back(rosa: Any, way: Any):
    release: Any = ReleaseFactory(route=way, status="draft")
    first, second = plan(release, way, 0, rosa), plan(release, way, 1, rosa)
    release.refresh_from_db()
    assert (release.status, Booking.objects.count()) == ("planned", 2)
    question = words(signed_in(rosa).get(f"/releases/{release.key}/cancellation/").content.decode())
    assert "gives its places back: Test, Prod." in question
    assert on_the_page(rosa, f"/releases/{release.key}/cancellation/", {"reason": "Too late"}).status_code == 302
    release.refresh_from_db()
    assert release.status == "cancelled"
    assert {Promotion.objects.get(pk=each.pk).status for each in (first, second)} == {"cancelled"}
    assert not Booking.objects.exists()
    (event,) = Event.objects.filter(reason="Too late")
    assert [fact.verb for fact in event.facts.order_by("position")] == ["cancelled"] * 3


def test_nothing_is_cancelled_while_a_promotion_of_it_runs(rosa: Any, way: Any):
    release: Any = ReleaseFactory(route=way, status="under_way")
    PromotionFactory(release=release, environment=way.versions.get().stops.get(position=1).environment, status="running")
    waiting: Any = PromotionFactory(release=release, status="draft")
    answer = by_program(rosa, "POST", f"releases/{release.key}/cancellation/", {"reason": "Stop"})
    assert answer.status_code == 409
    assert "Its promotion into Test is running; give it an outcome first" in answer.json()["detail"]
    waiting.refresh_from_db()
    assert (waiting.status, Release.objects.get(pk=release.pk).status) == ("draft", "under_way")


# --- packages


def test_members_come_and_go_through_both_doors(rosa: Any):
    package: Any = ReleaseFactory(extent="package")
    first, second, third = (ReleaseFactory() for _ in range(3))
    answer = by_program(rosa, "POST", f"releases/{package.key}/members/", {"release": first.key})
    assert (answer.status_code, answer["Location"]) == (201, f"{BASE}releases/{first.key}/")
    page = signed_in(rosa).get(f"/releases/{package.key}/members/").content.decode()
    assert f'value="{first.key}"' in page
    values = {"members": f"{second.key}, {third.key}", "seen": "2"}
    assert on_the_page(rosa, f"/releases/{package.key}/members/", values).status_code == 302
    assert set(package.members.all()) == {second, third}
    assert on_the_page(rosa, f"/releases/{package.key}/members/", {"members": first.key, "seen": "2"}).status_code == 412
    address = f"releases/{package.key}/members/{second.key}/"
    assert by_program(rosa, "DELETE", address, None).status_code == 204
    assert by_program(rosa, "DELETE", address, None).status_code == 404
    assert set(package.members.all()) == {third}


def test_a_package_holds_no_package_and_a_release_is_in_one_at_a_time(rosa: Any):
    package, other = ReleaseFactory(extent="package"), ReleaseFactory(extent="package", name="Other", version="5")
    plain, ended = ReleaseFactory(name="Plain"), ReleaseFactory(status="cancelled")
    member: Any = ReleaseFactory(package=other)

    def put(into: Any, what: Any) -> Any:
        return by_program(rosa, "POST", f"releases/{into.key}/members/", {"release": what.key})

    assert (put(package, other).status_code, put(package, package).status_code, put(plain, ended).status_code) == (422, 422, 422)
    assert "Plain 1.0.0 is no package" in put(plain, member).json()["detail"]
    assert put(package, ended).status_code == 409
    answer = put(package, member)
    assert (answer.status_code, "is in the package Other 5 already" in answer.json()["detail"]) == (409, True)
    for release, extent in ((other, "full"), (member, "package")):
        answer = by_program(rosa, "PATCH", f"releases/{release.key}/", {"extent": extent})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["extent"])


def test_what_was_in_a_cancelled_package_may_travel_in_another_one(rosa: Any):
    over, other = ReleaseFactory(extent="package", status="cancelled"), ReleaseFactory(extent="package")
    member: Any = ReleaseFactory(package=over)
    answer = by_program(rosa, "POST", f"releases/{over.key}/members/", {"release": ReleaseFactory().key})
    assert (answer.status_code, "nothing more is put into it" in answer.json()["detail"]) == (409, True)
    assert by_program(rosa, "DELETE", f"releases/{over.key}/members/{member.key}/", None).status_code == 204
    assert by_program(rosa, "POST", f"releases/{other.key}/members/", {"release": member.key}).status_code == 201


def test_who_leads_only_the_package_puts_only_own_releases_into_it():
    lena: Any = UserFactory()
    package: Any = ReleaseFactory(extent="package", release_manager=lena)
    own, strange = ReleaseFactory(release_manager=lena), ReleaseFactory()
    assert by_program(lena, "POST", f"releases/{package.key}/members/", {"release": strange.key}).status_code == 403
    assert by_program(lena, "POST", f"releases/{package.key}/members/", {"release": own.key}).status_code == 201


def test_members_that_one_may_not_see_stay_where_they_are(rosa: Any):
    package: Any = ReleaseFactory(extent="package")
    hidden: Any = ReleaseFactory(package=package, restricted_until=timezone.now() + timedelta(days=1))
    assert on_the_page(rosa, f"/releases/{package.key}/members/", {"members": ReleaseFactory().key}).status_code == 302
    hidden.refresh_from_db()
    assert hidden.package == package


# --- restricting


@pytest.mark.parametrize("door", DOORS)
def test_a_restricted_release_is_gone_for_everybody_else(rosa: Any, way: Any, door: str):
    vera, team = UserFactory(), TeamFactory(slug="sealed")
    release: Any = ReleaseFactory(name="Sealed thing", route=way, status="draft")
    promotion = plan(release, way, 0, rosa)
    member = MembershipFactory(team=team).user
    until = timezone.now() + timedelta(days=5)
    if door == "page":
        answer = on_the_page(rosa, f"/releases/{release.key}/restriction/", {"until": f"{until:%Y-%m-%dT%H:%M}", "teams": "sealed"})
        # She put herself out of sight of it, and is led to where she may be.
        assert (answer.status_code, answer["Location"]) == (302, "/releases/")
    else:
        body = {"until": until.isoformat(), "teams": ["sealed"]}
        answer = by_program(rosa, "POST", f"releases/{release.key}/restriction/", body)
        assert (answer.status_code, answer.json().get("restricted")) == (200, True)
    reader, inside = Caller(user=vera), Caller(user=member)
    assert reader.get(f"releases/{release.key}/").status_code == 404
    assert reader.get(f"promotions/{promotion.pk}/").status_code == 404
    for address in ("releases/", "promotions/", "bookings/"):
        assert (len(reader.rows(address)), len(inside.rows(address))) == (0, 1), address
    for address in ("/", "/releases/", "/promotions/", "/environments/test/", "/environments/", "/live/"):
        assert "Sealed thing" not in signed_in(vera).get(address).content.decode(), address
    entries = reader.get(f"schedule/?from={timezone.now():%Y-%m-%d}&kind=promotion&to={until + timedelta(days=2):%Y-%m-%d}").json()
    assert "Sealed thing" not in str(entries)
    assert "Sealed thing" in signed_in(member).get(f"/releases/{release.key}/").content.decode()


def test_the_templates_are_found_and_no_restricted_ones_among_them(rosa: Any):
    ReleaseFactory(name="Patches", template_name="Monthly patches")
    ReleaseFactory(name="Sealed", template_name="Sealed", restricted_until=timezone.now() + timedelta(days=1))
    ReleaseFactory()
    assert [row["name"] for row in Caller(user=rosa).rows("releases/?template=true")] == ["Patches"]
    assert "Sealed" not in signed_in(rosa).get("/releases/new/").content.decode()


def test_the_verbs_want_somebody_who_may(rosa: Any):
    """The shell's operator may, and an inactive manager may not."""
    made = releases.create(by=User.objects.operator(), name="Payments", version="1")
    assert Candidate.objects.get(release=made).number == 1
    gone: Any = UserFactory(is_active=False)
    release: Any = ReleaseFactory(release_manager=gone)
    with pytest.raises(Exception, match="Only release managers"):
        releases.change(release, {"size": "major"}, by=gone, at=NOON)
    assert not Contribution.objects.exists()
