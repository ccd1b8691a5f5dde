"""REST: programs, projects, milestones, outputs; and who sees the restricted ones."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.vocabulary import Role
from tests.callers import BASE, ROOT, Caller, change, in_a_deed
from tests.factories import (
    NOON,
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

pytestmark = pytest.mark.django_db
FAR = NOON + timedelta(days=3650)


def test_a_project_is_shown_as_its_import_names_it():
    manager = UserFactory(name="Paula")
    program = ProgramFactory(code="PRG", name="Payments program")
    project = ProjectFactory(
        code="PAY", name="Payments", program=program, manager=manager, budget=Decimal("1200.50"), currency="EUR", scope="All of it"
    )
    project.refresh_from_db()
    (row,) = Caller().rows("projects/")
    assert row == {
        "id": project.pk,
        "code": "PAY",
        "url": f"{BASE}projects/PAY/",
        "html_url": f"{ROOT}projects/PAY/",
        "name": "Payments",
        "program": {"code": "PRG", "name": "Payments program", "url": f"{BASE}programs/PRG/"},
        "manager": {"id": manager.pk, "name": "Paula", "url": None},
        "sponsor": None,
        "status": "active",
        "starts_on": "2026-01-05",
        "ends_on": "2026-06-30",
        "closed_on": None,
        "budget": "1200.50",
        "currency": "EUR",
        "scope": "All of it",
        "restricted_until": None,
        "updated_at": project.updated_at.isoformat().replace("+00:00", "Z"),
        "revision": 1,
    }


def test_outputs_and_milestones_are_shown_with_what_they_belong_to():
    project = ProjectFactory(code="PAY", name="Payments")
    output = OutputFactory(project=project, code="o1", name="Ledger", due_on=date(2026, 3, 1))
    in_a_deed(output, lambda: output.services.add(ServiceFactory(slug="ledger", name="Ledger")))
    MilestoneFactory(project=project, code="m1", name="Kick-off", kind="kickoff")
    MilestoneFactory(project=None, code="m2")
    caller = Caller()
    reference = {"code": "PAY", "name": "Payments", "url": f"{BASE}projects/PAY/"}
    (row,) = caller.rows("outputs/")
    assert {name: row[name] for name in ("project", "code", "name", "due_on", "services")} == {
        "project": reference,
        "code": "o1",
        "name": "Ledger",
        "due_on": "2026-03-01",
        "services": [{"slug": "ledger", "name": "Ledger", "url": f"{BASE}services/ledger/"}],
    }
    first, second = caller.rows("milestones/")
    assert (first["project"], first["program"], first["kind"]) == (reference, None, "kickoff")
    assert (second["project"], second["program"], second["code"]) == (None, None, "m2")


def test_cancelled_milestones_are_listed_only_when_asked_for():
    caller = Caller()
    standing, cancelled = MilestoneFactory(), MilestoneFactory(cancelled_at=NOON)
    found = lambda query: [row["id"] for row in caller.rows(f"milestones/?{query}")]  # noqa: E731 - read right below
    assert found("limit=9") == [standing.pk]
    assert found("cancelled=true") == [cancelled.pk]
    assert found("cancelled=true&cancelled=false") == [standing.pk, cancelled.pk]


def test_days_from_and_to():
    caller = Caller()
    ProjectFactory(code="P", starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 12))
    MilestoneFactory(starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 12), project=None)
    OutputFactory(
        project__code="OTHER", project__starts_on=date(2000, 1, 1), project__ends_on=date(2000, 1, 2), due_on=date(2026, 3, 12)
    )
    for query, found in (
        ("from=2026-03-12", True),
        ("from=2026-03-13", False),
        ("from=2026-03-12T23:59:59Z", True),
        ("from=2026-03-12&to=2026-03-13", True),
    ):
        for place in ("projects", "milestones", "outputs"):
            assert bool(caller.rows(f"{place}/?{query}")) is found, (place, query)
    assert [row["code"] for row in caller.rows("projects/?from=2026-01-01&to=2026-03-10")] == []
    assert [row["code"] for row in caller.rows("projects/?from=2026-01-01&to=2026-03-10T00:00:01Z")] == ["P"]


def whole_project() -> None:
    ProjectFactory(program=ProgramFactory(manager=UserFactory()), manager=UserFactory(), sponsor=UserFactory())


def whole_output() -> None:
    output: Any = OutputFactory()
    in_a_deed(output, lambda: output.services.add(ServiceFactory()))


@pytest.mark.parametrize(
    ("address", "make", "queries"),
    [
        ("programs/", lambda: ProgramFactory(manager=UserFactory()), 4),
        ("projects/", whole_project, 6),
        ("milestones/", lambda: MilestoneFactory(project=ProjectFactory()), 8),
        ("outputs/", whole_output, 8),
    ],
)
def test_lists_cost_the_same_for_one_row_and_for_thirty(address: str, make: Any, queries: int):
    caller = Caller()
    make()
    assert (len(caller.rows(address)), caller.queries(address)) == (1, queries)
    for _ in range(29):
        make()
    assert (len(caller.rows(address)), caller.queries(address)) == (30, queries)


# --- who sees


@pytest.fixture
def secret() -> Any:
    """A restricted project of Mona's with everything below it, open to the team `trusted`."""
    project: Any = ProjectFactory(
        code="SECRET",
        name="The takeover",
        manager=UserFactory(name="Mona"),
        restricted_until=FAR,
        program=ProgramFactory(code="OPEN"),
    )
    in_a_deed(project, lambda: project.restricted_to.add(TeamFactory(slug="trusted")))
    OutputFactory(project=project, name="Secret output")
    MilestoneFactory(project=project, name="Secret milestone")
    return project


