"""What REST shows of programs, projects, milestones and outputs, and how they are named elsewhere."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Q

from common.labels import Label, Named, ask
from common.reading import Many, Noun, Plain, Question, Reference, person, related
from environments.queries import PEOPLE, SERVICE_LIST, lists_of_services
from projects.models import Milestone, Output, Program, Project

#: Whose rows decide which programs and projects somebody may see.
RESTRICTIONS: Final = (
    *PEOPLE,
    "projects_program",
    "projects_program_restricted_to",
    "projects_project",
    "projects_project_restricted_to",
    "projects_output",
    "projects_output_services",
    "environments_service",
)


def hidden_programs(user: Any) -> Iterable[int]:
    found: list[int] = Program.objects.hidden_from(user)
    return found


def hidden_projects(user: Any) -> Iterable[int]:
    found: list[int] = Project.objects.hidden_from(user)
    return found


def output_references(rows: Sequence[tuple[Any, ...]], question: Question) -> list[Any]:
    """References to outputs out of rows (id, name, project's id), with nothing of those the asker may not see."""
    hidden_ones = question.hidden("project", hidden_projects) if rows else frozenset()
    hidden = {number for number, _, project in rows if project in hidden_ones}
    instead = question.restricted("output", hidden) if hidden else {}
    start = f"{question.base}outputs/"
    return [
        instead[number] if number in hidden else {"id": number, "name": name, "url": f"{start}{number}/"}
        for number, name, _ in rows
    ]


def _services(ids: Sequence[int], question: Question) -> Mapping[int, Any]:
    rows = related(Output.services.through, "output", ids, "service__slug", "service__name", order=("service__slug",))
    return lists_of_services(rows, question)


_PROGRAM = Reference("program", "programs", by="code", kind="program", hidden=hidden_programs)
_PROJECT = Reference("project", "projects", by="code", kind="project", hidden=hidden_projects)

PROGRAMS: Final = Noun(
    "program",
    "programs",
    Program,
    by="code",
    order=("code",),
    tables=RESTRICTIONS,
    columns=(
        Plain("name"),
        person("manager"),
        Plain("description"),
        Plain("starts_on"),
        Plain("ends_on"),
        Plain("restricted_until"),
    ),
)

PROJECTS: Final = Noun(
    "project",
    "projects",
    Project,
    by="code",
    order=("code",),
    tables=RESTRICTIONS,
    columns=(
        Plain("name"),
        _PROGRAM,
        person("manager"),
        person("sponsor"),
        Plain("status"),
        Plain("starts_on"),
        Plain("ends_on"),
        Plain("closed_on"),
        Plain("budget"),
        Plain("currency"),
        Plain("scope"),
        Plain("restricted_until"),
    ),
)

MILESTONES: Final = Noun(
    "milestone",
    "milestones",
    Milestone,
    by="id",
    order=("starts_on", "id"),
    tables=(*RESTRICTIONS, "projects_milestone"),
    columns=(
        _PROGRAM,
        _PROJECT,
        Plain("code"),
        Plain("name"),
        Plain("kind"),
        Plain("starts_on"),
        Plain("ends_on"),
        Plain("description"),
        Plain("uid"),
        Plain("calendar"),
        Plain("cancelled_at"),
    ),
    unasked={"cancelled": Q(cancelled_at=None)},
)

OUTPUTS: Final = Noun(
    "output",
    "outputs",
    Output,
    by="id",
    order=("id",),
    tables=RESTRICTIONS,
    columns=(
        _PROJECT,
        Plain("code"),
        Plain("name"),
        Plain("kind"),
        Plain("status"),
        Plain("due_on"),
        Plain("forecast_on"),
        Plain("delivered_on"),
        Many("services", _services, SERVICE_LIST),
    ),
)


# --- names


def name_programs(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _restrictable(PROGRAMS, ids, hidden_programs(user))


def name_projects(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    return _restrictable(PROJECTS, ids, hidden_projects(user))


def name_milestones(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """Seen with the project or program they belong to."""
    named: dict[int, Named] = {}
    projects, programs = set(hidden_projects(user)), set(hidden_programs(user))
    columns = ("pk", "name", "project_id", "program_id", "project__manager__name", "program__manager__name")
    for pk, name, project, program, project_manager, program_manager in Milestone.objects.filter(pk__in=ids).values_list(*columns):
        if project in projects or program in programs:
            named[pk] = ask(project_manager or program_manager)
        else:
            named[pk] = Label(name, f"/milestones/{pk}/", MILESTONES.address_of(pk))
    return named


def name_outputs(ids: Collection[int], user: Any) -> Mapping[int, Named]:
    """Seen with their project."""
    named: dict[int, Named] = {}
    projects = set(hidden_projects(user))
    columns = ("pk", "name", "project_id", "project__manager__name")
    for pk, name, project, manager in Output.objects.filter(pk__in=ids).values_list(*columns):
        named[pk] = ask(manager) if project in projects else Label(name, f"/outputs/{pk}/", OUTPUTS.address_of(pk))
    return named


def _restrictable(noun: Noun, ids: Collection[int], hidden: Iterable[int]) -> Mapping[int, Named]:
    unseen = set(hidden)
    return {
        pk: ask(manager) if pk in unseen else Label(name, f"/{noun.place}/{code}/", noun.address_of(code))
        for pk, code, name, manager in noun.model.objects.filter(pk__in=ids).values_list("pk", "code", "name", "manager__name")
    }
