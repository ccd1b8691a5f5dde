"""What one may change about a rule."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from common.writing import Chosen, Flag, Line, Number, Shape, Word
from common.writing.fields import Field
from reminders.vocabulary import MOST_DAYS, MOST_HOURS, Audience, Channel, OffsetUnit, Severity

_MOST_OFFSETS: Final = 10
_WRITE: Final = "Write whole numbers with commas between them, each once, such as -5, -1."


class SomeOf(Chosen):
    """Some of the words of a vocabulary, at least one."""

    def __init__(self, vocabulary: type[models.TextChoices], label: str, **more: Any) -> None:
        super().__init__(vocabulary.choices, label, **more)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if not found:
            raise ValidationError("Choose at least one.")
        # In the order of the vocabulary, in whatever order they were ticked or sent.
        return [word for word in self.words if word in found]

    def described(self) -> dict[str, Any]:
        return super().described() | {"minItems": 1}


class Offsets(Field, forms.CharField):
    """When a rule speaks, by REST `[-5, -1]`, on pages `-5, -1`; in their order."""

    json_types, json_words = (list,), "a list of whole numbers"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        given = value if isinstance(value, list) else [piece.strip() for piece in str(value or "").split(",") if piece.strip()]
        found = [_whole(each) for each in given]
        if len(set(found)) != len(found):
            raise ValidationError(_WRITE)
        if len(found) > _MOST_OFFSETS or any(abs(each) > MOST_HOURS for each in found):
            raise ValidationError(f"At most {_MOST_OFFSETS} of them, none further than {MOST_HOURS}.")
        return sorted(found)

    def described(self) -> dict[str, Any]:
        item = {"type": "integer", "minimum": -MOST_HOURS, "maximum": MOST_HOURS}
        return {"type": "array", "items": item, "uniqueItems": True, "minItems": 1, "maxItems": _MOST_OFFSETS}


class RuleShape(Shape):
    name = Line("Name", longest=200)
    is_on = Flag("It is on", help="What was due while it was off is not said later.")
    unit = Word(OffsetUnit, "Counted in", help="On a working day it is said at nine o'clock where it happens.")
    offsets = Offsets(
        "When",
        help=f"Below 0 before it, 0 at the moment itself, above 0 after it, as in -5, -1; up to {MOST_DAYS} working days or {MOST_HOURS} hours.",
    )
    audiences = SomeOf(Audience, "Who hears of it", help="Each only of what they may see.")
    severity = Word(Severity, "Severity", help="Urgent ones reach those too who muted the subject.")
    channels = SomeOf(Channel, "By which way")
    assumed_days = Number(
        "A gate takes, working days",
        least=1,
        most=MOST_DAYS,
        help="For the last day to start on a gate, as long as fewer than five of its kind were passed here.",
    )


def _whole(given: Any) -> int:
    """A whole number as it was written, or as JSON gives it: there 3.0 is one."""
    if isinstance(given, float) and given.is_integer():
        return int(given)
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    text = given.removeprefix("-").removeprefix("\N{MINUS SIGN}").removeprefix("+") if isinstance(given, str) else ""
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise ValidationError(_WRITE)
    return -int(text) if str(given)[0] in "-\N{MINUS SIGN}" else int(text)
