"""A shape: the fields one may write of a noun, read from a form or from JSON into the keyword arguments of its verb."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from common.refusals import BadInput
from common.writing.fields import Field, Rows, shown

Schema = dict[str, Any]
_LONGEST_SAID = 60


class Shape(forms.Form):
    """`first`: the names of the fields that come first, where a shape adds to another."""

    first: ClassVar[tuple[str, ...]] = ()
    use_required_attribute = False  # the page's own sentences say what is missing, and keep what was typed

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.order_fields(self.first)
        for each in self.fields.values():
            if isinstance(each, Field):
                each.user = user

    def leave_to_rest(self) -> "Shape":
        """Without what pages write in another way."""
        for name in [name for name, each in self.fields.items() if isinstance(each, Rows)]:
            del self.fields[name]
        return self

    def read(self, given: Any, *, partial: bool = False) -> dict[str, Any]:
        """What JSON gives, by field; only what it gives. `partial`: fields that are needed may be left out, as in a change.

        Raises BadInput that names every field which is unknown, missing, or of another shape.
        """
        if not isinstance(given, dict):
            raise BadInput("The body is a JSON object with the fields to write.")
        errors: dict[str, list[str]] = {}
        for name in given.keys() - self.fields.keys():
            errors[_said(name)] = [f"There is no field “{_said(name)}” to write here; there are: {shown(list(self.fields))}."]
        values: dict[str, Any] = {}
        for name, each in self.fields.items():
            if name not in given:
                if each.required and not partial:
                    errors[name] = ["This is needed; give it a value."]
                continue
            try:
                values[name] = each.read(given[name]) if isinstance(each, Field) else each.clean(given[name])
            except ValidationError as error:
                errors[name] = list(error.messages)
        if errors:
            raise BadInput(" ".join(f"{name}: {sentences[0]}" for name, sentences in list(errors.items())[:5]), errors=errors)
        return values

    @classmethod
    def schema(cls, *, partial: bool = False) -> Schema:
        """JSON Schema of what `read` takes."""
        fields = cls(user=None).fields
        schema: Schema = {
            "type": "object",
            "properties": {name: each.schema() for name, each in fields.items() if isinstance(each, Field)},
            "additionalProperties": False,
        }
        needed = [name for name, each in fields.items() if each.required and not partial]
        return schema | ({"required": needed} if needed else {})


def _said(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in str(text)[:_LONGEST_SAID])
