"""Making, changing and deleting environments, services and routes, through both doors."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.vocabulary import Role, Scope
from environments.actions import bookings
from environments.models import Dependency, Environment, Route, Service
from history.models import Fact
from tests.callers import Caller
from tests.factories import (
    DependencyFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    TeamFactory,
    UserFactory,
)
from tests.reading import notices, signed_in, words

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)


@pytest.fixture
def emil() -> Any:
    """An environment manager."""
    return UserFactory(name="Emil", roles=[Role.ENVIRONMENT_MANAGER])


def send(door: str, user: Any, method: str, address: str, values: Any) -> Any:
    """The same through the page or REST: a page gets lists with commas, rows as rows, and its own address."""
    if door == "rest":
        return Caller(user=user, scopes=WRITE).send(method, address, values)
    page = {"POST": f"{address}new/", "PATCH": f"{address}edit/", "DELETE": f"{address}deletion/"}[method]
    flat: dict[str, Any] = {}
    for name, value in (values or {}).items():
        if name == "stops":
            flat["stops-rows"] = str(len(value) + 3)
            flat |= {
                f"stops-{place}-{key}": each for place, stop in enumerate(value) for key, each in stop.items() if each is not False
            }
        else:
            flat[name] = ",".join(value) if isinstance(value, list) else value
    return signed_in(user).post(f"/{page}", {name: value for name, value in flat.items() if value is not None})


DOORS = pytest.mark.parametrize("door", ["page", "rest"])


@DOORS
def test_both_doors_make_and_change_an_environment(emil: Any, door: str):
    TeamFactory(slug="operations")
    values = {"slug": "prod", "name": "Production", "stage": "production", "lanes": 3, "parts": ["eu", "us"], "owner": "operations"}
    answer = send(door, emil, "POST", "environments/", {**values, "time_zone": "Europe/Berlin"})
    assert answer.status_code in (201, 302), notices(answer)
    made: Any = Environment.objects.get()
    assert (made.lanes, made.parts, made.time_zone, made.owner.slug) == (3, ["eu", "us"], "Europe/Berlin", "operations")
    del values["slug"]
    answer = send(door, emil, "PATCH", "environments/prod/", {**values, "lanes": None, "time_zone": ""})
    assert answer.status_code in (200, 302), notices(answer)
    made.refresh_from_db()
    assert (made.lanes, made.time_zone, made.revision) == (None, "UTC", 2)
    assert set(Fact.objects.filter(subject_kind="environment").values_list("verb", flat=True)) == {"created", "changed"}


@DOORS
def test_lanes_are_not_lowered_below_what_is_booked(emil: Any, door: str):
    environment: Any = EnvironmentFactory(slug="prod", name="Production", lanes=3)
    start = timezone.now() + timedelta(days=1)
    for _ in range(2):
        bookings.book(
            environment=environment, starts_at=start, ends_at=start + timedelta(hours=1), lanes=1, purpose="Load test", by=emil
        )
    answer = send(door, emil, "PATCH", "environments/prod/", {"name": "Production", "stage": "production", "lanes": 1})
    assert answer.status_code == 409
    assert "cannot have" in (words(answer.content.decode()) if door == "page" else answer.json()["detail"])
    answer = send(door, emil, "PATCH", "environments/prod/", {"name": "Production", "stage": "production", "lanes": 2})
    assert answer.status_code in (200, 302)


@DOORS
def test_both_doors_make_and_change_a_service(emil: Any, door: str):
    for slug in ("ledger", "bank", "mail"):
        ServiceFactory(slug=slug)
    values = {"slug": "pay", "name": "Payments", "kind": "service", "tier": 1, "parent": "bank", "depends_on": ["ledger", "mail"]}
    assert send(door, emil, "POST", "services/", values).status_code in (201, 302)
    made: Any = Service.objects.get(slug="pay")
    assert (made.parent.slug, sorted(made.depends_on.values_list("slug", flat=True))) == ("bank", ["ledger", "mail"])
    values = {"name": "Payments", "kind": "service", "tier": 1, "parent": "bank", "depends_on": ["mail"]}
    assert send(door, emil, "PATCH", "services/pay/", values).status_code in (200, 302)
    made.refresh_from_db()
    assert (list(made.depends_on.values_list("slug", flat=True)), made.revision) == (["mail"], 2)
    assert Fact.objects.get(verb="changed").data == {"columns": ["depends_on"]}


@DOORS
@pytest.mark.parametrize(
    ("values", "field"), [({"parent": "child"}, "parent"), ({"depends_on": ["child"]}, "depends_on"), ({"parent": "top"}, "parent")]
)
def test_circles_are_refused(emil: Any, door: str, values: Any, field: str):
    top: Any = ServiceFactory(slug="top")
    child: Any = ServiceFactory(slug="child", parent=top)
    DependencyFactory(service=child, needs=top)
    answer = send(door, emil, "PATCH", "services/top/", {"name": "Top", "kind": "service", **values})
    assert answer.status_code == 422
    errors = answer.context["form"].errors if door == "page" else answer.json()["errors"]
    assert list(errors) == [field]
    assert "itself: " in errors[field][0]
    assert Dependency.objects.count() == 1


@DOORS
def test_other_stops_make_a_new_version(emil: Any, door: str):
    for slug in ("dev", "test", "prod"):
        EnvironmentFactory(slug=slug)
    stops = [
        {"environment": "dev", "soak_unit": "elapsed", "holds": "deploying"},
        {"environment": "prod", "soak_hours": 24, "soak_unit": "working", "holds": "until_it_leaves", "is_optional": True},
    ]
    assert send(door, emil, "POST", "routes/", {"slug": "main", "name": "Main", "stops": stops}).status_code in (201, 302)
    route = Route.objects.get()
    shown = lambda version: list(  # noqa: E731 - read right below
        version.stops.order_by("position").values_list(
            "environment__slug", "position", "soak_hours", "soak_unit", "holds", "is_optional"
        )
    )
    first = route.versions.get()
    assert shown(first) == [("dev", 1, 0, "elapsed", "deploying", False), ("prod", 2, 24, "working", "until_it_leaves", True)]
    same = send(door, emil, "PATCH", "routes/main/", {"name": "Main line", "stops": stops})
    assert same.status_code in (200, 302)
    assert route.versions.count() == 1
    stops.insert(1, {"environment": "test", "soak_unit": "elapsed", "holds": "deploying"})
    assert send(door, emil, "PATCH", "routes/main/", {"name": "Main line", "stops": stops}).status_code in (200, 302)
    assert [slug for slug, *_ in shown(route.versions.get(number=2))] == ["dev", "test", "prod"]
    assert len(shown(first)) == 2, "a release keeps the version it set out on"
    route.refresh_from_db()
    assert route.revision == 3


@DOORS
def test_an_environment_is_one_stop_of_a_route(emil: Any, door: str):
    EnvironmentFactory(slug="prod")
    answer = send(
        door,
        emil,
        "POST",
        "routes/",
        {"slug": "main", "name": "Main", "stops": [{"environment": "prod", "soak_unit": "elapsed", "holds": "deploying"}] * 2},
    )
    assert answer.status_code == 422
    assert "prod stands twice" in (words(answer.content.decode()) if door == "page" else answer.json()["errors"]["stops"][0])
    answer = send(
        door,
        emil,
        "POST",
        "routes/",
        {"slug": "main", "name": "Main", "stops": [{"environment": "nowhere", "soak_unit": "elapsed", "holds": "deploying"}]},
    )
    assert answer.status_code == 400
    assert "There is no environment “nowhere”" in words(answer.content.decode())
    assert not Route.objects.exists()


def test_the_page_shows_the_stops_there_are_and_room_for_more(emil: Any):
    version: Any = RouteVersionFactory(route__slug="main")
    StopFactory(version=version, environment__slug="dev", soak_hours=4)
    form = signed_in(emil).get("/routes/main/edit/").context["form"]
    (table,) = form.tables
    assert [row["environment"].value() for row in table.rows] == ["dev", None, None, None]
    assert table.rows[0]["soak_hours"].value() == 4


@DOORS
@pytest.mark.parametrize(
    ("address", "make", "named"),
    [
        (
            "environments/x/",
            lambda: StopFactory(environment=EnvironmentFactory(slug="x"), version__route__name="Main"),
            "The route Main still refers to",
        ),
        ("environments/x/", lambda: PromotionFactory(environment=EnvironmentFactory(slug="x")), "The promotion"),
        ("services/x/", lambda: ServiceFactory(parent=ServiceFactory(slug="x"), name="Child"), "The service Child still refers"),
        (
            "services/x/",
            lambda: DependencyFactory(needs=ServiceFactory(slug="x"), service__name="Needy"),
            "The service Needy still",
        ),
        ("services/x/", lambda: ItemFactory(service=ServiceFactory(slug="x")), "still refer"),
        ("routes/x/", lambda: ReleaseFactory(route=RouteFactory(slug="x"), name="Spring"), "The release Spring"),
    ],
)
def test_what_something_refers_to_stays(emil: Any, door: str, address: str, make: Any, named: str):
    make()
    answer = send(door, emil, "DELETE", address, None)
    assert answer.status_code == 409
    assert named in (words(answer.content.decode()) if door == "page" else answer.json()["detail"])


@DOORS
@pytest.mark.parametrize(
    ("address", "make"), [("environments/x/", EnvironmentFactory), ("services/x/", ServiceFactory), ("routes/x/", RouteFactory)]
)
def test_what_nothing_refers_to_goes(emil: Any, door: str, address: str, make: Any):
    thing: Any = make(slug="x")
    if address == "routes/x/":
        StopFactory(version=RouteVersionFactory(route=thing))
    assert send(door, emil, "DELETE", address, None).status_code in (204, 302)
    assert not type(thing).objects.filter(slug="x").exists()


MAY = {
    "environment manager": {"make", "change", "delete", "route"},
    "owner team": {"change", "delete"},
    "PMO": set(),
    "release manager": set(),
    "administrator": set(),
    "auditor": set(),
    "viewer": set(),
}


@pytest.mark.parametrize("who", MAY)
def test_who_may_what(who: str):
    roles = {
        "environment manager": [Role.ENVIRONMENT_MANAGER],
        "PMO": [Role.PMO],
        "release manager": [Role.RELEASE_MANAGER],
        "administrator": [Role.ADMINISTRATOR],
        "auditor": [Role.AUDITOR],
    }
    person: Any = UserFactory(roles=roles.get(who, []))
    team: Any = TeamFactory()
    if who == "owner team":
        MembershipFactory(team=team, user=person)
    EnvironmentFactory(slug="e", owner=team)
    ServiceFactory(slug="s", owner=team)
    RouteFactory(slug="r")
    caller, browser = Caller(user=person, scopes=WRITE), signed_in(person)
    for deed, method, address, body, page in (
        ("make", "POST", "environments/", {"slug": "n", "name": "N", "stage": "test"}, "environments/new/"),
        ("make", "POST", "services/", {"slug": "n", "name": "N"}, "services/new/"),
        ("route", "POST", "routes/", {"slug": "n", "name": "N"}, "routes/new/"),
        ("change", "PATCH", "environments/e/", {"name": "N"}, "environments/e/edit/"),
        ("change", "PATCH", "services/s/", {"name": "N"}, "services/s/edit/"),
        ("route", "PATCH", "routes/r/", {"name": "N"}, "routes/r/edit/"),
        ("delete", "DELETE", "environments/e/", None, "environments/e/deletion/"),
        ("delete", "DELETE", "services/s/", None, "services/s/deletion/"),
        ("route", "DELETE", "routes/r/", None, "routes/r/deletion/"),
    ):
        may = deed in MAY[who]
        assert browser.get(f"/{page}").status_code == (200 if may else 403), page
        assert (caller.send(method, address, body).status_code < 300) is may, (method, address)
