"""The pages of programs, projects, milestones and outputs."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.vocabulary import Role
from history.deeds import deed, record
from tests.factories import (
    NOON,
    MilestoneFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    ServiceFactory,
    UserFactory,
)
from tests.reading import notices, rows, signed_in, words

pytestmark = pytest.mark.usefixtures("in_2026")

LATER = NOON + timedelta(days=365)


def project_of_a_program() -> None:
    OutputFactory(project=ProjectFactory(program=ProgramFactory(), manager=UserFactory()))


def milestone_of_a_program() -> None:
    MilestoneFactory(project=None, program=ProgramFactory())


def output_of_a_service() -> None:
    output: Any = OutputFactory(project=ProjectFactory(program=ProgramFactory()))
    service = ServiceFactory()
    clock = User.objects.clock()
    with deed(by=clock):
        output.services.add(service)
        record(output, "told", by=clock)


@pytest.mark.parametrize(
    ("address", "make", "queries"),
    [
        ("/programs/", lambda: ProgramFactory(manager=UserFactory()), 8),
        ("/projects/", project_of_a_program, 13),
        ("/milestones/", milestone_of_a_program, 15),
        ("/outputs/", output_of_a_service, 14),
    ],
)
def test_lists_cost_the_same_for_one_row_and_for_thirty(reader: Client, address: str, make: Any, queries: int):
    make()
    reader.get(address)
    with CaptureQueriesContext(connection) as one:
        assert len(rows(reader.get(address))) == 1
    for _ in range(29):
        make()
    with CaptureQueriesContext(connection) as thirty:
        assert len(rows(reader.get(address))) == 30
    assert len(one) == len(thirty) == queries


@pytest.mark.parametrize(
    "address", ["/programs/", "/projects/", "/milestones/", "/outputs/", "/programs/X/", "/projects/X/", "/outputs/1/"]
)
def test_strangers_are_led_to_the_sign_in(client: Client, db: None, address: str):
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_the_list_of_projects_says_what_is_under_way_and_delivered(reader: Client):
    project: Any = ProjectFactory(
        code="PAY", name="Payments", program=ProgramFactory(name="Open banking"), manager=UserFactory(name="Paul Okafor")
    )
    OutputFactory(project=project, status="accepted")
    OutputFactory(project=project)
    said = words(reader.get("/projects/").content.decode())
    assert "Payments PAY Active Mon 5 Jan – Tue 30 Jun 1 of 2 outputs Open banking Paul Okafor" in said


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=closed", ["Ledger"]),
        ("?status=closed&status=active", ["Ledger", "Payments"]),
        ("?program=BANK", ["Payments"]),
        ("?q=PAY", ["Payments"]),
        ("?q=nothing", []),
        ("?sort=code", ["Ledger", "Payments"]),
        ("?from=2026-07-01", ["Ledger"]),
    ],
)
def test_projects_are_narrowed_by_filters_and_words(reader: Client, query: str, found: list[str]):
    ProjectFactory(code="PAY", name="Payments", program=ProgramFactory(code="BANK"))
    ProjectFactory(code="LED", name="Ledger", status="closed", starts_on=date(2026, 6, 1), ends_on=date(2026, 8, 1))
    response = reader.get(f"/projects/{query}")
    assert rows(response) == found
    assert notices(response) == []


@pytest.mark.parametrize("sort", ["latest", "earliest", "project"])
def test_outputs_without_any_date_come_last_and_pages_lose_none(reader: Client, sort: str):
    project: Any = ProjectFactory()
    for number in range(110):
        OutputFactory(project=project, due_on=None if number % 3 == 0 else date(2026, 1, 1) + timedelta(days=number // 7))
    found, pages, address = [], [], f"?sort={sort}"
    while address:
        page = reader.get(f"/outputs/{address}").context["page"]
        pages.append([output.pk for output in page.rows])
        found += page.rows
        previous, address = page.previous, page.next
    assert sorted(output.pk for output in found) == sorted(project.outputs.values_list("pk", flat=True))
    assert len(found) == 110
    assert [output.pk for output in reader.get(f"/outputs/{previous}").context["page"].rows] == pages[-2]
    if sort != "project":
        dated = [output.lies_on for output in found if output.lies_on]
        assert dated == sorted(dated, reverse=sort == "latest")
        assert all(output.lies_on is None for output in found[len(dated) :])


def test_dates_never_shift_by_the_readers_zone(db: None):
    MilestoneFactory(name="Board", starts_on=date(2026, 3, 10))
    for zone in ("Pacific/Kiritimati", "Pacific/Niue"):
        assert "Tue 10 Mar" in words(signed_in(UserFactory(time_zone=zone)).get("/milestones/").content.decode())


def test_cancelled_milestones_are_shown_only_when_asked_for(reader: Client):
    MilestoneFactory(name="Stands")
    MilestoneFactory(name="Gone", cancelled_at=NOON)
    assert rows(reader.get("/milestones/")) == ["Stands"]
    assert rows(reader.get("/milestones/?cancelled=true")) == ["Gone"]
    assert rows(reader.get("/milestones/?cancelled=true&cancelled=false")) == ["Gone", "Stands"]


def test_the_page_of_a_project_shows_scope_budget_milestones_and_outputs(reader: Client):
    project: Any = ProjectFactory(
        code="PAY",
        name="Payments",
        budget="1250000.00",
        currency="EUR",
        scope="Refunds.\n<b>Not payroll.</b>",
        sponsor=UserFactory(name="Rosa"),
    )
    MilestoneFactory(project=project, name="Pilot", starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 3), kind="deadline")
    OutputFactory(project=project, name="Consent screens", forecast_on=date(2026, 3, 20))
    body = reader.get("/projects/PAY/").content.decode()
    said = words(body)
    assert "Budget 1,250,000.00 EUR" in said
    assert "Sponsor Rosa" in said
    assert "Pilot Wed 1 Apr – Fri 3 Apr · deadline" in said
    assert "Consent screens" in said
    assert "Fri 20 Mar" in said
    assert "&lt;b&gt;Not payroll.&lt;/b&gt;" in body


def test_the_page_of_a_program_shows_its_projects_and_milestones(reader: Client):
    program: Any = ProgramFactory(code="BANK", name="Open banking", description="Consent for all.")
    project: Any = ProjectFactory(name="Payments", program=program)
    OutputFactory(project=project)
    MilestoneFactory(project=None, program=program, name="Board")
    said = words(reader.get("/programs/BANK/").content.decode())
    assert "Payments PROJECT" in said
    assert "0 of 1 outputs" in said
    assert "Board Tue 10 Mar · milestone" in said
    assert "Consent for all." in said


def test_the_page_of_a_milestone_says_of_whom_it_is(reader: Client):
    of_project: Any = MilestoneFactory(name="Pilot", project=ProjectFactory(name="Payments"))
    of_all: Any = MilestoneFactory(name="Year-end freeze", project=None, kind="freeze", ends_on=date(2026, 3, 12))
    assert "Of Payments" in words(reader.get(f"/milestones/{of_project.pk}/").content.decode())
    said = words(reader.get(f"/milestones/{of_all.pk}/").content.decode())
    assert "When Tue 10 Mar – Thu 12 Mar Kind Freeze Of the organisation" in said


class TestRestriction:
    """What belongs to a restricted project or program is kept with it."""

    @pytest.fixture
    def secret(self, db: None) -> Any:
        return ProjectFactory(
            code="MERGE", name="Merger", program=ProgramFactory(code="BANK", name="Open banking"), restricted_until=LATER,
            manager=UserFactory(name="Paul Okafor"),
        )  # fmt: skip

    def test_others_find_neither_it_nor_what_belongs_to_it(self, reader: Client, secret: Any):
        output: Any = OutputFactory(project=secret)
        milestone: Any = MilestoneFactory(project=secret)
        for address in ("/projects/MERGE/", f"/outputs/{output.pk}/", f"/milestones/{milestone.pk}/"):
            assert reader.get(address).status_code == 404
        for address in ("/projects/", "/outputs/", "/milestones/"):
            assert rows(reader.get(address)) == []
        assert "Merger" not in reader.get("/programs/BANK/").content.decode()
        assert "Open banking BANK — 0 0" in words(reader.get("/programs/").content.decode())

    def test_a_filter_by_its_name_does_not_tell_that_it_exists(self, reader: Client, secret: Any):
        known, unknown = (notices(reader.get(f"/outputs/?project={code}")) for code in ("MERGE", "NEVER"))
        assert known == unknown == ["The address has a value of “project” that does not exist; this filter was left out."]

    def test_a_project_of_a_restricted_program_says_whom_to_ask(self, reader: Client, db: None):
        program: Any = ProgramFactory(code="SECRET", name="Takeover", manager=UserFactory(name="Rosa"), restricted_until=LATER)
        reader_of_project: Any = UserFactory()
        ProjectFactory(code="IT", program=program, manager=reader_of_project)
        body = signed_in(reader_of_project).get("/projects/IT/").content.decode()
        assert "restricted, ask Rosa" in words(body)
        assert "Takeover" not in body
        assert reader.get("/projects/IT/").status_code == 404

    def test_its_manager_and_the_pmo_see_it_and_that_it_is_restricted(self, secret: Any):
        for person in (secret.manager, UserFactory(roles=[Role.PMO])):
            client = signed_in(person)
            assert rows(client.get("/projects/")) == ["Merger"]
            assert "Restricted to its managers and named teams until" in words(client.get("/projects/MERGE/").content.decode())


@pytest.mark.parametrize(
    "address",
    [
        "/projects/nothing/",
        "/projects/a%00b/",
        "/projects/-x/",
        "/programs/nothing/",
        "/outputs/0/",
        "/milestones/99999999999999999999/",
    ],
)
def test_what_is_not_there_is_not_found(reader: Client, address: str):
    assert reader.get(address).status_code == 404
