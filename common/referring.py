"""Deleting a thing: refused while others refer to it, with their names."""

from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError, RestrictedError

from common import labels
from common.refusals import Conflict
from common.rows import kind_of, pk_of

NAMED = 5


def delete(thing: models.Model, *, by: Any) -> None:
    """Delete a row that the verb has locked, with what is only a part of it.

    Raises Conflict that names up to five of the things which refer to it, as `by` may know them. A row without a name of its own
    speaks for another: its model says so in `speaks_for`.
    """
    referring = _listing(thing)
    if not referring:
        try:
            with transaction.atomic():
                thing.delete()
        except (ProtectedError, RestrictedError) as error:
            referring = list(error.args[1])
    if referring:
        raise Conflict(
            f"{_names(referring, by)} still {'refers' if len(referring) == 1 else 'refer'} to {thing}; change that first."
        )


def _listing(thing: models.Model) -> list[Any]:
    """What names the thing in a list of its own; the database would silently shorten these lists."""
    found: list[Any] = []
    relations: Any = thing._meta.related_objects
    for relation in relations:
        if relation.many_to_many and relation.through._meta.auto_created and relation.related_name != "+":
            found += list(getattr(thing, str(relation.get_accessor_name())).all()[: NAMED + 1])
    return found


def _names(referring: list[Any], by: Any) -> str:
    things = {(kind_of(each), pk_of(each)): None for each in (_speaker(row) for row in referring)}
    nameable = [thing for thing in things if thing[0] in labels.kinds()]
    named = labels.of(nameable, by)
    words = [f"the {thing[0].replace('_', ' ')} {named[thing].text}" for thing in nameable[:NAMED]]
    rest = len(things) - len(words)
    if rest:
        words.append(f"{rest} more" if words else f"{rest} other {'row' if rest == 1 else 'rows'}")
    said = ", ".join(words[:-1]) + (" and " if len(words) > 1 else "") + words[-1]
    return said[:1].upper() + said[1:]


def _speaker(row: Any) -> Any:
    return row.speaks_for if hasattr(row, "speaks_for") else row
