"""Verbs on outputs."""

from collections.abc import Mapping, Sequence

from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.copying import copy_rows
from environments.models import Service
from history.deeds import deed, record_all
from projects import rules
from projects.actions.sentences import brought, changed
from projects.models import Output, Project
from projects.vocabulary import OutputKind, OutputStatus

NOT_YOURS = "Only the PMO, or the manager of its project, may write this output."
PLAIN = {
    "name": "",
    "kind": OutputKind.SOFTWARE.value,
    "status": OutputStatus.PLANNED.value,
    "due_on": None,
    "forecast_on": None,
    "delivered_on": None,
}
CONCERNS = Output.services.through


@deed
def bring(rows: Sequence[Given], *, by: User) -> Brought:
    """Make or change outputs, by `project` (a code) and `code`: name, kind, status, due_on, forecast_on, delivered_on, services.

    `services` is the whole list of slugs. Dates may lie outside the project's. Raises WrongRows with every row that cannot be
    brought; then nothing is written.
    """
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: (row["project"], row["code"]), "code", "output")
    projects = {found.code: found for found in Project.objects.visible_to(by).filter(code__in=batch.values("project"))}
    services = dict(Service.objects.filter(slug__in=batch.values("services")).values_list("slug", "pk"))
    known = {
        (found.project_id, found.code): found
        for found in Output.objects.select_for_update(no_key=True)
        .filter(project__in=[project.pk for project in projects.values()], code__in=batch.values("code"))
        .order_by("pk")
    }
    for place, row in batch.good():
        project = batch.find(place, "project", "project", row["project"], projects)
        if project is not None:
            _look_at(batch, place, row, project, known.get((project.pk, row["code"])), by)
        for slug in row.get("services") or ():
            batch.find(place, "services", "service", slug, services)
    batch.end()
    writing = Writing(Output)
    differing: dict[int, list[str]] = {}
    things: list[Output] = []
    for row in rows:
        values = plain_values(row, PLAIN)
        project = projects[row["project"]]
        output = known.get((project.pk, row["code"]))
        if output is None:
            output = writing.make(project=project, code=row["code"], **values)
        else:
            differing[output.pk] = writing.set(output, values)
        things.append(output)
    writing.write()
    for pk in _write_services(rows, things, services):
        if pk in differing:
            differing[pk].append("services")
    managers = {project.pk: project.manager_id for project in projects.values()}
    touched = [output for output in things if differing.get(output.pk)]
    record_all(
        [brought(made) for made in writing.new]
        + [changed(output, differing[output.pk], by, managers[output.project_id]) for output in touched],
        by=by,
    )
    return Brought(len(writing.new), len(touched), len(rows) - len(writing.new) - len(touched))


def _look_at(batch: Batch, place: int, row: Given, project: Project, output: Output | None, by: User) -> None:
    if not rules.may_write_project(by, project):
        batch.refuse(place, "code", NOT_YOURS)
    if output is None:
        batch.need(place, row, "output", ["name"])
    if row.get("kind") and row["kind"] not in OutputKind.values:
        batch.refuse(place, "kind", f"A kind of output is one of {', '.join(OutputKind.values)}.")
    if row.get("status") and row["status"] not in OutputStatus.values:
        batch.refuse(place, "status", f"An output is one of {', '.join(OutputStatus.values)}.")


def _write_services(rows: Sequence[Given], things: Sequence[Output], services: Mapping[str, int]) -> set[int]:
    """Make the services of each output what its row says; gives the outputs whose list differed."""
    wanted = {
        output.pk: {services[slug] for slug in row["services"] or ()}
        for row, output in zip(rows, things, strict=True)
        if "services" in row
    }
    present: dict[int, dict[int, int]] = {}
    for pk, output, service in CONCERNS.objects.filter(output__in=wanted).values_list("pk", "output", "service"):
        present.setdefault(output, {})[service] = pk
    gone = [pk for output, held in present.items() for service, pk in held.items() if service not in wanted[output]]
    if gone:
        CONCERNS.objects.filter(pk__in=gone).delete()
    copy_rows(
        [
            CONCERNS(output_id=output, service_id=service)
            for output, held in wanted.items()
            for service in sorted(held - present.get(output, {}).keys())
        ]
    )
    return {output for output, held in wanted.items() if held != present.get(output, {}).keys()}
