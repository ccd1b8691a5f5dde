"""Verbs on milestones: create, change, cancel, delete; and the plural one of imports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import User
from common import referring
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import Said, deed, record_all
from projects import rules
from projects.actions.sentences import brought, changed, take, tell
from projects.models import Milestone, Program, Project
from projects.vocabulary import MilestoneKind

NOT_YOURS = "Only the PMO, or the manager of what it belongs to, may write this milestone."
PLAIN = {
    "name": "",
    "kind": MilestoneKind.MILESTONE.value,
    "starts_on": None,
    "ends_on": None,
    "description": "",
    "uid": "",
    "calendar": "",
    "cancelled_at": None,
}

Identity = tuple[int | None, int | None, str]


@deed
def create(*, by: User, code: str, program: Program | None = None, project: Project | None = None, **values: Any) -> Milestone:
    """A new date of a program, of a project, or with neither of the organisation: name, kind, starts_on, ends_on, description.

    Raises NotAllowed, Conflict when the code is taken there, RuleBroken.
    """
    if program is not None and project is not None:
        sentence = "A milestone belongs to a program or to a project, not to both; leave one of them empty."
        raise RuleBroken(sentence, errors={"program": [sentence]})
    if not rules.may_write_milestone(by, program, project):
        raise NotAllowed(NOT_YOURS)
    if Milestone.objects.filter(program=program, project=project, code=code).exists():
        raise Conflict(f"There is already a milestone {code} there; choose another code.", errors={"code": ["This code is taken."]})
    milestone = Milestone(code=code, program=program, project=project, **_without_empty_kind(values))
    _expect_days(milestone)
    milestone.save()
    tell(milestone, "created", "made the milestone", by=by, manager_id=_manager_of(milestone))
    milestone.refresh_from_db()
    return milestone


@deed
def change(milestone: Milestone, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Milestone:
    """Change name, kind, days or description. Raises NotAllowed, Stale, RuleBroken."""
    milestone = _to_write(milestone, by, seen)
    differing = take(milestone, _without_empty_kind(changes))
    _expect_days(milestone)
    if differing:
        milestone.save(update_fields=differing)
        tell(milestone, "changed", "changed the milestone", by=by, manager_id=_manager_of(milestone), columns=differing)
        milestone.refresh_from_db()
    return milestone


@deed
def cancel(milestone: Milestone, *, by: User, at: datetime, reason: str, seen: Seen = None) -> Milestone:
    """Call a date off at `at`: it leaves lists and the calendar unless asked for. Raises NotAllowed, Stale, IllegalMove."""
    milestone = _to_write(milestone, by, seen)
    if milestone.cancelled_at is not None:
        raise IllegalMove("The milestone is cancelled already.")
    milestone.cancelled_at = at
    milestone.save(update_fields=["cancelled_at"])
    tell(milestone, "cancelled", "cancelled the milestone", by=by, manager_id=_manager_of(milestone), reason=reason)
    milestone.refresh_from_db()
    return milestone


@deed
def delete(milestone: Milestone, *, by: User, seen: Seen = None) -> None:
    """Delete a milestone, as if it had never been. Raises NotAllowed, Stale, Conflict that names what refers to it."""
    milestone = _to_write(milestone, by, seen)
    tell(milestone, "deleted", "deleted the milestone", by=by, manager_id=_manager_of(milestone), code=milestone.code)
    referring.delete(milestone, by=by)


def _to_write(milestone: Milestone, by: User, seen: Seen) -> Milestone:
    found: Milestone = Milestone.objects.select_for_update(no_key=True).get(pk=milestone.pk)
    if not rules.may_write_milestone(by, found.program, found.project):
        raise NotAllowed(NOT_YOURS)
    expect_seen(found, seen)
    return found


def _manager_of(milestone: Milestone) -> int | None:
    owner = milestone.program or milestone.project
    return owner.manager_id if owner else None


def _without_empty_kind(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "kind" or value}


def _expect_days(milestone: Milestone) -> None:
    if milestone.ends_on and milestone.ends_on < milestone.starts_on:
        sentence = f"It ends on {milestone.ends_on}, before it starts on {milestone.starts_on}; correct one of them."
        raise RuleBroken(sentence, errors={"ends_on": [sentence]})


@deed
def bring(rows: Sequence[Given], *, by: User) -> Brought:
    """Make or change milestones, by `program` or `project` (codes; neither: the organisation) and `code`: name, kind, starts_on,
    ends_on (inclusive days), description, uid and calendar (of an iCalendar file), cancelled_at.

    They may lie outside their program's or project's dates. Raises WrongRows with every row that cannot be brought; then nothing
    is written.
    """
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: (row.get("program") or "", row.get("project") or "", row["code"]), "code", "milestone")
    programs = {found.code: found for found in Program.objects.visible_to(by).filter(code__in=batch.values("program"))}
    projects = {found.code: found for found in Project.objects.visible_to(by).filter(code__in=batch.values("project"))}
    owners: dict[int, tuple[Program | None, Project | None]] = {}
    for place, row in batch.good():
        program = batch.find(place, "program", "program", row["program"], programs) if row.get("program") else None
        project = batch.find(place, "project", "project", row["project"], projects) if row.get("project") else None
        owners[place] = (program, project)
    known = _present(batch, owners)
    for place, row in batch.good():
        _look_at(batch, place, row, *owners[place], known.get(_identity(row, *owners[place])), by)
    _refuse_shared_uids(batch, owners, known)
    batch.end()
    writing = Writing(Milestone)
    told: list[Said] = []
    for place, row in enumerate(rows):
        program, project = owners[place]
        values = plain_values(row, PLAIN)
        milestone = known.get(_identity(row, program, project))
        if milestone is None:
            writing.make(program=program, project=project, code=row["code"], **values)
            continue
        differing = writing.set(milestone, values)
        if differing:
            owner = program or project
            told.append(changed(milestone, differing, by, owner.manager_id if owner else None))
    writing.write()
    record_all([brought(made) for made in writing.new] + told, by=by)
    return writing.count(len(rows))


def _identity(row: Given, program: Program | None, project: Project | None) -> Identity:
    return (program.pk if program else None, project.pk if project else None, row["code"])


def _present(batch: Batch, owners: dict[int, tuple[Program | None, Project | None]]) -> dict[Identity, Milestone]:
    programs = {program.pk for program, _ in owners.values() if program}
    projects = {project.pk for _, project in owners.values() if project}
    of_these = Q(program__in=programs) | Q(project__in=projects) | Q(program=None, project=None)
    found = Milestone.objects.select_for_update(no_key=True).filter(of_these, code__in=batch.values("code")).order_by("pk")
    return {(one.program_id, one.project_id, one.code): one for one in found}


def _look_at(
    batch: Batch, place: int, row: Given, program: Program | None, project: Project | None, milestone: Milestone | None, by: User
) -> None:
    if program and project:
        batch.refuse(place, "project", "A milestone belongs to a program or to a project, not to both; leave one of them empty.")
    if not rules.may_write_milestone(by, program, project):
        batch.refuse(place, "code", NOT_YOURS)
    if milestone is None:
        batch.need(place, row, "milestone", ["name", "starts_on"])
    elif "starts_on" in row and not row["starts_on"]:
        batch.refuse(place, "starts_on", "A milestone has a day; fill it in.")
    if row.get("kind") and row["kind"] not in MilestoneKind.values:
        batch.refuse(place, "kind", f"A kind of milestone is one of {', '.join(MilestoneKind.values)}.")
    starts_on, ends_on = (row.get(name, getattr(milestone, name, None)) for name in ("starts_on", "ends_on"))
    if starts_on and ends_on and ends_on < starts_on:
        batch.refuse(place, "ends_on", f"It ends on {ends_on}, before it starts on {starts_on}; correct one of them.")


def _refuse_shared_uids(
    batch: Batch, owners: dict[int, tuple[Program | None, Project | None]], known: dict[Identity, Milestone]
) -> None:
    """One entry of one calendar is one milestone of one program or project."""
    taken = {
        (one.calendar, one.uid, one.program_id, one.project_id): one.code
        for one in Milestone.objects.filter(uid__in=batch.values("uid"))
    }
    for place, row in batch.good():
        program, project, code = _identity(row, *owners[place])
        milestone = known.get((program, project, code))
        uid, calendar = (row.get(name, getattr(milestone, name, "")) for name in ("uid", "calendar"))
        if uid and taken.setdefault((calendar, uid, program, project), code) != code:
            batch.refuse(
                place,
                "uid",
                f"The milestone {taken[calendar, uid, program, project]} has this uid already; one uid is one milestone.",
            )
