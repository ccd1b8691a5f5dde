"""What lists are narrowed by: one set of filters per noun, for its page and its REST list alike.

A repeated parameter means "or", different ones mean "and". What a filter does not know is an error of its field, with a sentence
that names the value; the doors decide what becomes of it (a page falls back with a notice, REST answers 400).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from common.intervals import read_moment
from common.refusals import BadInput

MOST_VALUES = 200


class Filters(django_filters.FilterSet):  # type: ignore[misc]  # django-filter brings no types
    """A noun's filters, each an attribute; `from_` stands for the parameter `from`, which Python keeps for itself.

    `tables` says of a filter which tables beside those of its noun decide what it leaves.
    """

    tables: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        return {name.removesuffix("_"): each for name, each in super().get_filters().items()}


class OneOf(django_filters.MultipleChoiceFilter):  # type: ignore[misc]  # django-filter brings no types
    """One of the words of a vocabulary: `OneOf(Status, "its status")`; `column` is where it stands, by default where it's called."""

    def __init__(
        self, words: type[models.Choices] | Iterable[tuple[Any, str]], help_text: str, *, column: str | None = None
    ) -> None:
        choices = [(str(value), label) for value, label in (words.choices if isinstance(words, type) else words)]
        listed = ", ".join(value for value, _ in choices)
        super().__init__(
            field_name=column,
            choices=choices,
            distinct=False,
            help_text=help_text,
            error_messages={"invalid_choice": f"“%(value)s” is none of: {listed}."},
        )

    def filter(self, qs: "QuerySet[Any, Any]", value: list[str]) -> "QuerySet[Any, Any]":
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class TrueOrFalse(OneOf):
    """`true` or `false`; said of rows by `condition`."""

    def __init__(self, condition: Q, help_text: str) -> None:
        super().__init__([("true", "yes"), ("false", "no")], help_text)
        self.condition = condition

    def filter(self, qs: "QuerySet[Any, Any]", value: list[str]) -> "QuerySet[Any, Any]":
        if len(set(value)) != 1:
            return qs
        return qs.filter(self.condition if value[0] == "true" else ~self.condition)


class _NameField(forms.Field):
    """Names of things one may see, as the ids these have. `choices` are asked from the database only by a page that shows them."""

    widget = forms.SelectMultiple

    def __init__(self, *, naming: "Named", **options: Any) -> None:
        super().__init__(**options)
        self.naming = naming

    def clean(self, value: Any) -> list[int]:
        wanted = {str(name) for name in value or [] if name != ""}
        if len(wanted) > MOST_VALUES:
            raise ValidationError(f"At most {MOST_VALUES} values are taken at once.")
        if not wanted:
            return []
        found = self.naming.ids_of({name for name in wanted if "\0" not in name})
        unknown = sorted(wanted - found.keys())
        if unknown:
            # ValidationError keeps what stands in its parameters out of the template of the sentence.
            raise ValidationError("There is no “%(value)s” here.", params={"value": unknown[0][:100].replace("\0", "�")})
        return sorted(found.values())


class Named(django_filters.Filter):  # type: ignore[misc]  # django-filter brings no types
    """Things by the name they have in addresses: `Named(Environment, "slug", "where it goes", path="environment")`.

    `path` leads from the filtered noun to the thing; `many=True` when it passes through several rows, so that none comes twice.
    Only what the caller may see is known. Keys such as REL-42 come by way of the model's queryset, `with_keys(names)`.
    """

    field_class = _NameField

    def __init__(self, model: Any, by: str, help_text: str, *, path: str, many: bool = False) -> None:
        super().__init__(field_name=path, help_text=help_text, naming=self)
        self.named, self.by, self.many = model, by, many

    @property
    def field(self) -> Any:
        # django-filter copies the filters of a set for each call; the field must ask the copy, which knows the request.
        if not hasattr(self, "_field"):
            self.extra["naming"] = self
            self._field = super().field
        return self._field

    def ids_of(self, names: set[str]) -> dict[str, int]:
        """The ids of those with one of `names` that the caller may see."""
        request: HttpRequest | None = self.parent.request
        things = self.named.objects.all() if request is None else self.named.objects.visible_to(request.user)
        if self.by == "key":
            return {name: pk for name in names for pk in things.with_key(name).values_list("pk", flat=True)}
        if self.by == "pk":
            numbers = [int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= 18]
            return {str(pk): pk for pk in things.filter(pk__in=numbers).values_list("pk", flat=True)}
        return dict(things.filter(**{f"{self.by}__in": names}).values_list(self.by, "pk"))

    def filter(self, qs: "QuerySet[Any, Any]", value: list[int]) -> "QuerySet[Any, Any]":
        if not value:
            return qs
        condition = {f"{self.field_name}__in": value}
        return qs.filter(pk__in=qs.model._default_manager.filter(**condition).values("pk")) if self.many else qs.filter(**condition)


class Text(django_filters.Filter):  # type: ignore[misc]  # django-filter brings no types
    """Exactly this text, or one of several."""

    class Field(forms.Field):
        widget = forms.SelectMultiple

        def clean(self, value: Any) -> list[str]:
            if any("\0" in text for text in value or []):
                raise ValidationError("A text has no NUL character.")
            return [text for text in value or [] if text != ""][:MOST_VALUES]

    field_class = Field

    def __init__(self, help_text: str, *, column: str | None = None) -> None:
        super().__init__(field_name=column, help_text=help_text)

    def filter(self, qs: "QuerySet[Any, Any]", value: list[str]) -> "QuerySet[Any, Any]":
        return qs.filter(**{f"{self.field_name}__in": value}) if value else qs


class _MomentField(forms.CharField):
    """A day or an instant, as the UTC instant at which it begins."""

    def clean(self, value: Any) -> datetime | None:
        text = str(value or "").strip()
        try:
            return read_moment(text) if text else None
        except BadInput as refusal:
            raise ValidationError("%(sentence)s", params={"sentence": refusal.sentence}) from None


class Moment(django_filters.Filter):  # type: ignore[misc]  # django-filter brings no types
    """One end of a time range: a day (UTC) or an instant. `condition(moment)` says which rows belong."""

    field_class = _MomentField
    repeatable = False

    def __init__(self, condition: Any, help_text: str) -> None:
        super().__init__(help_text=help_text)
        self.condition = condition

    def filter(self, qs: "QuerySet[Any, Any]", value: datetime | None) -> "QuerySet[Any, Any]":
        return qs if value is None else qs.filter(self.condition(value))
