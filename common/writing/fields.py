"""The fields of shapes. Each is a form's field that also reads JSON strictly and describes itself for the API's documents."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils import timezone

from common.intervals import from_local, read_day, read_instant
from common.reading.columns import REFERS_TO
from common.reading.documents import YEARS
from common.refusals import BadInput
from common.slugs import GREATEST_LENGTH, SHAPE_IN_SQL, problem_with
from common.texts import LINE, PROSE, SOME_LINE, SOME_PROSE, problem_with_line, problem_with_prose

if TYPE_CHECKING:
    from common.writing.shapes import Shape

Schema = dict[str, Any]

NEEDED: Final = "This cannot be empty; fill it in."
#: Where there are more, nobody looks through a list of suggestions.
MOST_SUGGESTED: Final = 200
MOST_ROWS: Final = 500
_GREATEST_ID: Final = 2**63 - 1


class Field(forms.Field):
    """What every field of a shape can do. `user` is set by the shape: who writes sees what there is to choose from."""

    #: The types of JSON it reads, besides null where it may be empty, and how a refusal calls them.
    json_types: tuple[type, ...] = (str,)
    json_words = "a text"
    #: Whether null clears it; texts are cleared by "".
    nullable = False
    user: Any = None

    def __init__(self, label: str, *, help: str = "", required: bool = True, **more: Any) -> None:  # noqa: A002 - as the page says it
        super().__init__(label=label, help_text=help, required=required, **more)
        self.error_messages["required"] = NEEDED

    def read(self, value: Any) -> Any:
        """A value of JSON, as the verb takes it. Raises ValidationError with how to mend it."""
        if value is None and self.nullable:
            if self.required:
                raise ValidationError(NEEDED)
            return self.empty()
        # A text is cleared by "", and nothing else is.
        is_empty_text = value == "" and self.nullable
        if is_empty_text or not isinstance(value, self.json_types) or (isinstance(value, bool) and bool not in self.json_types):
            raise ValidationError(f"This is {self.json_words}{' or null' if self.nullable and not self.required else ''}.")
        return self.clean(self.from_json(value))

    def from_json(self, value: Any) -> Any:
        """The value as the form's own reading takes it."""
        return value

    def empty(self) -> Any:
        """What the verb gets when it is cleared."""
        return None

    def schema(self) -> Schema:
        """JSON Schema of what may be written."""
        schema = self.described()
        if self.help_text:
            schema["description"] = str(self.help_text)
        if self.nullable and not self.required:
            types = schema["type"]
            schema["type"] = [*([types] if isinstance(types, str) else types), "null"]
        return schema

    def described(self) -> Schema:
        return {"type": "string"}


class Line(Field, forms.CharField):
    """Text on one line. `documented`: what its JSON Schema says besides or instead, such as a narrower pattern."""

    def __init__(
        self, label: str, *, longest: int, hints: Mapping[str, str] | None = None, documented: Schema | None = None, **more: Any
    ) -> None:
        self.documented: Schema = documented or {}
        super().__init__(label, max_length=longest, widget=forms.TextInput(attrs={"autocomplete": "off", **(hints or {})}), **more)

    def to_python(self, value: Any) -> Any:
        _refuse(problem_with_line(str(value or "")))
        return super().to_python(value)

    def described(self) -> Schema:
        pattern = SOME_LINE if self.required else LINE
        schema = {"type": "string", "maxLength": self.max_length, "pattern": pattern} | ({"minLength": 1} if self.required else {})
        return schema | self.documented


class Prose(Field, forms.CharField):
    """Text of several lines."""

    def __init__(self, label: str, *, longest: int = 20_000, required: bool = False, **more: Any) -> None:
        super().__init__(label, max_length=longest, required=required, widget=forms.Textarea(attrs={"rows": 5}), **more)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").replace("\r\n", "\n")
        _refuse(problem_with_prose(text))
        return super().to_python(text)

    def described(self) -> Schema:
        schema = {"type": "string", "maxLength": self.max_length, "pattern": PROSE}
        return schema | ({"minLength": 1, "pattern": SOME_PROSE} if self.required else {})


class Code(Field, forms.CharField):
    """A code or slug, which stands in addresses."""

    def __init__(self, label: str, **more: Any) -> None:
        hints = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        super().__init__(label, max_length=GREATEST_LENGTH, widget=forms.TextInput(attrs=hints), **more)

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip(" ")
        _refuse(problem_with(text) if text else None)
        return text

    def described(self) -> Schema:
        return {"type": "string", "maxLength": GREATEST_LENGTH, "pattern": SHAPE_IN_SQL, "not": {"const": "new"}}


