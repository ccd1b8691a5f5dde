"""What one may write at a gate, on its page and over REST: shape only."""

from django import forms
from django.db import models

from common.writing import Moment, Prose, Shape, Word, Words
from releases.models import Gate
from releases.vocabulary import GateOutcome


class Deciding(models.TextChoices):
    """What a decision says."""

    PASSED = GateOutcome.PASSED.value, "it is passed"
    FAILED = GateOutcome.FAILED.value, "it failed"


class GateDecisionShape(Shape):
    outcome = Word(Deciding, "Decision")
    comment = Prose("Comment", longest=5_000, help="What was looked at; where it failed, what has to be mended.")


class FailingShape(Shape):
    comment = Prose("Comment", longest=5_000, required=True, help="What has to be mended.")


class ReopeningShape(Shape):
    comment = Prose("Comment", longest=5_000, help="Why it has to be decided again.")


class WaiverShape(Shape):
    reason = Prose("Reason", longest=5_000, required=True, help="Why the release goes although this is not met.")
    compensating_control = Prose("Instead", longest=5_000, required=True, help="What keeps it safe until then, and who sees to it.")
    expires_at = Moment("Until", help="A year from now at the latest; afterwards the gate is what it is without the waiver.")


class TicksShape(Shape):
    ticked = Words("Ticked", longest=300, help="What is done of the checklist, word for word.")


def ticks_of(gate: Gate) -> type[Shape]:
    """The checklist of one gate, as boxes of its page."""
    choices = [(each, each) for each in (gate.rule.checklist if gate.rule else [])]
    boxes = forms.MultipleChoiceField(label="What is done", choices=choices, required=False, widget=forms.CheckboxSelectMultiple())
    return type("ChecklistShape", (Shape,), {"ticked": boxes})
