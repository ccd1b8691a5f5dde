"""The record of an import."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from exchange.vocabulary import ImportState


class Import(models.Model):
    """One call: which files, who, whether only to see, how far it is, and how it ended.

    Machinery, and no domain table: it is written on a connection of its own, so that it can be followed while the call is under way
    and stays when the call is refused. `files`: [{"name", "size"}]; `progress`: {"phase", "done", "total"}; `counts`: by noun
    {"created", "changed", "unchanged"}; `created`: {"teams", "people"}; `row_errors`: [{"file", "row", "column", "problem"}], the
    first ones, `number_of_errors` all of them.
    """

    actor_id = models.BigIntegerField()
    files = models.JSONField(default=list)
    is_dry_run = models.BooleanField(default=False)
    trusts_history = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    created = models.JSONField(default=dict)
    row_errors = models.JSONField(default=list)
    number_of_errors = models.PositiveIntegerField(default=0)
    sentence = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"
