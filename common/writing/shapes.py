"""A shape: the fields one may write of a noun, read from a form or from JSON into the keyword arguments of its verb."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict

from common.refusals import BadInput
from common.writing.fields import Field, Moment, Rows, shown

Schema = dict[str, Any]
_LONGEST_SAID = 60


class Shape(forms.Form):
    """`first`: the names of the fields that come first, where a shape adds to another."""

    first: ClassVar[tuple[str, ...]] = ()
    use_required_attribute = False  # the page's own sentences say what is missing, and keep what was typed

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.tables: list[Table] = []
        self.order_fields(self.first)
        for each in self.fields.values():
            if isinstance(each, Field):
                each.user = user

    def for_page(self) -> "Shape":
        """As pages write it: lists of objects are tables of rows, or left to another page."""
        for name, each in list(self.fields.items()):
            if isinstance(each, Rows):
                del self.fields[name]
                if each.on_page:
                    self.tables.append(Table(name, each, self.data if self.is_bound else None, self.initial.get(name)))
        return self

    @property
    def has_times(self) -> bool:
        """Whether it asks for wall-clock times, so that the page has to say of which zone."""
        shapes = [self, *(row for table in self.tables for row in table.rows[:1])]
        return any(isinstance(each, Moment) for shape in shapes for each in shape.fields.values())

    def is_valid(self) -> bool:
        """Whether fields and tables are; then `cleaned_data` holds the rows of the tables too."""
        # All of them are asked, so that the page shows everything that is wrong.
        wrong = [table for table in self.tables if not table.is_valid()]
        if wrong or not super().is_valid():
            return False
        self.cleaned_data |= {table.name: table.values for table in self.tables}
        return True

    def leave_out(self) -> None:
        """For a row that was left empty: it has no errors."""
        self._errors = ErrorDict()

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


class Table:
    """The rows of a list on a page: those there are, and a few empty ones. A row whose first field is empty is none."""

    EMPTY = 3

    def __init__(self, name: str, field: Rows, data: Any, initial: Any) -> None:
        self.name, self.label, self.help_text, self.user = name, field.label, field.help_text, field.user
        self.most, self.required, self.is_folded = field.most, field.required, field.is_folded
        self.problems: list[str] = []
        rows: list[Any] = list(initial or ())
        count = len(rows) + self.EMPTY
        if data is not None:
            given = str(data.get(f"{name}-rows", ""))
            count = min(int(given), field.most) if given.isascii() and given.isdigit() and len(given) < 6 else 0
        self.rows = [
            field.shape(data, user=field.user, prefix=f"{name}-{place}", initial=rows[place] if place < len(rows) else None)
            for place in range(count)
        ]
        if data is not None:
            for row in set(self.rows) - set(self.filled):
                row.leave_out()

    @property
    def filled(self) -> list[Shape]:
        return [row for row in self.rows if str(row.data.get(row.add_prefix(next(iter(row.fields))), "")).strip()]

    def is_valid(self) -> bool:
        filled = self.filled
        if self.required and not filled:
            self.problems = ["Fill in at least one row."]
        wrong = [row for row in filled if not row.is_valid()]
        return not wrong and not self.problems

    @property
    def values(self) -> list[dict[str, Any]]:
        return [{name: value for name, value in row.cleaned_data.items() if value not in (None, "")} for row in self.filled]


def _said(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in str(text)[:_LONGEST_SAID])
