"""Verbs on outputs: create, change, delete; and the plural one of imports."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.models import User
from common import referring
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.copying import copy_rows
from common.refusals import Conflict, NotAllowed
from common.rows import Seen, expect_seen, revise
from environments.models import Service
from history.deeds import deed, record_all
from projects import rules
from projects.actions.sentences import brought, changed, take, tell
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
def create(*, by: User, project: Project, code: str, services: Sequence[Service] = (), **values: Any) -> Output:
    """A new output of a project: name, kind, status, due_on, forecast_on, delivered_on, services. Dates may lie outside the project's.

    Raises NotAllowed, Conflict when the project has one of this code.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if not rules.may_write_project(by, project):
        raise NotAllowed(NOT_YOURS)
    if Output.objects.filter(project=project, code=code).exists():
        raise Conflict(f"The project has an output {code} already; choose another code.", errors={"code": ["This code is taken."]})
    output: Output = Output.objects.create(project=project, code=code, **_without_empty_words(values))
    output.services.set(services)
    tell(output, "created", "made the output", by=by, manager_id=project.manager_id)
    output.refresh_from_db()
    return output


@deed
def change(output: Output, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Output:
    """Change name, kind, status, dates, or the whole list of services. Raises NotAllowed, Stale."""
    output = _to_write(output, by, seen)
    changes = _without_empty_words(changes)
    services = changes.pop("services", None)
    differing = take(output, changes)
    if differing:
        output.save(update_fields=differing)
    if services is not None and set(services) != set(output.services.all()):
        output.services.set(services)
        if not differing:
            revise(output)
        differing.append("services")
    if differing:
        tell(output, "changed", "changed the output", by=by, manager_id=output.project.manager_id, columns=differing)
        output.refresh_from_db()
    return output


@deed
def delete(output: Output, *, by: User, seen: Seen = None) -> None:
    """Delete an output that no release carries. Raises NotAllowed, Stale, Conflict that names what refers to it."""
    output = _to_write(output, by, seen)
    tell(output, "deleted", "deleted the output", by=by, manager_id=output.project.manager_id, code=output.code)
    referring.delete(output, by=by)


def _to_write(output: Output, by: User, seen: Seen) -> Output:
    found: Output = Output.objects.select_for_update(no_key=True, of=("self",)).select_related("project").get(pk=output.pk)
    if not rules.may_write_output(by, found):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _without_empty_words(values: Mapping[str, Any]) -> dict[str, Any]:
    """A page's field left empty means the usual."""
    return {name: value for name, value in values.items() if name not in ("kind", "status") or value}


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
