"""The columns every row of a domain table has."""

from typing import Any

from django.db import models
from django.db.models.functions import Now


class Row(models.Model):
    """`created_at`, `updated_at` (UTC instants) and `revision`, the number of changes since; a trigger keeps the last two.

    `revision` is the part of an object's ETag that writes compare; nothing in Python ever sets it.
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
