"""What one may write of a webhook."""

from typing import Any

from django.core.exceptions import ValidationError

from common.outgoing import LONGEST_ADDRESS
from common.writing import Flag, Line, Person, Shape, Words
from reminders.queries.kinds import all_kinds, kind_schema, unknown_among


class Kinds(Words):
    """Kinds of what happens, at least one."""

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, longest=100, required=True, **more)

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        unknown = unknown_among(found)
        if unknown:
            raise ValidationError(f"“{unknown[0]}” is no kind; choose of those listed, such as release.* or promotion.approved.")
        return found

    def described(self) -> dict[str, Any]:
        return {"type": "array", "items": kind_schema(), "uniqueItems": True, "minItems": 1, "maxItems": len(all_kinds())}


class NewWebhookShape(Shape):
    name = Line("Name", longest=200, help="What your colleagues call it, such as Pipeline of payments.")
    target = Line(
        "Address",
        longest=LONGEST_ADDRESS,
        help="It is called by https, and never in our own network.",
        documented={"format": "uri"},
    )
    kinds = Kinds("What it is told", help="Kinds with commas between them; release.* stands for all that happens to releases.")
    owner = Person("Owner", required=False, help="It is told what this person may see. Empty: you.")


class WebhookShape(NewWebhookShape):
    is_on = Flag("It is on", help="What happens while it is off is not told later.")
