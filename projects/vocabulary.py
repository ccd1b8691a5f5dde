"""The words of projects (PMI)."""

from typing import Final

from django.db import models


class ProjectStatus(models.TextChoices):
    PROPOSED = "proposed"
    ACTIVE = "active"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class MilestoneKind(models.TextChoices):
    KICKOFF = "kickoff"
    DEADLINE = "deadline"
    FREEZE = "freeze"
    RELEASE = "release"
    MILESTONE = "milestone"
    RC = "rc", "release candidate"
    EVENT = "event"
    ELECTION = "election"
    OTHER = "other"


class OutputKind(models.TextChoices):
    SOFTWARE = "software"
    HARDWARE = "hardware"
    DOCUMENTATION = "documentation"
    TRAINING = "training"
    SERVICE = "service"


class OutputStatus(models.TextChoices):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress", "in progress"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    CANCELLED = "cancelled"


#: What counts as delivered.
DONE: Final = frozenset({OutputStatus.DELIVERED, OutputStatus.ACCEPTED})