def places(project: Any) -> list[str]:
    return [
        "projects/SECRET/",
        f"outputs/{project.outputs.get().pk}/",
        f"milestones/{project.milestones.get().pk}/",
    ]


def test_a_stranger_is_asked_to_sign_in(client: Any, secret: Any):
    for place in ("projects/", "outputs/", "changes/", "", "openapi.json", "docs/", *places(secret)):
        answer = client.get(f"/api/v1/{place}")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer"), place
        assert answer["Content-Type"] == "application/problem+json"


def test_a_viewer_finds_nothing_of_it(secret: Any):
    caller = Caller()
    ProjectFactory(code="PLAIN")
    assert [row["code"] for row in caller.rows("projects/")] == ["PLAIN"]
    assert caller.get("projects/?count=true").json()["count"] == 1
    assert caller.rows("outputs/") == caller.rows("milestones/") == []
    for place in places(secret):
        answer = caller.get(place, **{"If-None-Match": '"1-1", *'})
        assert answer.status_code == 404, place
    # Asking for it by name gives away no more than asking for what never was.
    known, unknown = (caller.get(f"outputs/?project={code}") for code in ("SECRET", "NEVER"))
    assert known.status_code == unknown.status_code == 400
    assert known.json()["detail"].replace("SECRET", "NEVER") == unknown.json()["detail"]


@pytest.mark.parametrize("who", [Role.PMO, Role.AUDITOR, Role.ADMINISTRATOR, "manager", "named team", "team lead", "service owner"])
def test_those_who_may_see_it_find_all_of_it(secret: Any, who: str):
    if who in list(Role):
        caller = Caller(who)
    elif who == "manager":
        caller = Caller(user=secret.manager)
    elif who == "named team":
        member: Any = MembershipFactory(team=secret.restricted_to.get())
        caller = Caller(user=member.user)
    elif who == "team lead":
        team = change(secret.restricted_to.get(), lead=UserFactory())
        caller = Caller(user=team.lead)
    else:
        owner: Any = MembershipFactory()
        output = secret.outputs.get()
        in_a_deed(output, lambda: output.services.add(ServiceFactory(owner=owner.team)))
        caller = Caller(user=owner.user)
    assert [row["code"] for row in caller.rows("projects/")] == ["SECRET"]
    assert len(caller.rows("outputs/")) == len(caller.rows("milestones/")) == 1
    for place in places(secret):
        assert caller.get(place).status_code == 200, place


@pytest.mark.parametrize("who", [Role.PROJECT_MANAGER, Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER, Role.POLICY_OWNER])
def test_other_roles_lift_no_restriction(secret: Any, who: str):
    assert Caller(who).rows("projects/") == []


def test_a_visible_thing_refers_to_a_restricted_one_by_whom_to_ask(secret: Any):
    contribution: Any = ContributionFactory(output=secret.outputs.get())
    key = contribution.release.key
    (row,) = Caller().rows("releases/")
    assert row["outputs"] == [{"restricted": True, "contact": "Mona"}]
    (row,) = Caller().rows(f"releases/{key}/contributions/")
    assert row["output"] == {"restricted": True, "contact": "Mona"}
    for address in ("releases/", f"releases/{key}/", f"releases/{key}/contributions/", f"releases/{key}/events/"):
        body = Caller().get(address).content
        assert b"Secret" not in body
        assert b"SECRET" not in body
    (row,) = Caller(Role.PMO).rows("releases/")
    assert row["outputs"][0]["name"] == "Secret output"


def test_a_project_of_a_hidden_program_is_hidden_but_from_its_manager():
    program = ProgramFactory(code="DARK", manager=UserFactory(name="Dora"), restricted_until=FAR)
    project = ProjectFactory(code="SHADE", program=program, manager=UserFactory())
    assert Caller().rows("projects/") == []
    (row,) = Caller(user=project.manager).rows("projects/")
    assert row["program"] == {"restricted": True, "contact": "Dora"}
    assert Caller(user=program.manager).rows("projects/")[0]["program"]["code"] == "DARK"


@pytest.mark.django_db(transaction=True)
def test_a_change_of_who_may_see_changes_the_tag():
    project = ProjectFactory(code="SECRET", restricted_until=FAR, manager=None)
    caller = Caller()
    tag = caller.get("projects/")["ETag"]
    in_a_deed(project, lambda: project.restricted_to.add(MembershipFactory(user=caller.user).team))
    answer = caller.get("projects/", **{"If-None-Match": tag})
    assert (answer.status_code, len(answer.json()["results"])) == (200, 1)
    tag = answer["ETag"]
    membership = caller.user.memberships.get()
    in_a_deed(project, membership.delete)
    answer = caller.get("projects/", **{"If-None-Match": tag})
    assert (answer.status_code, answer.json()["results"]) == (200, [])
