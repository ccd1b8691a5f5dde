"""The columns every row of a domain table has."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import models
from django.db.models.functions import Now

from common.refusals import NotVisible, Stale

NOT_HERE = "There is nothing here, or nothing you may see. Check the address, or ask whoever sent it to you."

#: The revisions a writer has seen, one of which must still be the present one; None when they did not say.
Seen = Collection[int] | None


class Row(models.Model):
    """`created_at`, `updated_at` (UTC instants) and `revision`, the number of changes since; a trigger keeps the last two.

    `revision` is the part of an object's ETag that writes compare; nothing in Python sets it but `revise`.
    """

    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    revision = models.PositiveIntegerField(db_default=1, editable=False)

    class Meta:
        abstract = True


def kind_of(thing: models.Model | type[models.Model]) -> str:
    """How events, labels and addresses call a noun: `release`, `promotion`, …"""
    return str(thing._meta.model_name)


def pk_of(thing: models.Model) -> int:
    """The primary key of a saved row; asking an unsaved one is a mistake of the caller."""
    key: Any = thing.pk
    if key is None:
        raise ValueError(f"{kind_of(thing)} is not saved yet")
    return int(key)


def expect_seen(thing: Row, seen: Seen) -> None:
    """Refuse (412) to write over what the writer has not seen. Asked by verbs, under their lock."""
    if seen is not None and thing.revision not in seen:
        raise Stale("Somebody changed this meanwhile. Look at what is there now, and decide again.")


@contextmanager
def still_there(model: Any) -> Iterator[None]:
    """Somebody else may delete a thing of a model after a door found it and before its verb locks it: then it is not there (404)."""
    try:
        yield
    except model.DoesNotExist:
        raise NotVisible(NOT_HERE) from None


def revise(thing: Row) -> None:
    """Give a row its next revision because a list that belongs to it changed, which is kept in another table."""
    type(thing)._default_manager.filter(pk=thing.pk).update(revision=models.F("revision") + 1)
