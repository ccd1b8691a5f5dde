"""What administrators decide about what waits or came to nothing."""

from django.db import models

from common.writing import Shape, Word


class Decision(models.TextChoices):
    RETRY = "retry", "send what was given up again"
    RELEASE = "release", "have what is held said"
    DROP = "drop", "never say what is held"


class DecisionShape(Shape):
    decision = Word(Decision, "Decision")
