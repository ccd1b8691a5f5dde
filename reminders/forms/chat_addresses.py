"""Where one wants to be reached by chat."""

from typing import Any

from django.core.exceptions import ValidationError

from common.reading.columns import REFERS_TO
from common.writing import Line, Shape
from reminders.channels.chat.addresses import LONGEST, SERVICES, Address, NoChat, read


class ChatLine(Line):
    """An address of a chat, as its service shows it or as apprise writes it."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, Address):
            return value
        text = super().to_python(value)
        if not text:
            return text
        try:
            return read(text)
        except NoChat as problem:
            raise ValidationError(str(problem)) from problem

    def run_validators(self, value: Any) -> None:
        """Its length was looked at as it was read."""


class ChatAddressShape(Shape):
    address = ChatLine(
        "Address",
        longest=LONGEST,
        documented={REFERS_TO: "address of a chat"},
        help=f"Of {', '.join(each.name for each in SERVICES)}; such as {SERVICES[0].example} or {SERVICES[2].example}.",
    )
