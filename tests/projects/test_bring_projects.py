"""Who may bring programs, projects, milestones and outputs, and in whose name it is recorded."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from common.bringing import WrongRows
from history.models import Fact
from projects import rules
from projects.actions import milestones, outputs, programs, projects
from projects.models import Milestone, Output, Project
from tests.factories import MilestoneFactory, OutputFactory, ProgramFactory, ProjectFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def rows_of(manager):
    """For each verb, a row that changes something of `manager`'s."""
    program = ProgramFactory(code="P", manager=manager)
    project = ProjectFactory(code="PAY", manager=manager)
    MilestoneFactory(project=None, program=program, code="go")
    OutputFactory(project=project, code="api")
    return [
        (programs.bring, {"code": "P", "name": "Changed"}),
        (projects.bring, {"code": "PAY", "name": "Changed"}),
        (milestones.bring, {"program": "P", "code": "go", "name": "Changed"}),
        (milestones.bring, {"project": "PAY", "code": "new-one", "name": "New", "starts_on": DAY}),
        (outputs.bring, {"project": "PAY", "code": "api", "name": "Changed"}),
        (outputs.bring, {"project": "PAY", "code": "new-one", "name": "New"}),
    ]


def test_its_manager_may():
    mona = UserFactory()
    for bring, row in rows_of(mona):
        done = bring([row], by=mona)
        assert (done.created + done.changed, done.unchanged) == (1, 0)


@pytest.mark.parametrize(
    "role", [None, Role.RELEASE_MANAGER, Role.ENVIRONMENT_MANAGER, Role.ADMINISTRATOR, Role.AUDITOR, Role.PROJECT_MANAGER]
)
def test_nobody_else_may_without_the_pmos_role(role):
    stan = UserFactory(roles=[role] if role else [])
    for bring, row in rows_of(UserFactory()):
        with pytest.raises(WrongRows, match="Only the PMO"):
            bring([row], by=stan)


def test_a_manager_who_left_may_not():
    mona = UserFactory(is_active=False)
    project, program = ProjectFactory(manager=mona), ProgramFactory(manager=mona)
    assert not rules.may_write_project(mona, project)
    assert not rules.may_write_program(mona, program)
    assert not rules.may_write_milestone(mona, program, None)


def test_the_pmo_writes_in_the_managers_name_and_the_event_says_so():
    mona, pia = UserFactory(), UserFactory(roles=[Role.PMO])
    for bring, row in rows_of(mona):
        bring([row], by=pia)
    told = Fact.objects.filter(verb="changed")
    assert set(told.values_list("subject_kind", flat=True)) == {"program", "project", "milestone", "output"}
    for fact in told:
        assert fact.template.endswith(", in the name of {manager}")
        assert fact.data["manager"] == {"kind": "user", "id": mona.pk}


def test_new_projects_and_the_organisations_milestones_are_the_pmos():
    mona, pia = UserFactory(roles=[Role.PROJECT_MANAGER]), UserFactory(roles=[Role.PMO])
    for bring, row in (
        (programs.bring, {"code": "N", "name": "New", "manager": mona.email}),
        (projects.bring, {"code": "N", "name": "New", "manager": mona.email}),
        (milestones.bring, {"code": "day", "name": "Day", "starts_on": DAY}),
    ):
        with pytest.raises(WrongRows, match="Only the PMO"):
            bring([row], by=mona)
        assert bring([row], by=pia).created == 1


def test_a_restricted_project_is_not_there_for_who_may_not_see_it():
    stan = UserFactory()
    ProjectFactory(code="SECRET", restricted_until=UNTIL)
    with pytest.raises(WrongRows, match="is restricted; ask the PMO"):
        projects.bring([{"code": "SECRET", "name": "Mine"}], by=stan)
    with pytest.raises(WrongRows, match="There is no project “SECRET”"):
        outputs.bring([{"project": "SECRET", "code": "x", "name": "X"}], by=stan)
    with pytest.raises(WrongRows, match="There is no project “SECRET”"):
        milestones.bring([{"project": "SECRET", "code": "x", "name": "X", "starts_on": DAY}], by=stan)


def test_the_same_code_in_two_places_is_two_milestones():
    ProgramFactory(code="P")
    ProjectFactory(code="P")
    rows = [{"code": "go", "name": "Go", "starts_on": DAY} | place for place in ({"program": "P"}, {"project": "P"}, {})]
    assert milestones.bring(rows, by=User.objects.operator()).created == 3
    assert milestones.bring(rows[::-1], by=User.objects.operator()).unchanged == 3


def test_one_entry_of_a_calendar_is_one_milestone():
    row = {"code": "a", "name": "A", "starts_on": DAY, "uid": "1@example.org", "calendar": "Team"}
    milestones.bring([row], by=User.objects.operator())
    with pytest.raises(WrongRows, match="The milestone a has this uid already"):
        milestones.bring([row | {"code": "b"}], by=User.objects.operator())
    with pytest.raises(WrongRows, match="has this uid already"):
        milestones.bring([row | {"code": "c", "uid": "2"}, row | {"code": "d", "uid": "2"}], by=User.objects.operator())
    assert Milestone.objects.count() == 1


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_queries_for_one_row_as_for_thirty(number, django_assert_num_queries):
    ProjectFactory(code="PAY")
    services = [ServiceFactory() for _ in range(3)]
    rows = [
        {"project": "PAY", "code": f"o{place}", "name": "Output", "services": [service.slug for service in services]}
        for place in range(number)
    ]
    operator = User.objects.operator()
    outputs.bring(rows, by=operator)
    with django_assert_num_queries(9):
        assert outputs.bring(rows, by=operator).unchanged == number


def test_one_row_at_a_time_equals_all_at_once():
    ServiceFactory(slug="a")
    ServiceFactory(slug="b")
    operator = User.objects.operator()
    rows = [
        {"code": "A", "name": "A", "starts_on": DAY, "status": "active"},
        {"code": "B", "name": "B", "budget": None, "manager": "mona@example.org"},
    ]
    carried = [
        {"project": project, "code": code, "name": code, "services": services}
        for project, code, services in (("A", "x", ["a", "b"]), ("B", "x", ["b"]), ("A", "y", []))
    ]

    def everything():
        return (
            list(Project.objects.order_by("code").values_list("code", "name", "starts_on", "status", "budget", "manager__email")),
            sorted(Output.objects.values_list("project__code", "code", "name", "services__slug"), key=str),
        )

    projects.bring(rows, by=operator)
    outputs.bring(carried, by=operator)
    at_once = everything()
    for row in reversed(carried):
        assert outputs.bring([row], by=operator).unchanged == 1
    for row in rows:
        assert projects.bring([row], by=operator).unchanged == 1
    assert everything() == at_once
