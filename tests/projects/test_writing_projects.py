"""Making, changing, cancelling, deleting and restricting programs, projects, milestones and outputs, through both doors."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.vocabulary import Role, Scope
from history.models import Change, Event, Fact
from projects.models import Milestone, Output, Program, Project
from tests.callers import BASE, Caller, change
from tests.factories import (
    ContributionFactory,
    MembershipFactory,
    MilestoneFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    ServiceFactory,
    TeamFactory,
    UserFactory,
)
from tests.reading import notices, signed_in, words

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)


def writer(*roles: str, user: Any = None) -> Caller:
    return Caller(*roles, user=user, scopes=WRITE)


def on_the_page(user: Any, address: str, values: dict[str, Any]) -> Any:
    return signed_in(user).post(address, {name: value for name, value in values.items() if value is not None})


def by_program(user: Any, method: str, address: str, values: Any) -> Any:
    return writer(user=user).send(method, address, values)


@pytest.fixture
def petra() -> Any:
    """The PMO."""
    return UserFactory(name="Petra", email="petra@example.org", roles=[Role.PMO])


@pytest.fixture
def paul() -> Any:
    """Manages the project PAY."""
    return UserFactory(name="Paul", email="paul@example.org", roles=[Role.PROJECT_MANAGER])


# --- one behaviour through both doors

NEW: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "programs": (Program, {"code": "BANK", "name": "Open banking", "manager": "paul@example.org"}, {"starts_on": date(2026, 1, 2)}),
    "projects": (
        Project,
        {"code": "NEW", "name": "Refunds", "program": "OLD", "budget": "12.50", "currency": "EUR", "status": "active"},
        {"starts_on": date(2026, 1, 2)},
    ),
    "milestones": (
        Milestone,
        {"code": "pilot", "name": "Pilot", "project": "PAY", "kind": "kickoff"},
        {"starts_on": date(2026, 1, 2)},
    ),
    "outputs": (Output, {"code": "app", "name": "App", "project": "PAY", "kind": "software"}, {"due_on": date(2026, 1, 2)}),
}


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize("place", NEW)
def test_both_doors_make_a_new_one(petra: Any, paul: Any, door: str, place: str):
    ProgramFactory(code="OLD")
    ProjectFactory(code="PAY", manager=paul)
    model, values, days = NEW[place]
    sent = {**values, **{name: day.isoformat() for name, day in days.items()}}
    before = set(model.objects.values_list("pk", flat=True))
    if door == "page":
        answer = on_the_page(petra, f"/{place}/new/", sent)
        assert answer.status_code == 302, notices(answer)
    else:
        answer = by_program(petra, "POST", f"{place}/", sent)
        assert answer.status_code == 201, answer.content
        assert answer["Location"] == answer.json()["url"]
        assert answer["ETag"].startswith('"1-')
        assert writer(user=petra).get(answer["Location"]).json() == answer.json()
    (made,) = model.objects.exclude(pk__in=before)
    assert (made.code, made.name) == (values["code"], values["name"])
    assert {name: getattr(made, name) for name in days} == days
    if door == "page":
        assert answer["Location"] == made.get_absolute_url()
    assert Fact.objects.filter(verb="created", subject_kind=model._meta.model_name, subject_id=made.pk).count() == 1


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_change_what_is_given_and_say_in_whose_name(petra: Any, paul: Any, door: str):
    project: Any = ProjectFactory(code="PAY", name="Payments", manager=paul, scope="All")
    if door == "page":
        values = {"name": "Refunds", "manager": "paul@example.org", "status": "active", "scope": "All", "starts_on": "2026-01-05"}
        assert on_the_page(petra, "/projects/PAY/edit/", {**values, "ends_on": "2026-06-30"})["Location"] == "/projects/PAY/"
    else:
        answer = by_program(petra, "PATCH", "projects/PAY/", {"name": "Refunds"})
        assert (answer.status_code, answer.json()["name"], answer.json()["revision"]) == (200, "Refunds", 2)
    project.refresh_from_db()
    assert (project.name, project.scope, project.revision) == ("Refunds", "All", 2)
    fact = Fact.objects.get(verb="changed", subject_kind="project")
    assert fact.data == {"columns": ["name"], "manager": {"kind": "user", "id": paul.pk}}
    assert "in the name of {manager}" in fact.template


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_refuse_what_breaks_a_rule_and_point_at_the_field(petra: Any, door: str):
    ProjectFactory(code="PAY", name="Payments", starts_on=date(2026, 3, 1), ends_on=None)
    values = {"name": "Kept as typed", "starts_on": "2026-03-01", "ends_on": "2026-02-01", "currency": "eur"}
    if door == "page":
        answer = on_the_page(petra, "/projects/PAY/edit/", values)
        body = answer.content.decode()
        assert 'value="Kept as typed"' in body
        assert '<a href="#id_ends_on">Ends on</a>' in body
        assert set(answer.context["form"].errors) == {"ends_on", "currency"}
    else:
        answer = by_program(petra, "PATCH", "projects/PAY/", values)
        assert set(answer.json()["errors"]) == {"ends_on", "currency"}
    assert answer.status_code == 422
    assert not Fact.objects.filter(verb="changed").exists()
    assert Project.objects.get().name == "Payments"


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_refuse_to_write_over_what_was_not_seen(petra: Any, door: str):
    project: Any = change(ProjectFactory(code="PAY", name="Payments"), name="Second")
    if door == "page":
        values = {"name": "Third", "status": "active", "seen": "1"}
        answer = on_the_page(petra, "/projects/PAY/edit/", values)
        assert 'name="seen" value="2"' in answer.content.decode()
        assert on_the_page(petra, "/projects/PAY/edit/", values | {"seen": "2"}).status_code == 302
    else:
        caller = writer(user=petra)
        answer = caller.send("PATCH", "projects/PAY/", {"name": "Third"}, **{"If-Match": '"1-7"'})
        tag = caller.get("projects/PAY/")["ETag"]
        assert caller.send("PATCH", "projects/PAY/", {"name": "Third"}, **{"If-Match": f'"9-1", {tag}'}).status_code == 200
    assert answer.status_code == 412
    project.refresh_from_db()
    assert project.name == "Third"


@pytest.mark.parametrize("door", ["page", "rest"])
def test_a_taken_code_is_a_conflict(petra: Any, door: str):
    ProjectFactory(code="PAY")
    values = {"code": "PAY", "name": "Payments", "status": "active"}
    answer = on_the_page(petra, "/projects/new/", values) if door == "page" else by_program(petra, "POST", "projects/", values)
    assert answer.status_code == 409
    errors = answer.context["form"].errors if door == "page" else answer.json()["errors"]
    assert list(errors) == ["code"]


@pytest.mark.parametrize("door", ["page", "rest"])
def test_both_doors_cancel_with_a_reason_and_only_once(paul: Any, door: str):
    ProjectFactory(code="PAY", manager=paul)
    send = (
        (lambda: on_the_page(paul, "/projects/PAY/cancellation/", {"reason": "No budget"}))
        if door == "page"
        else (lambda: by_program(paul, "POST", "projects/PAY/cancellation/", {"reason": "No budget"}))
    )
    assert send().status_code == (302 if door == "page" else 200)
    assert Project.objects.get().status == "cancelled"
    assert Event.objects.get(reason="No budget").actor_id == paul.pk
    assert send().status_code == 409


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize(
    ("place", "make", "refer", "named"),
    [
        ("programs", lambda: ProgramFactory(code="X"), lambda it: ProjectFactory(program=it, name="Payments"), "project Payments"),
        ("outputs", lambda: OutputFactory(), lambda it: ContributionFactory(output=it), "still refers to"),
        ("milestones", lambda: MilestoneFactory(), None, ""),
    ],
)
def test_both_doors_delete_what_nothing_refers_to(petra: Any, door: str, place: str, make: Any, refer: Any, named: str):
    def send(thing: Any) -> Any:
        name = thing.code if place == "programs" else thing.pk
        return (
            on_the_page(petra, f"/{place}/{name}/deletion/", {})
            if door == "page"
            else by_program(petra, "DELETE", f"{place}/{name}/", None)
        )

    if refer:
        kept = make()
        other = refer(kept)
        answer = send(kept)
        assert answer.status_code == 409
        assert named in (words(answer.content.decode()) if door == "page" else answer.json()["detail"])
        assert type(kept).objects.filter(pk=kept.pk).exists()
        assert Change.objects.filter(operation="delete").count() == 0
        if place == "programs":
            change(other, program=None)
            assert send(kept).status_code in (204, 302)
            assert not type(kept).objects.filter(pk=kept.pk).exists()
    else:
        gone = make()
        assert send(gone).status_code in (204, 302)
        assert not type(gone).objects.exists()


@pytest.mark.parametrize("door", ["page", "rest"])
@pytest.mark.parametrize("place", ["programs", "projects"])
def test_both_doors_restrict_to_teams_and_open_again(petra: Any, door: str, place: str):
    team: Any = TeamFactory(slug="trusted")
    insider, outsider = MembershipFactory(team=team).user, UserFactory()
    thing: Any = {"programs": ProgramFactory, "projects": ProjectFactory}[place](code="SECRET")
    until = (timezone.now() + timedelta(days=30)).replace(microsecond=0, second=0)
    address = f"{place}/SECRET/restriction/"
    if door == "page":
        values = {"until": until.strftime("%Y-%m-%dT%H:%M"), "teams": "trusted"}
        assert on_the_page(petra, f"/{address}", values).status_code == 302
    else:
        answer = by_program(petra, "POST", address, {"until": until.isoformat(), "teams": ["trusted"]})
        assert (answer.status_code, answer.json()["restricted_until"]) == (200, until.isoformat().replace("+00:00", "Z"))
    thing.refresh_from_db()
    assert thing.restricted_until == until
    seen = lambda who: signed_in(who).get(f"/{place}/SECRET/").status_code  # noqa: E731 - read right below
    assert (seen(petra), seen(insider), seen(outsider)) == (200, 200, 404)
    answer = on_the_page(petra, f"/{place}/SECRET/opening/", {}) if door == "page" else by_program(petra, "DELETE", address, None)
    assert answer.status_code == (302 if door == "page" else 200)
    assert seen(outsider) == 200
    fact = Fact.objects.get(verb="opened")
    assert fact.data["code"] == "SECRET", "whoever follows the changes learns the present state"


def test_a_restriction_ends_in_time(petra: Any):
    ProjectFactory(code="PAY")
    for until in (timezone.now() - timedelta(minutes=1), timezone.now() + timedelta(days=900)):
        answer = by_program(petra, "POST", "projects/PAY/restriction/", {"until": until.isoformat()})
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["until"])


# --- who

CAST = ("pmo", "manager", "manager of the program", "another manager", "release manager", "auditor", "viewer", "outsider")
MAY: dict[str, set[str]] = {
    "POST programs/": {"pmo"},
    "PATCH programs/BANK/": {"pmo", "manager of the program"},
    "POST projects/": {"pmo"},
    "PATCH projects/PAY/": {"pmo", "manager"},
    "POST projects/PAY/cancellation/": {"pmo", "manager"},
    "POST projects/PAY/restriction/": {"pmo", "manager"},
    "POST milestones/": {"pmo", "manager"},
    "PATCH milestones/<>/": {"pmo", "manager"},
    "DELETE milestones/<>/": {"pmo", "manager"},
    "POST outputs/": {"pmo", "manager"},
    "PATCH outputs/<>/": {"pmo", "manager"},
    "DELETE outputs/<>/": {"pmo", "manager"},
}
BODIES: dict[str, Any] = {
    "POST programs/": {"code": "N", "name": "New"},
    "POST projects/": {"code": "N", "name": "New"},
    "POST projects/PAY/cancellation/": {"reason": "Because"},
    "POST projects/PAY/restriction/": {"until": "REPLACED"},
    "POST milestones/": {"code": "n", "name": "New", "project": "PAY", "starts_on": "2026-01-01"},
    "POST outputs/": {"code": "n", "name": "New", "project": "PAY"},
}
PAGES = {
    "POST programs/": "programs/new/",
    "PATCH programs/BANK/": "programs/BANK/edit/",
    "POST projects/": "projects/new/",
    "PATCH projects/PAY/": "projects/PAY/edit/",
    "POST projects/PAY/cancellation/": "projects/PAY/cancellation/",
    "POST projects/PAY/restriction/": "projects/PAY/restriction/",
    "PATCH milestones/<>/": "milestones/<>/edit/",
    "DELETE milestones/<>/": "milestones/<>/deletion/",
    "PATCH outputs/<>/": "outputs/<>/edit/",
    "DELETE outputs/<>/": "outputs/<>/deletion/",
}


@pytest.mark.parametrize("who", CAST)
def test_who_may_what(who: str):
    """Restricted to a team: for somebody outside it, nothing is there."""
    roles = {
        "pmo": [Role.PMO],
        "another manager": [Role.PROJECT_MANAGER],
        "release manager": [Role.RELEASE_MANAGER],
        "auditor": [Role.AUDITOR],
    }
    person: Any = UserFactory(roles=roles.get(who, []))
    program: Any = ProgramFactory(code="BANK", manager=person if who == "manager of the program" else None)
    project: Any = ProjectFactory(code="PAY", program=program, manager=person if who == "manager" else UserFactory())
    milestone: Any = MilestoneFactory(project=project)
    output: Any = OutputFactory(project=project)
    if who == "outsider":
        change(project, restricted_until=timezone.now() + timedelta(days=9))
    caller, browser = writer(user=person), signed_in(person)
    found: dict[str, int] = {}
    for deed, may in MAY.items():
        method, address = deed.split()
        number = str(output.pk if "outputs" in address else milestone.pk)
        if deed in PAGES and not ("cancellation" in address and who == "manager"):
            page = browser.get("/" + PAGES[deed].replace("<>", number))
            hidden = (who == "outsider" and "PAY" in address + PAGES[deed]) or (who == "outsider" and "<>" in address)
            assert page.status_code == (200 if who in may else 404 if hidden else 403), deed
        body = BODIES.get(deed, None if method == "DELETE" else {})
        if body == {"until": "REPLACED"}:
            body = {"until": (timezone.now() + timedelta(days=2)).isoformat()}
        found[deed] = caller.send(method, address.replace("<>", number), body).status_code
    allowed = {deed for deed, status in found.items() if status < 300}
    assert allowed == {deed for deed, may in MAY.items() if who in may}
    for deed, status in found.items():
        if deed not in allowed:
            hidden = who == "outsider" and deed not in ("POST programs/", "PATCH programs/BANK/", "POST projects/")
            # What one may not see is not there; to name it in a body is to name nothing.
            assert status == ((400 if deed.endswith(("milestones/", "outputs/")) else 404) if hidden else 403), deed


@pytest.mark.parametrize(
    ("address", "who_may", "verb"),
    [
        ("/projects/", "petra", "New project"),
        ("/programs/", "petra", "New program"),
        ("/milestones/", "paul", "New milestone"),
        ("/outputs/", "paul", "New output"),
        ("/projects/PAY/", "paul", "Change"),
    ],
)
def test_buttons_are_there_only_for_who_may(petra: Any, paul: Any, address: str, who_may: str, verb: str):
    ProjectFactory(code="PAY", manager=paul)
    for who, person in (("petra", petra), ("paul", paul), ("nobody", UserFactory())):
        shown = [each.words for each in signed_in(person).get(address).context["verbs"]]
        assert (verb in shown) is (who == who_may or (who == "petra")), who
    assert 'rel="new"' in signed_in(petra).get(address).content.decode()


def test_a_token_that_may_only_read_writes_nothing(petra: Any):
    answer = Caller(user=petra).send("POST", "projects/", {"code": "N", "name": "New"})
    assert answer.status_code == 403
    assert "lacks the scope write" in answer.json()["detail"]


# --- shapes


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"color": "red"}, "color"),
        ({"name": 7}, "name"),
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "turned \u202e around"}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 301}, "name"),
        ({"status": "flying"}, "status"),
        ({"status": ""}, "status"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"starts_on": 20260230}, "starts_on"),
        ({"starts_on": "2026-01-01T00:00:00Z"}, "starts_on"),
        ({"budget": "many"}, "budget"),
        ({"budget": True}, "budget"),
        ({"budget": -1}, "budget"),
        ({"budget": "1e400"}, "budget"),
        ({"program": "NOWHERE"}, "program"),
        ({"program": {"code": "BANK"}}, "program"),
        ({"manager": "nobody@example.org"}, "manager"),
        ({"manager": 10**17}, "manager"),
        ({"manager": True}, "manager"),
        ({"code": "OTHER"}, "code"),
    ],
)
def test_wrong_shapes_are_named(petra: Any, values: dict[str, Any], field: str):
    ProjectFactory(code="PAY")
    answer = by_program(petra, "PATCH", "projects/PAY/", values)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert Project.objects.get().revision == 1


@pytest.mark.parametrize(
    ("values", "cleared"),
    [
        ({"starts_on": None, "ends_on": None}, "starts_on"),
        ({"manager": None}, "manager"),
        ({"scope": ""}, "scope"),
        ({"budget": None}, "budget"),
    ],
)
def test_null_and_nothing_clear(petra: Any, values: dict[str, Any], cleared: str):
    ProjectFactory(code="PAY", manager=petra, scope="All", budget=1)
    answer = by_program(petra, "PATCH", "projects/PAY/", values)
    assert answer.json()[cleared] in (None, "")


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '"x"', "[" * 100_000, b"\xff", '{"name": "\\ud800"}', "NaN"])
def test_what_is_no_object_is_a_400(petra: Any, body: Any):
    ProjectFactory(code="PAY")
    for method, address in (("POST", "projects/"), ("PATCH", "projects/PAY/")):
        answer = writer(user=petra).send(method, address, body)
        assert (answer.status_code, answer["Content-Type"]) in [(400, "application/problem+json"), (200, "application/json")]
        assert answer.status_code == 400 or (method == "PATCH" and body == "")


def test_people_are_named_by_address_or_id(petra: Any, paul: Any):
    ProjectFactory(code="PAY")
    for name in ("Paul@Example.org", paul.pk):
        assert by_program(petra, "PATCH", "projects/PAY/", {"manager": name, "sponsor": name}).json()["manager"]["name"] == "Paul"


def test_services_of_an_output_are_the_whole_list_and_count_as_a_change(petra: Any):
    output: Any = OutputFactory()
    ServiceFactory(slug="ledger")
    ServiceFactory(slug="gateway")
    caller = writer(user=petra)
    for wanted, revision in ((["ledger", "gateway"], 2), (["gateway"], 3), (["gateway"], 3), ([], 4)):
        body = caller.send("PATCH", f"outputs/{output.pk}/", {"services": wanted}).json()
        assert (sorted(row["slug"] for row in body["services"]), body["revision"]) == (sorted(wanted), revision)
    assert caller.send("PATCH", f"outputs/{output.pk}/", {"services": ["ledger", "ledger"]}).status_code == 400
    page = on_the_page(
        petra, f"/outputs/{output.pk}/edit/", {"name": "N", "kind": "software", "status": "planned", "services": "ledger, nothing"}
    )
    assert "There is no service “nothing”" in words(page.content.decode())


def test_put_is_no_way_to_write(petra: Any):
    ProjectFactory(code="PAY")
    answer = writer(user=petra).send("PUT", "projects/PAY/", {})
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, PATCH, HEAD, OPTIONS"
    assert writer(user=petra).send("DELETE", "projects/PAY/").status_code == 405


def test_a_page_for_strangers_leads_to_the_sign_in(client: Client):
    assert client.get("/projects/new/")["Location"] == "/accounts/login/?next=/projects/new/"


# --- once


def test_the_same_key_is_done_once(petra: Any):
    caller = writer(user=petra)
    body = {"code": "NEW", "name": "Refunds"}
    first = caller.send("POST", "projects/", body, **{"Idempotency-Key": "k1"})
    again = caller.send("POST", "projects/", body, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again["Location"], again["ETag"]) == (first.content, f"{BASE}projects/NEW/", first["ETag"])
    assert again["Idempotency-Replayed"] == "true"
    assert Project.objects.count() == 1
    other = caller.send("POST", "projects/", body | {"code": "OTHER"}, **{"Idempotency-Key": "k1"})
    assert other.status_code == 422
    assert writer(user=petra).send("POST", "projects/", body, **{"Idempotency-Key": "k1"}).status_code == 409, "another token's key"
    assert caller.send("POST", "projects/", body, **{"Idempotency-Key": "k 2"}).status_code == 400


def test_a_refusal_keeps_nothing(petra: Any):
    caller = writer(user=petra)
    taken: Any = ProgramFactory(code="X")
    assert caller.send("POST", "programs/", {"code": "X", "name": "X"}, **{"Idempotency-Key": "k"}).status_code == 409
    change(taken, code="Y")
    assert caller.send("POST", "programs/", {"code": "X", "name": "X"}, **{"Idempotency-Key": "k"}).status_code == 201


# --- what people call things


def test_pages_take_what_a_thing_is_called_where_only_one_is_and_programs_send_its_code(petra: Any):
    ProgramFactory(code="BANK", name="Open banking")
    ServiceFactory(slug="payments", name="Payments gateway")
    typed = {"code": "NEW", "name": "Refunds", "program": "open Banking", "manager": "Petra", "status": "active"}
    assert on_the_page(petra, "/projects/new/", typed)["Location"] == "/projects/NEW/"
    made = Project.objects.get(code="NEW")
    assert (made.program, made.manager) == (Program.objects.get(code="BANK"), petra)
    answer = by_program(petra, "POST", "projects/", {"code": "NEWER", "name": "Refunds", "program": "Open banking"})
    assert answer.status_code == 400
    assert "correct the code" in answer.json()["errors"]["program"][0]
    output = {"code": "app", "name": "App", "project": "refunds", "services": "Payments Gateway"}
    assert on_the_page(petra, "/outputs/new/", output).status_code == 302
    assert [service.slug for service in Output.objects.get(code="app").services.all()] == ["payments"]
    twice = on_the_page(petra, "/outputs/new/", output | {"code": "app2", "services": "payments, payments gateway"})
    assert "One stands twice" in twice.content.decode()


def test_of_two_that_are_called_the_same_a_page_wants_the_code(petra: Any):
    ProgramFactory(code="BANK", name="Open banking")
    ProgramFactory(code="BANK2", name="Open banking")
    answer = on_the_page(petra, "/projects/new/", {"code": "NEW", "name": "Refunds", "program": "Open banking"})
    assert answer.status_code == 400
    assert "More than one program is called “Open banking”; write the code." in words(answer.content.decode())
