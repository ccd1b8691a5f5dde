"""Events, their facts, and the changes of rows that belong to them. Append-only: triggers refuse every UPDATE, DELETE and TRUNCATE."""

from typing import Any, ClassVar

from django.db import models

from history.querysets import EventQuerySet


class Event(models.Model):
    """One deed: who did it, when and why. `number` follows the order of commits and has no holes; it is given at commit.

    `hash` is SHA-256 over the previous event's hash, this event, its facts and its changes, so that no row of history can be
    altered, added or taken away later without breaking the chain.
    """

    number = models.BigIntegerField(null=True, unique=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField()
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    previous = models.BinaryField(null=True)
    hash = models.BinaryField(null=True)

    objects: ClassVar[Any] = EventQuerySet.as_manager()

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"event {self.number if self.number is not None else '(not yet numbered)'}"


class Fact(models.Model):
    """One thing a deed did: a verb and its subject, and a sentence template whose names are looked up when it is read."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="facts")
    position = models.PositiveIntegerField()
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    template = models.CharField(max_length=400)
    data = models.JSONField(default=dict)

    class Meta:
        constraints: ClassVar[list[Any]] = [models.UniqueConstraint(fields=["event", "position"], name="fact_once_per_position")]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["subject_kind", "subject_id", "-id"], name="fact_by_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind} {self.subject_id}"


class Change(models.Model):
    """One row of a domain table, before and after: both in full when it came or went, else only the columns that differ."""

    class Operation(models.TextChoices):
        INSERT = "insert"
        UPDATE = "update"
        DELETE = "delete"

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="changes")
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes: ClassVar[list[Any]] = [models.Index(fields=["table_name", "row_id", "-id"], name="change_by_row")]

    def __str__(self) -> str:
        return f"{self.operation} of {self.table_name} {self.row_id}"


class Mark(models.Model):
    """The number of the last event that changed a table; what ETags are made of. Kept by the numbering trigger."""

    table_name = models.CharField(max_length=63, primary_key=True)
    last = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.table_name}: {self.last}"


class Head(models.Model):
    """One row: the number and hash of the last event. The numbering trigger reads and writes it under its lock."""

    number = models.BigIntegerField()
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"head {self.number}"
