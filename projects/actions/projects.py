"""Verbs on projects."""

from collections.abc import Sequence

from accounts.actions import people
from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing, plain_values
from history.deeds import deed, record_all
from projects import rules
from projects.actions.sentences import brought, changed
from projects.models import Program, Project
from projects.vocabulary import ProjectStatus

HIDDEN = "This code belongs to a project that is restricted; ask the PMO."
NOT_YOURS = "Only the PMO, or its manager, may write this project."
PLAIN = {
    "name": "",
    "status": ProjectStatus.PROPOSED.value,
    "starts_on": None,
    "ends_on": None,
    "closed_on": None,
    "budget": None,
    "currency": "",
    "scope": "",
}


@deed
def bring(rows: Sequence[Given], *, by: User) -> Brought:
    """Make or change projects, by `code`: name, program (a code), manager and sponsor (e-mail addresses), status, starts_on,
    ends_on and closed_on (inclusive days), budget, currency (ISO 4217), scope.

    People nobody knows yet are made inactive. Closed projects may have open outputs: nothing forbids either. Raises WrongRows with
    every row that cannot be brought; then nothing is written.
    """
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: row["code"], "code", "project")
    known = {
        found.code: found
        for found in Project.objects.select_for_update(no_key=True).filter(code__in=batch.values("code")).order_by("pk")
    }
    programs = dict(Program.objects.visible_to(by).filter(code__in=batch.values("program")).values_list("code", "pk"))
    hidden = set(Project.objects.hidden_from(by))
    for place, row in batch.good():
        _look_at(batch, place, row, known.get(row["code"]), hidden, by)
        if row.get("program"):
            batch.find(place, "program", "program", row["program"], programs)
    batch.end()
    persons = people.bring(batch.values("manager") | batch.values("sponsor"), by=by)
    writing = Writing(Project)
    told = []
    for row in rows:
        values = plain_values(row, PLAIN)
        if "program" in row:
            values["program_id"] = programs[row["program"]] if row["program"] else None
        for name in ("manager", "sponsor"):
            if name in row:
                values[f"{name}_id"] = persons[row[name]].pk if row[name] else None
        project = known.get(row["code"])
        if project is None:
            writing.make(code=row["code"], **values)
            continue
        manager = project.manager_id
        differing = writing.set(project, values)
        if differing:
            told.append(changed(project, differing, by, manager))
    writing.write()
    record_all([brought(made) for made in writing.new] + told, by=by)
    return writing.count(len(rows))


def _look_at(batch: Batch, place: int, row: Given, project: Project | None, hidden: set[int], by: User) -> None:
    if project is not None and project.pk in hidden:
        batch.refuse(place, "code", HIDDEN)
        return
    if not rules.may_write_project(by, project):
        batch.refuse(place, "code", NOT_YOURS)
    if project is None:
        batch.need(place, row, "project", ["name"])
    if row.get("status") and row["status"] not in ProjectStatus.values:
        batch.refuse(place, "status", f"A project is one of {', '.join(ProjectStatus.values)}.")
    starts_on, ends_on, closed_on = (row.get(name, getattr(project, name, None)) for name in ("starts_on", "ends_on", "closed_on"))
    if starts_on and ends_on and ends_on < starts_on:
        batch.refuse(place, "ends_on", f"It ends on {ends_on}, before it starts on {starts_on}; correct one of them.")
    if starts_on and closed_on and closed_on < starts_on:
        batch.refuse(place, "closed_on", f"It was closed on {closed_on}, before it started on {starts_on}; correct one of them.")
