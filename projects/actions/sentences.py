"""What the plural verbs of projects record."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from accounts.models import User
from common.rows import kind_of, pk_of
from history.deeds import Said
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
