"""Entries of calendar files, which become milestones: found again by calendar and UID, and cancelled when they are gone."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from common.bringing import Brought, Given, WrongRows
from common.refusals import BadInput
from common.slugs import GREATEST_LENGTH, problem_with
from exchange.kinds.kind import Call, Kind
from projects.actions import milestones
from projects.models import Milestone, Program, Project

KEPT, OF_HASH = 91, 8
Known = Mapping[tuple[str, str], Milestone]


def bring(rows: Sequence[Given], call: Call) -> Brought:
    """Make, move and rename milestones of the call's target; with `prune`, cancel those of the same calendars that no entry is about.

    A calendar without any entry prunes nothing: an empty file is more often a broken one than the end of everything. Raises BadInput
    when the target is not there, else as `milestones.bring` does.
    """
    target = _target(call)
    found = Milestone.objects.visible_to(call.by).filter(program=target.get("program"), project=target.get("project"))
    mine = [row for row in rows if not row["code"]]
    of_calendars = found.filter(calendar__in={row["calendar"] for row in mine}).exclude(uid="")
    known: Known = {(one.calendar, one.uid): one for one in of_calendars}
    owners = {one.code: (one.calendar, one.uid) for one in found.only("code", "calendar", "uid")}
    named = {kind: thing.code for kind, thing in target.items()}
    wanted = [_own(row, call) if row["code"] else {**named, **_entry(row, known, owners, call)} for row in rows]
    gone: list[dict[str, Any]] = []
    if call.calendars.prune:
        seen = {(row["calendar"], row["uid"]) for row in mine}
        gone = [
            {**named, "code": one.code, "cancelled_at": call.at}
            for identity, one in known.items()
            if identity not in seen and one.cancelled_at is None
        ]
    try:
        return milestones.bring(wanted + gone, by=call.by)
    except WrongRows as refusal:
        # What no entry is about has no row in the file; whoever may write the others may write it, too.
        raise WrongRows([wrong for wrong in refusal.wrong if wrong.row < len(rows)] or refusal.wrong[:1]) from None


def _target(call: Call) -> dict[str, Any]:
    """The program or project that the entries go into, by its kind; empty for the organisation."""
    kind, _, code = call.calendars.into.partition(":")
    if not kind:
        return {}
    model: Any = {"program": Program, "project": Project}[kind]
    thing = model.objects.visible_to(call.by).filter(code=code).first()
    if thing is None:
        raise BadInput(f"There is no {kind} “{code[:100]}” to put the entries into; correct its code.")
    return {kind: thing}


def _entry(row: Given, known: Known, owners: dict[str, tuple[str, str]], call: Call) -> dict[str, Any]:
    identity = (row["calendar"], row["uid"])
    present = known.get(identity)
    code = present.code if present else _new_code(identity, owners)
    owners[code] = identity
    cancelled_at = present.cancelled_at if present and present.cancelled_at else call.at
    return {
        **{name: row[name] for name in ("name", "description", "starts_on", "ends_on", "uid", "calendar")},
        "code": code,
        "cancelled_at": cancelled_at if row["is_cancelled"] else None,
    }


def _own(row: Given, call: Call) -> dict[str, Any]:
    """A milestone that our own export wrote: it says itself which one it is."""
    kind, _, owner = row["of"].partition(":")
    present = Milestone.objects.visible_to(call.by).filter(code=row["code"])
    present = present.filter(**{f"{kind}__code": owner}) if kind else present.filter(program=None, project=None)
    was = present.values_list("cancelled_at", flat=True).first()
    return {
        **({kind: owner} if kind else {}),
        **{name: row[name] for name in ("code", "name", "description", "starts_on", "ends_on")},
        "cancelled_at": (was or call.at) if row["is_cancelled"] else None,
    }


def _new_code(identity: tuple[str, str], owners: Mapping[str, tuple[str, str]]) -> str:
    """The UID as a code: other characters as hyphens; with 8 digits of a hash where it is too long, or another entry has it."""
    calendar, uid = identity
    code = re.sub(r"[^A-Za-z0-9._-]", "-", uid).lstrip("._-") or "entry"
    if len(code) > GREATEST_LENGTH:
        code = f"{code[:KEPT]}-{_digest(uid)}"
    if problem_with(code) or owners.get(code, identity) != identity:
        code = f"{code[:KEPT]}-{_digest(f'{calendar} {uid}')}"
    return code


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:OF_HASH]


ENTRIES = Kind(
    noun="entries",
    counted_as="milestones",
    columns={},
    identities=[],
    required=[],
    names=lambda row: [],
    bring=bring,
)
