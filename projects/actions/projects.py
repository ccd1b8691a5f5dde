"""Verbs on projects: create, change, cancel; and the plural one of imports. A project is never deleted: what it delivered lives on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from accounts.actions import people
from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record, record_all
from projects import rules
from projects.actions.sentences import brought, changed, take, tell
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


_CURRENCY = re.compile(r"[A-Z]{3}")


@deed
def create(*, by: User, code: str, **values: Any) -> Project:
    """A new project: name, program, manager, sponsor, status (proposed by default), dates (inclusive days), budget, currency, scope.

    Raises NotAllowed, Conflict when the code is taken, RuleBroken.
    """
    if not rules.may_write_project(by, None):
        raise NotAllowed("Only the PMO may make a project.")
    if Project.objects.filter(code=code).exists():
        raise Conflict(f"There is already a project {code}; choose another code.", errors={"code": ["This code is taken."]})
    project = Project(code=code, **_without_empty_status(values))
    _expect_sense(project)
    project.save()
    record(project, "created", by=by, template="{actor} made the project {subject}")
    project.refresh_from_db()
    return project


@deed
def change(project: Project, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Project:
    """Change what `create` takes, but for the code. Cancelling has its own verb, with a reason; a cancelled one may come back.

    Raises NotAllowed, Stale when `seen` is not the present revision, IllegalMove, RuleBroken.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if not rules.may_write_project(by, project):
        raise NotAllowed(NOT_YOURS)
    expect_seen(project, seen)
    changes = _without_empty_status(changes)
    if changes.get("status") == ProjectStatus.CANCELLED != project.status:
        sentence = "A project is cancelled with a reason: use “Cancel the project…”, over REST the address cancellation/."
        raise IllegalMove(sentence, errors={"status": [sentence]})
    manager = project.manager_id
    differing = take(project, changes)
    _expect_sense(project)
    if differing:
        project.save(update_fields=differing)
        tell(project, "changed", "changed the project", by=by, manager_id=manager, columns=differing)
        project.refresh_from_db()
    return project


@deed
def cancel(project: Project, *, by: User, reason: str, seen: Seen = None) -> Project:
    """End a project without its result. Its outputs stay as they are: what was delivered lives on.

    Raises NotAllowed, Stale, IllegalMove for one that is closed or cancelled.
    """
    project = Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    if not rules.may_write_project(by, project):
        raise NotAllowed(NOT_YOURS)
    expect_seen(project, seen)
    if project.status not in (ProjectStatus.PROPOSED, ProjectStatus.ACTIVE):
        raise IllegalMove(f"The project is {project.status} already; only a proposed or active one can be cancelled.")
    project.status = ProjectStatus.CANCELLED
    project.save(update_fields=["status"])
    tell(project, "cancelled", "cancelled the project", by=by, manager_id=project.manager_id, reason=reason)
    project.refresh_from_db()
    return project


def _without_empty_status(values: Mapping[str, Any]) -> dict[str, Any]:
    """A page's field left empty means the usual."""
    return {name: value for name, value in values.items() if name != "status" or value}


def _expect_sense(project: Project) -> None:
    errors: dict[str, list[str]] = {}
    start = project.starts_on
    if start and project.ends_on and project.ends_on < start:
        errors["ends_on"] = [f"It ends on {project.ends_on}, before it starts on {start}; correct one of them."]
    if start and project.closed_on and project.closed_on < start:
        errors["closed_on"] = [f"It was closed on {project.closed_on}, before it started on {start}; correct one of them."]
    if project.currency and not _CURRENCY.fullmatch(project.currency):
        errors["currency"] = ["A currency is three capital letters, such as EUR."]
    if project.budget is not None and project.budget < 0:
        errors["budget"] = ["A budget is not negative."]
    if errors:
        raise RuleBroken(" ".join(sentence for sentences in errors.values() for sentence in sentences), errors=errors)


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
