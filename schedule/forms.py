"""The shapes of saved views and feeds, for both doors."""

from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from common.reading.columns import REFERS_TO
from common.writing import Day, Flag, Line, Number, Shape, Word
from common.writing.fields import Field
from releases.vocabulary import Commitment
from schedule.queries.narrowings import NAMES, STATUSES, WORDS, YES_OR_NO, Filters, pairs
from schedule.vocabulary import KINDS, LONGEST_PAST, USUAL_PAST, Redaction

_LONGEST_QUERY: Final = 8_000


class Filtering(Field, forms.Field):
    """Filters of the calendar: by REST an object of lists, on pages the query string of the calendar."""

    json_types, json_words = (dict,), 'an object such as {"environment": ["prod"]}'

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.HiddenInput(), **more)

    def prepare_value(self, value: Any) -> Any:
        return urlencode(pairs(value)) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        text = str(value or "")
        if len(text) > _LONGEST_QUERY:
            raise ValidationError("These are more filters than an address holds; take some away.")
        return filters_of(QueryDict(text.removeprefix("?")))

    def described(self) -> dict[str, Any]:
        words = {
            "kind": KINDS,
            "status": STATUSES,
            "commitment": Commitment.values,
            "threatened": [value for value, _ in YES_OR_NO],
        }
        lists: dict[str, Any] = {}
        for name in NAMES:
            more = {"enum": list(words[name])} if name in words else {REFERS_TO: name}
            lists[name] = {"type": "array", "items": {"type": "string", **more}, "maxItems": 50}
        return {
            "type": "object",
            "properties": lists | {WORDS: {"type": "string", "maxLength": 200}},
            "additionalProperties": False,
        }


class ViewShape(Shape):
    """A view to keep."""

    name = Line("Name", longest=100, help="What you will look for, such as “Production in December”.")
    is_shared = Flag("Others may open it")
    is_default = Flag("The calendar opens with it")
    filters = Filtering("Filters")


class FeedShape(Shape):
    """What can be changed of a feed."""

    name = Line("Name", longest=100, help="How calendar programs will call it.")
    filters = Filtering("Filters")
    past_days = Number(
        "Days of the past",
        least=0,
        most=LONGEST_PAST,
        required=False,
        initial=USUAL_PAST,
        help="From how many days ago on it shows entries.",
    )
    expires_on = Day("Last day", required=False, help="After it the address shows nothing. Empty: until you revoke it.")


class NewFeedShape(FeedShape):
    """A feed to make."""

    redaction = Word(
        Redaction,
        "It tells",
        required=False,
        initial=Redaction.FULL,
        help="Whoever has the address sees this much, without signing in.",
    )
    first = ("name", "redaction")


def filters_of(given: QueryDict) -> Filters:
    """The filters that stand in an address of the calendar; the rest of the address is no part of a view."""
    found: Filters = {name: given.getlist(name) for name in NAMES if name in given}
    return found | ({WORDS: given[WORDS]} if given.get(WORDS) else {})