class Word(Field, forms.ChoiceField):
    """One word of a vocabulary. Not `required`: leaving it out takes the usual one; `none` is how "not stated" reads where it may be so."""

    def __init__(self, vocabulary: type[models.TextChoices], label: str, *, none: str = "", **more: Any) -> None:
        choices = [(value, words[:1].upper() + words[1:]) for value, words in vocabulary.choices]
        super().__init__(label, choices=[("", none), *choices] if none else choices, **more)
        self.error_messages["invalid_choice"] = f"This is one of {', '.join(vocabulary.values)}."
        self.values = [*vocabulary.values, *([""] if none else [])]

    def read(self, value: Any) -> Any:
        if value == "" and "" not in self.values:
            raise ValidationError(self.error_messages["invalid_choice"])
        return super().read(value)

    def described(self) -> Schema:
        return {"type": "string", "enum": self.values}


class Chosen(Field, forms.MultipleChoiceField):
    """Some of the words of a vocabulary; none of them means all."""

    json_types, json_words = (list,), "a list of words"

    def __init__(self, words: Sequence[tuple[str, str]], label: str, **more: Any) -> None:
        choices = [(value, said[:1].upper() + said[1:]) for value, said in words]
        super().__init__(label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple(), **more)
        self.words = [value for value, _ in words]
        self.error_messages["invalid_choice"] = f"Each is one of {', '.join(self.words)}."

    def from_json(self, value: Any) -> Any:
        if any(not isinstance(each, str) for each in value) or len(set(value)) != len(value):
            raise ValidationError("This is a list of words, each once.")
        return value

    def described(self) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string", "enum": self.words}, "uniqueItems": True}


class Flag(Field, forms.BooleanField):
    """Yes or no."""

    json_types, json_words = (bool,), "true or false"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, **more)

    def described(self) -> Schema:
        return {"type": "boolean"}


class Number(Field, forms.IntegerField):
    """A whole number from `least` to `most`."""

    json_types, json_words, nullable = (int,), "a whole number", True

    def __init__(self, label: str, *, least: int, most: int, **more: Any) -> None:
        super().__init__(label, min_value=least, max_value=most, **more)

    def read(self, value: Any) -> Any:
        """JSON has one kind of numbers: 3.0 is whole."""
        return super().read(int(value) if isinstance(value, float) and value.is_integer() else value)

    def described(self) -> Schema:
        return {"type": "integer", "minimum": self.min_value, "maximum": self.max_value}


class Amount(Field, forms.DecimalField):
    """An amount of money, not negative, with at most two decimals."""

    json_types, json_words, nullable = (str, int, float), "an amount, such as \"1200.50\"", True  # fmt: skip

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, min_value=Decimal(0), max_digits=16, decimal_places=2, **more)

    def from_json(self, value: Any) -> Any:
        return str(value)

    def described(self) -> Schema:
        return {
            "type": ["string", "number"],
            "pattern": r"^\d{1,14}(\.\d{1,2})?$",
            "minimum": 0,
            "maximum": 99_999_999_999_999,
            "multipleOf": 0.01,
        }


class Day(Field, forms.DateField):
    """A date without a time."""

    json_words, nullable = "a date, such as 2026-03-31,", True

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        return value if isinstance(value, date) else _read(lambda: read_day(str(value).strip()))

    def read(self, value: Any) -> Any:
        return self.to_python(value) if isinstance(value, str) and value else super().read(value)

    def described(self) -> Schema:
        return {"type": "string", "format": "date", "pattern": YEARS}


class Moment(Field, forms.Field):
    """An instant. REST needs its offset; on pages it is wall-clock time of the reader's zone (django.utils.timezone's current one)."""

    json_words, nullable = "an instant, such as 2026-03-31T20:00:00Z,", True

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}), **more)

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).replace(tzinfo=None) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        zone: Any = timezone.get_current_timezone()
        found = _read(lambda: read_instant(str(value).strip().replace("T", " "), zone))
        return from_local(found, zone) if found.tzinfo is None else found

    def read(self, value: Any) -> Any:
        if isinstance(value, str) and value:
            return _read(lambda: read_instant(value))
        return super().read(value)

    def described(self) -> Schema:
        return {"type": "string", "format": "date-time", "pattern": YEARS}


