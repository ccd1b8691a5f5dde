"""Verbs on programs."""

from collections.abc import Sequence

from accounts.actions import people
from accounts.models import User
from common.bringing import Batch, Brought, Given, Writing, plain_values
from history.deeds import deed, record_all
from projects import rules
from projects.actions.sentences import brought, changed
from projects.models import Program

HIDDEN = "This code belongs to a program that is restricted; ask the PMO."
NOT_YOURS = "Only the PMO, or its manager, may write this program."
PLAIN = {"name": "", "description": "", "starts_on": None, "ends_on": None}


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
