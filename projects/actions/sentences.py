"""What the verbs of projects record: the one sentence for each, and in whose name it was done."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

from accounts.models import User
from common.rows import kind_of, pk_of
from history.deeds import Said, record
from projects import rules


def brought(thing: models.Model) -> Said:
    """Something came in that was not there."""
    kind = kind_of(thing)
    return Said("brought", kind, pk_of(thing), f"{{actor}} brought in the {kind} {{subject}}")


def changed(thing: models.Model, columns: Iterable[str], by: User, manager_id: int | None) -> Said:
    """Something differs now in `columns`; when its manager is another person, it was done in their name, and the event says so."""
    kind = kind_of(thing)
    data: dict[str, Any] = {"columns": sorted(name.removesuffix("_id") for name in columns)}
    template = f"{{actor}} changed the {kind} {{subject}} by an import"
    if rules.writes_in_the_name_of(by, manager_id):
        data["manager"] = {"kind": "user", "id": manager_id}
        template += ", in the name of {manager}"
    return Said("changed", kind, pk_of(thing), template, data)


def tell(thing: models.Model, verb: str, words: str, *, by: User, manager_id: int | None, reason: str = "", **data: Any) -> None:
    """Record that `by` did something ("changed the project"); when another person manages it, in that person's name."""
    template = f"{{actor}} {words} {{subject}}"
    if rules.writes_in_the_name_of(by, manager_id):
        template += ", in the name of {manager}"
        data["manager"] = {"kind": "user", "id": manager_id}
    record(thing, verb, by=by, template=template, reason=reason, **data)


def take(thing: models.Model, changes: Mapping[str, Any]) -> list[str]:
    """Give a row the values that differ, without saving it; gives their names, sorted."""
    differing = sorted(name for name, value in changes.items() if getattr(thing, name) != value)
    for name in differing:
        setattr(thing, name, changes[name])
    return differing
