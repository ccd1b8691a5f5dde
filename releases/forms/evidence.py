"""What one may show at a gate, on its page and over REST: shape only."""

from typing import Any, Final

from django import forms
from django.db import models

from common.writing import Line, Named, Prose, Shape, Upload, Word
from common.writing.fields import Field
from policies.vocabulary import EvidenceKind
from releases.models import Gate, Item


class Showable(models.TextChoices):
    """What may be shown; of reports, what is counted in them."""

    NOTE = EvidenceKind.NOTE.value, EvidenceKind.NOTE.label
    LINK = EvidenceKind.LINK.value, EvidenceKind.LINK.label
    FILE = EvidenceKind.FILE.value, EvidenceKind.FILE.label
    JUNIT = EvidenceKind.JUNIT.value, EvidenceKind.JUNIT.label
    SARIF = EvidenceKind.SARIF.value, EvidenceKind.SARIF.label
    SBOM = EvidenceKind.SBOM.value, EvidenceKind.SBOM.label


LONGEST_LINK: Final = 500


class EvidenceShape(Shape):
    kind = Word(Showable, "What it is")
    file = Upload(
        "File", required=False, help="Up to 50 MB; of a report as it was written, not packed. Choose it again after a refusal."
    )
    link = Line("Link", longest=LONGEST_LINK, required=False, help="Where it can be looked at, with http:// or https://.")
    note = Prose("Note", longest=10_000, help="What was looked at and found; it may stand beside a file or a link.")
    item = Named(
        Item, "id", "Of", what="item", required=False, help="One item of the release; without it, what is shown is of all."
    )

    @classmethod
    def schema_of_json(cls) -> dict[str, Any]:
        """What may be sent where a file cannot."""
        schema = cls.schema()
        without = {name: each for name, each in schema["properties"].items() if name != "file"}
        return {**schema, "properties": without}


class _OneItem(Field, forms.TypedChoiceField):
    """One of some items, or all of the release."""

    def __init__(self, items: list[Item]) -> None:
        by_id = {str(item.pk): item for item in items}
        choices = [("", "All of the release"), *((number, str(item.service)) for number, item in by_id.items())]
        super().__init__("Of", choices=choices, coerce=by_id.get, empty_value=None, required=False)


def shown_at(gate: Gate) -> type[Shape]:
    """The shape for the page of one gate: the items there are to choose from, where there are several."""
    items = list(gate.release.items.select_related("service").order_by("service__name", "id"))
    return type("EvidenceOfGateShape", (EvidenceShape,), {"item": _OneItem(items) if len(items) > 1 else None})


def as_shown(given: dict[str, Any]) -> dict[str, Any]:
    """What either door was given, as the verb takes it."""
    values = {name: value for name, value in given.items() if value not in (None, "")}
    return {"url" if name == "link" else name: value for name, value in values.items()}
