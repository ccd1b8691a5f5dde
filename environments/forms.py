"""What may be written of environments' nouns: shape only, for pages and REST alike."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from common.writing import Line, Moment, Named, Shape
from common.writing.fields import Field
from environments.models import Environment
from environments.queries import ALL_LANES

_MOST_LANES: Final = 32_767
_NO_LANES: Final = f"This is a whole number from 1 on, or “{ALL_LANES}”."


class LanesField(Field, forms.CharField):
    """How many lanes: a number, or `all`, which the verbs know as None. Left out it is one."""

    json_types, json_words = (int, str), f"a whole number or “{ALL_LANES}”"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)

    def from_json(self, value: Any) -> Any:
        if isinstance(value, str) and value != ALL_LANES:
            raise ValidationError(_NO_LANES)
        return str(value)

    def prepare_value(self, value: Any) -> Any:
        return ALL_LANES if value is None else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip().lower()
        if text == ALL_LANES:
            return None
        number = int(text or 1) if not text or (text.isascii() and text.isdigit() and len(text) <= 5) else 0
        if not 1 <= number <= _MOST_LANES:
            raise ValidationError(_NO_LANES)
        return number

    def described(self) -> dict[str, Any]:
        return {"oneOf": [{"type": "integer", "minimum": 1, "maximum": _MOST_LANES}, {"type": "string", "const": ALL_LANES}]}


class BookingShape(Shape):
    environment = Named(Environment, "slug", "Environment", help="Where, by its short name.")
    starts_at = Moment("From")
    ends_at = Moment("Until", help="The first moment at which it is free again.")
    lanes = LanesField(
        "Lanes",
        help=f"How many things at once this takes the place of; “{ALL_LANES}” keeps everything else out. One when left out.",
    )
    purpose = Line("Purpose", longest=300, required=False, help="What for: whoever wants the place too reads it.")