class Words(Field, forms.CharField):
    """A list of short texts, each once; on pages with commas between them."""

    json_types, json_words = (list,), "a list of texts"

    def __init__(self, label: str, *, longest: int, required: bool = False, **more: Any) -> None:
        super().__init__(label, required=required, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)
        self.longest = longest

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value: Any) -> Any:
        pieces = value.split(",") if isinstance(value, str) else list(value or ())
        found = [_piece(piece, self.longest) for piece in pieces if not isinstance(piece, str) or piece.strip()]
        if len(set(found)) != len(found):
            raise ValidationError("One stands twice in the list; name each once.")
        return found

    def described(self) -> Schema:
        item = {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": SOME_LINE}
        return {"type": "array", "items": item, "uniqueItems": True, "maxItems": MOST_ROWS}


class Upload(Field, forms.FileField):
    """A file. Programs send it as multipart/form-data; in JSON it cannot stand. An empty one is the verb's to refuse."""

    json_words = "a file, which comes as multipart/form-data"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, allow_empty_file=True, **more)

    def read(self, value: Any) -> Any:
        if not isinstance(value, UploadedFile):
            raise ValidationError(f"This is {self.json_words}.")
        return self.clean(value)

    def described(self) -> Schema:
        return {"type": "string", "format": "binary"}


class Named(Field, forms.Field):
    """Another thing, by the name it has in addresses; only what the writer may see. On pages a line with suggestions."""

    nullable = True
    #: What a page suggests; filled in by it.
    suggested: Sequence[tuple[str, str]] = ()
    #: Whether a person typed it on a page: there what the thing is called will do, where only one is called so.
    is_typed = True

    def __init__(self, model: Any, by: str, label: str, *, what: str = "", **more: Any) -> None:
        super().__init__(label, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)
        self.model, self.by, self.what = model, by, what or str(model._meta.verbose_name)
        self.json_words = f"the {by} of a {self.what}"
        if by == "id":
            self.json_types = (int,)

    def from_json(self, value: Any) -> Any:
        self.is_typed = False
        return super().from_json(value)

    def choices_for(self, user: Any) -> Any:
        """What there is to choose from."""
        return self.model.objects.visible_to(user)

    def called(self, name: str) -> Any:
        """Those that people call so, however it is capitalised; none where things have no name of their own."""
        found = self.choices_for(self.user)
        has_names = any(column.name == "name" for column in self.model._meta.fields)
        return found.filter(name__iexact=name) if has_names else found.none()

    def prepare_value(self, value: Any) -> Any:
        return getattr(value, self.by) if isinstance(value, models.Model) else value

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        if isinstance(value, models.Model):
            return value
        return self.find([value])[0]

    def find(self, names: Sequence[Any]) -> list[Any]:
        """The things of these names, in their order; refused by the first that is not there."""
        cleaned = [_name(name, self.by) for name in names]
        if self.by == "key":
            known = {thing.key: thing for key in cleaned for thing in self.choices_for(self.user).with_key(key)}
        else:
            known = {getattr(thing, self.by): thing for thing in self.choices_for(self.user).filter(**{f"{self.by}__in": cleaned})}
        for given, name in zip(names, cleaned, strict=True):
            if name not in known:
                known[name] = self._called(given)
        return [known[name] for name in cleaned]

    def _called(self, given: Any) -> Any:
        """The one that is called so, for what was typed on a page."""
        text = str(given).strip(" ")
        _refuse(problem_with_line(text))
        found = list(self.called(text)[:2]) if self.is_typed and text else []
        if len(found) > 1:
            raise ValidationError(f"More than one {self.what} is called “{text[:100]}”; write {self.words_for_one}.")
        if not found:
            raise ValidationError(f"There is no {self.what} “{text[:100]}” that you may see; correct {self.words_for_one}.")
        return found[0]

    @property
    def words_for_one(self) -> str:
        """What has to be written to name exactly one."""
        return f"the {self.by}"

    def suggestions(self) -> list[tuple[str, str]]:
        """Names to choose from, with the words for each; none where there are too many."""
        found = list(self.choices_for(self.user).order_by(self.by)[: MOST_SUGGESTED + 1]) if self.by not in ("id", "key") else []
        return [(str(getattr(thing, self.by)), str(thing)) for thing in found] if len(found) <= MOST_SUGGESTED else []

    def described(self) -> Schema:
        if self.by == "id":
            return {"type": "integer", "minimum": 1, "maximum": _GREATEST_ID, REFERS_TO: self.what}
        return {"type": "string", "minLength": 1, "maxLength": GREATEST_LENGTH, REFERS_TO: self.what}


