"""When somebody wants to be left alone."""

import re
from datetime import time
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from common.writing import Flag, Number, Shape, Word
from common.writing.fields import Field
from reminders.vocabulary import Pace

_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)


class Clock(Field, forms.Field):
    """What a clock shows, to the minute, such as 22:00."""

    json_words, nullable = "a time of the day, such as \"22:00\"", True  # fmt: skip

    def __init__(self, label: str, **more: Any) -> None:
        super().__init__(label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}), **more)

    def to_python(self, value: Any) -> time | None:
        if value in self.empty_values:
            return None
        if isinstance(value, time):
            return value
        match = _CLOCK.fullmatch(str(value).strip())
        if match is None:
            raise ValidationError("This is no time of the day; write it as 22:00.")
        return time(int(match[1]), int(match[2]))

    def described(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d(:00)?$"}


class PreferenceShape(Shape):
    quiet_from = Clock("Quiet from", required=False, help="On your own clock. What is urgent comes all the same.")
    quiet_until = Clock("Quiet until", required=False, help="Past midnight too: from 22:00 until 07:00.")
    quiet_weekends = Flag("Quiet on Saturdays and Sundays")
    pace = Word(Pace, "E-mails and chats of what is not urgent come", required=False)
    digest_hour = Number("At the hour", least=0, most=23, required=False, help="For what comes together.")
    digest_weekday = Number("On the day of the week", least=1, most=7, required=False, help="For once a week; 1 is Monday.")
