"""Verbs on programs: create, change, delete; and the plural one of imports."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.actions import people
from accounts.models import User
from common import referring
from common.bringing import Batch, Brought, Given, Writing, plain_values
from common.refusals import Conflict, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record, record_all
from projects import rules
from projects.actions.sentences import brought, changed, take, tell
from projects.models import Program

HIDDEN = "This code belongs to a program that is restricted; ask the PMO."
NOT_YOURS = "Only the PMO, or its manager, may write this program."
PLAIN = {"name": "", "description": "", "starts_on": None, "ends_on": None}


@deed
def create(*, by: User, code: str, **values: Any) -> Program:
    """A new program: name, manager, description, starts_on and ends_on (inclusive days).

    Raises NotAllowed, Conflict when the code is taken, RuleBroken.
    """
    if not rules.may_write_program(by, None):
        raise NotAllowed("Only the PMO may make a program.")
    if Program.objects.filter(code=code).exists():
        raise Conflict(f"There is already a program {code}; choose another code.", errors={"code": ["This code is taken."]})
    program = Program(code=code, **values)
    _expect_dates(program)
    program.save()
    record(program, "created", by=by, template="{actor} made the program {subject}")
    program.refresh_from_db()
    return program


@deed
def change(program: Program, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Program:
    """Change name, manager, description or dates. Raises NotAllowed, Stale when `seen` is not the present revision, RuleBroken."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if not rules.may_write_program(by, program):
        raise NotAllowed(NOT_YOURS)
    expect_seen(program, seen)
    manager = program.manager_id
    differing = take(program, changes)
    _expect_dates(program)
    if differing:
        program.save(update_fields=differing)
        tell(program, "changed", "changed the program", by=by, manager_id=manager, columns=differing)
        program.refresh_from_db()
    return program


@deed
def delete(program: Program, *, by: User, seen: Seen = None) -> None:
    """Delete a program that nothing refers to. Raises NotAllowed, Stale, Conflict that names what does."""
    program = Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if not rules.may_write_program(by, program):
        raise NotAllowed(NOT_YOURS)
    expect_seen(program, seen)
    tell(program, "deleted", "deleted the program", by=by, manager_id=program.manager_id, code=program.code)
    referring.delete(program, by=by)


def _expect_dates(program: Program) -> None:
    if program.starts_on and program.ends_on and program.ends_on < program.starts_on:
        sentence = f"It ends on {program.ends_on}, before it starts on {program.starts_on}; correct one of them."
        raise RuleBroken(sentence, errors={"ends_on": [sentence]})


@deed
def bring(rows: Sequence[Given], *, by: User) -> Brought:
    """Make or change programs, by `code`: name, manager (an e-mail address), description, starts_on and ends_on (inclusive days).

    Managers nobody knows yet are made as inactive people. Raises WrongRows with every row that cannot be brought; then nothing is
    written.
    """
    batch = Batch(rows)
    batch.refuse_repeated(lambda row: row["code"], "code", "program")
    known = {
        found.code: found
        for found in Program.objects.select_for_update(no_key=True).filter(code__in=batch.values("code")).order_by("pk")
    }
    hidden = set(Program.objects.hidden_from(by))
    for place, row in batch.good():
        _look_at(batch, place, row, known.get(row["code"]), hidden, by)
    batch.end()
    managers = people.bring(batch.values("manager"), by=by)
    writing = Writing(Program)
    told = []
    for row in rows:
        values = plain_values(row, PLAIN)
        if "manager" in row:
            values["manager_id"] = managers[row["manager"]].pk if row["manager"] else None
        program = known.get(row["code"])
        if program is None:
            writing.make(code=row["code"], **values)
            continue
        manager = program.manager_id
        differing = writing.set(program, values)
        if differing:
            told.append(changed(program, differing, by, manager))
    writing.write()
    record_all([brought(made) for made in writing.new] + told, by=by)
    return writing.count(len(rows))


def _look_at(batch: Batch, place: int, row: Given, program: Program | None, hidden: set[int], by: User) -> None:
    if program is not None and program.pk in hidden:
        batch.refuse(place, "code", HIDDEN)
        return
    if not rules.may_write_program(by, program):
        batch.refuse(place, "code", NOT_YOURS)
    if program is None:
        batch.need(place, row, "program", ["name"])
    starts_on, ends_on = (row.get(name, getattr(program, name, None)) for name in ("starts_on", "ends_on"))
    if starts_on and ends_on and ends_on < starts_on:
        batch.refuse(place, "ends_on", f"It ends on {ends_on}, before it starts on {starts_on}; correct one of them.")
