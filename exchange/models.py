"""The record of an import."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from exchange.querysets import ImportQuerySet
from exchange.vocabulary import ImportState


class Import(models.Model):
    """One call: which files, who, whether only to see, how far it is, and how it ended.

    Machinery, and no domain table: it is written on a connection of its own, so that it can be followed while the call is under way
    and stays when the call is refused. `files`: [{"name", "size"}]; `progress`: {"phase", "done", "total"}; `counts`: by noun
    {"created", "changed", "unchanged"}; `created`: {"teams", "people"}; `row_errors`: [{"file", "row", "column", "problem"}], the
    first ones, `number_of_errors` all of them. `calendars`: what entries of calendars become ("become", "into", "prune"). `kept` is the
    digest under which the files lie until `kept_until`, for those that are brought later; empty otherwise.
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
    calendars = models.JSONField(default=dict)
    kept = models.CharField(max_length=64, blank=True)
    kept_until = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = ImportQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.pk])

    @property
    def is_under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (ImportState.WAITING, ImportState.RUNNING)

    @property
    def share(self) -> int:
        """How far the present phase is, in percent."""
        total = self.progress.get("total") or 0
        return 100 * int(self.progress["done"]) // int(total) if total else 0

    def can_be_kept(self, at: datetime) -> bool:
        """Whether it was a dry run that found nothing wrong, and its files are still there."""
        return self.state == ImportState.CHECKED and self.kept_until is not None and at < self.kept_until
