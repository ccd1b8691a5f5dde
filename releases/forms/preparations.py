"""What one may write of audiences and preparations, on pages and over REST: shape only."""

import re
from typing import Any, Final

from django.core.exceptions import ValidationError

from common.writing import Flag, Line, Moment, Named, Number, Person, Prose, Shape, Word
from releases.models import Audience
from releases.vocabulary import PreparationNeed

_LANGUAGE: Final = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
_MOST_PEOPLE: Final = 1_000_000_000


class LanguageField(Line):
    """A language by its tag (BCP 47): `de`, `pt-BR`."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text and not re.fullmatch(_LANGUAGE, text):
            raise ValidationError("A language is written as de or pt-BR (BCP 47); correct it.")
        return text

    def described(self) -> dict[str, Any]:
        return {"type": "string", "maxLength": self.max_length, "pattern": f"^$|^{_LANGUAGE}$"}


class AudienceShape(Shape):
    name = Line("Who", longest=300, help="A group of people, as they call themselves: Store staff.")
    site = Line("Site", longest=300, required=False, help="Where they are, if that tells them apart: Leipzig.")
    size = Number("How many", least=1, most=_MOST_PEOPLE, required=False)
    language = LanguageField("Language", longest=35, required=False, help="In which they are told, such as de or pt-BR.")
    is_customer = Flag("They are customers", help="What customers need is asked for at a gate of its own.")
    notes = Prose("Release notes for them", help="In Markdown. They can be drafted once the audience is there.")


class PreparationShape(Shape):
    need = Word(PreparationNeed, "What they need")
    about = Line("About", longest=300, required=False, help="What they are told, or learn.")
    owner = Person("Who sees to it", required=False, help="May mark it as done.")
    starts_at = Moment("From", required=False, help="When the session begins, or the notice is sent.")
    ends_at = Moment("To", required=False, help="When the session ends; a notice has no end.")


class NewPreparationShape(PreparationShape):
    audience = Named(Audience, "id", "For whom", help="The id of an audience of the release.")
    first = ("audience",)


class DoneShape(Shape):
    done_at = Moment("Done at", required=False, help="When it was held or sent; by default now.")


class DraftShape(Shape):
    overwrite = Flag("Overwrite", help="Also where somebody wrote the notes that are there.")
