"""Verbs on procedures: create, rewrite."""

from collections.abc import Mapping
from typing import Any

from accounts.models import User
from common.refusals import Conflict, NotAllowed
from common.rows import Seen, expect_seen, revise
from history.deeds import deed, record
from policies import rules
from policies.models import Procedure, ProcedureVersion

NOT_YOURS = "Only policy owners may write procedures."


@deed
def create(*, by: User, slug: str, name: str, body: str) -> Procedure:
    """A new procedure with its first version; `body` is Markdown. Raises NotAllowed, Conflict when the slug is taken."""
    if not rules.may_write_standards(by):
        raise NotAllowed(NOT_YOURS)
    if Procedure.objects.filter(slug=slug).exists():
        raise Conflict(f"There is already a procedure {slug}; choose another.", errors={"slug": ["This short name is taken."]})
    procedure: Procedure = Procedure.objects.create(slug=slug, name=name)
    ProcedureVersion.objects.create(procedure=procedure, number=1, body=body, written_by=by)
    record(procedure, "created", by=by, template="{actor} wrote the procedure {subject}")
    procedure.refresh_from_db()
    return procedure


@deed
def rewrite(procedure: Procedure, changes: Mapping[str, Any], *, by: User, seen: Seen = None) -> Procedure:
    """Change the name, or the text (`body`), which makes a new version; the old ones stay readable. Raises NotAllowed, Stale."""
    procedure = Procedure.objects.select_for_update(no_key=True).get(pk=procedure.pk)
    if not rules.may_write_standards(by):
        raise NotAllowed(NOT_YOURS)
    expect_seen(procedure, seen)
    newest = procedure.versions.order_by("-number").first()
    number, body = (newest.number, newest.body) if newest else (0, "")
    is_renamed = changes.get("name", procedure.name) != procedure.name
    if is_renamed:
        procedure.name = changes["name"]
        procedure.save(update_fields=["name"])
        record(procedure, "changed", by=by, template="{actor} renamed the procedure {subject}", columns=["name"])
    if changes.get("body", body) != body:
        number += 1
        ProcedureVersion.objects.create(procedure=procedure, number=number, body=changes["body"], written_by=by)
        if not is_renamed:
            revise(procedure)
        record(procedure, "rewritten", by=by, template="{actor} wrote version {number} of the procedure {subject}", number=number)
    procedure.refresh_from_db()
    return procedure
