"""What one may write of a promotion that runs: how it ended, as a whole and item by item. Shape only."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

from common.texts import PROSE, problem_with_prose
from common.writing import Line, Prose, Shape, Word
from common.writing.fields import MOST_ROWS, Field
from releases.actions.promotions import Ended
from releases.models import Item
from releases.vocabulary import ItemOutcome, Outcome

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_LONGEST: Final = 5_000
_WORDS: Final = ", ".join(ItemOutcome.values)


class ItemOutcomes(Field, forms.Field):
    """An object: by the id of an item its outcome, or an object of `outcome` and `comment`. Pages ask item by item."""

    json_types, json_words = (dict,), "an object of outcomes by the ids of items"

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, required=False, widget=forms.HiddenInput(), **more)

    def read(self, value: Any) -> dict[int, Ended]:
        if not isinstance(value, dict):
            raise ValidationError(f"This is {self.json_words}.")
        if len(value) > MOST_ROWS:
            raise ValidationError(f"At most {MOST_ROWS} at once.")
        return {_number(key): _ended(key, said) for key, said in value.items()}

    def described(self) -> dict[str, Any]:
        word = {"type": "string", "enum": ItemOutcome.values}
        comment = {"type": "string", "maxLength": _LONGEST, "pattern": PROSE}
        whole = {
            "type": "object",
            "properties": {"outcome": word, "comment": comment},
            "required": ["outcome"],
            "additionalProperties": False,
        }
        return {
            "type": "object",
            "propertyNames": {"pattern": f"^{_NUMBER.pattern}$"},
            "additionalProperties": {"anyOf": [word, whole]},
            "maxProperties": MOST_ROWS,
        }


class OutcomeShape(Shape):
    outcome = Word(Outcome, "How it ended")
    items = ItemOutcomes("Items", help="Those that ended otherwise than the whole, by their ids.")
    comment = Prose("What happened", longest=_LONGEST, help="Everybody who follows it reads this.")


class RollBackShape(Shape):
    reason = Prose("Reason", required=True, longest=2_000, help="Everybody who follows it reads this.")


class OutcomeOnPage(Shape):
    """The outcome as a page asks for it: of the whole, then of each item where it is another one."""

    items: ClassVar[Sequence[Item]] = ()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        ended = {}
        for item in self.items:
            outcome, comment = given.pop(f"item_{item.pk}", ""), given.pop(f"comment_{item.pk}", "")
            if outcome:
                ended[item.pk] = Ended(ItemOutcome(outcome), comment)
            elif comment:
                self.add_error(f"item_{item.pk}", "Say how it ended, or leave out what happened to it.")
        return {**given, "items": ended}


def outcome_on_page(ways: Collection[str], items: Sequence[Item]) -> type[Shape]:
    """The shape of how a promotion ended, in one of `ways`, with these items."""
    whole = Word(Outcome, "How it ended")
    # Nothing is chosen beforehand: an outcome said by mistake can only be rolled back.
    whole.choices = [("", "Choose one"), *((value, words.capitalize()) for value, words in Outcome.choices if value in ways)]
    fields: dict[str, Any] = {"outcome": whole, "items": tuple(items)}
    for item in items:
        name = " ".join([str(item.service), item.version]).strip()
        fields[f"item_{item.pk}"] = Word(ItemOutcome, name, required=False, none="As the whole")
        fields[f"comment_{item.pk}"] = Line(f"What happened to {item.service}", longest=300, required=False)
    fields["comment"] = Prose("What happened", longest=_LONGEST, help="Everybody who follows it reads this.")
    return type("OutcomeOfPromotionShape", (OutcomeOnPage,), fields)


def _number(key: Any) -> int:
    if not isinstance(key, str) or not _NUMBER.fullmatch(key):
        raise ValidationError(f"“{str(key)[:40]}” is no id of an item.")
    return int(key)


def _ended(key: str, said: Any) -> Ended:
    given: Mapping[str, Any] = said if isinstance(said, dict) else {"outcome": said}
    outcome, comment = given.get("outcome"), given.get("comment", "")
    if outcome not in ItemOutcome.values or given.keys() - {"outcome", "comment"}:
        raise ValidationError(f"{key}: an item ended as one of {_WORDS}, alone or as “outcome” beside a “comment”.")
    if not isinstance(comment, str) or len(comment) > _LONGEST or problem_with_prose(comment):
        raise ValidationError(f"{key}: a comment is a text of at most {_LONGEST} characters.")
    return Ended(ItemOutcome(outcome), comment)