class Person(Named):
    """Somebody with an account: their e-mail address; programs may also send the id."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(get_user_model(), "email", label, what="person", **more)
        self.json_types, self.json_words = (str, int), "the id or the e-mail address of a person"

    def choices_for(self, user: Any) -> Any:
        return self.model.objects.visible_to(user).people()

    def find(self, names: Sequence[Any]) -> list[Any]:
        (name,) = names
        found = self.choices_for(self.user)
        if isinstance(name, int):
            person = found.filter(pk=name).first() if 0 < name <= _GREATEST_ID else None
        else:
            _refuse(problem_with_line(name))
            person = found.with_address([name]).first()
            if person is None and self.is_typed:
                namesakes = list(found.active().filter(name__iexact=name.strip(" "))[:2])
                person = namesakes[0] if len(namesakes) == 1 else None
        if person is None:
            raise ValidationError(f"Nobody here has the address or id “{str(name)[:100]}”; correct it, or ask an administrator.")
        return [person]

    def suggestions(self) -> list[tuple[str, str]]:
        found = list(self.choices_for(self.user).active().order_by("email").only("email", "name")[: MOST_SUGGESTED + 1])
        return [(person.email, str(person)) for person in found] if len(found) <= MOST_SUGGESTED else []

    def described(self) -> Schema:
        return {"type": ["string", "integer"], "minLength": 1, "maxLength": 254, REFERS_TO: self.what}


class Several(Named):
    """Several other things, by name, each once; on pages with commas between them. The whole list: what is not in it goes."""

    nullable = False

    def __init__(self, model: Any, by: str, label: str, *, required: bool = False, **more: Any) -> None:
        super().__init__(model, by, label, required=required, **more)
        self.json_types, self.json_words = (list,), f"a list of the {by}s of {self.what}s"

    def empty(self) -> Any:
        return []

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        return ", ".join(str(super(Several, self).prepare_value(thing)) for thing in value)

    def to_python(self, value: Any) -> Any:
        pieces = [piece.strip() for piece in value.split(",") if piece.strip()] if isinstance(value, str) else list(value or ())
        if len(pieces) > MOST_ROWS:
            raise ValidationError(f"At most {MOST_ROWS} at once.")
        if any(not isinstance(piece, int if self.by == "id" else str) or isinstance(piece, bool) for piece in pieces):
            raise ValidationError(f"This is {self.json_words}.")
        if len(set(pieces)) != len(pieces):
            raise ValidationError("One stands twice in the list; name each once.")
        found = self.find(pieces) if pieces else []
        if len({thing.pk for thing in found}) != len(found):
            raise ValidationError("One stands twice in the list; name each once.")
        return found

    def described(self) -> Schema:
        return {"type": "array", "items": super().described(), "uniqueItems": True, "maxItems": MOST_ROWS}


class Rows(Field, forms.Field):
    """A list of objects of another shape. Pages write them as a table (`on_page`), or in a way of their own.

    `is_folded`: on pages each row is folded away under its `name`, for rows of many fields.
    """

    json_types, json_words = (list,), "a list of objects"

    def __init__(
        self,
        shape: "type[Shape]",
        label: str,
        *,
        required: bool = False,
        most: int = MOST_ROWS,
        on_page: bool = False,
        is_folded: bool = False,
        **more: Any,
    ) -> None:
        super().__init__(label, required=required, widget=forms.HiddenInput(), **more)
        self.shape, self.most, self.on_page, self.is_folded = shape, most, on_page, is_folded

    def read(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, list):
            raise ValidationError(f"This is {self.json_words}.")
        if len(value) > self.most:
            raise ValidationError(f"At most {self.most} at once.")
        found: list[dict[str, Any]] = []
        for place, row in enumerate(value):
            try:
                found.append(self.shape(user=self.user).read(row))
            except BadInput as refusal:
                raise ValidationError(f"Number {place + 1}: {refusal.sentence}") from None
        if self.required and not found:
            raise ValidationError(NEEDED)
        return found

    def described(self) -> Schema:
        schema: Schema = {"type": "array", "items": self.shape.schema(), "maxItems": self.most}
        return schema | ({"minItems": 1} if self.required else {})


def _refuse(problem: str | None) -> None:
    if problem:
        raise ValidationError(problem)


def _read(function: Callable[[], Any]) -> Any:
    try:
        return function()
    except BadInput as refusal:
        raise ValidationError(refusal.sentence) from None


def _piece(piece: Any, longest: int) -> str:
    if not isinstance(piece, str) or not piece.strip():
        raise ValidationError("Every element is a text that is not empty.")
    text = piece.strip(" ")
    _refuse(problem_with_line(text))
    if len(text) > longest:
        raise ValidationError(f"“{text[:40]}…” is longer than {longest} characters.")
    return text


def _name(name: Any, by: str) -> Any:
    """A name as the database may be asked for it."""
    if by == "id":
        return int(name) if str(name).isascii() and str(name).isdigit() and len(str(name)) <= 18 else 0
    text = str(name).strip(" ")
    _refuse(problem_with_line(text))
    return text


def shown(names: Collection[str]) -> str:
    return ", ".join(names) or "none"
