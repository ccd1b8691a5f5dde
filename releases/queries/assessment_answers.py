"""What REST shows of the assessments of releases."""

from collections.abc import Callable
from typing import Any, Final

import orjson

from common.reading import Computed, Noun, Plain, Question, list_of, person, text_schema
from policies.vocabulary import Risk
from releases.models import Assessment
from releases.queries.answers import OWN_RELEASE, RELEASES, RESTRICTIONS

_ENTRY: Final = {
    "type": "object",
    "properties": {**{name: text_schema() for name in ("question", "text", "answer")}, "risk": text_schema(enum=Risk.values)},
    "required": ["question", "text", "answer", "risk"],
}


def _entries(_: Question) -> Callable[..., Any]:
    # Pages read in one go get JSON from the database as text.
    return lambda value: orjson.loads(value) if isinstance(value, str) else value


ASSESSMENTS: Final = Noun(
    "assessment",
    "assessments",
    Assessment,
    by="id",
    order=("id",),
    tables=(*RESTRICTIONS, "releases_assessment"),
    within=(RELEASES, "release"),
    columns=(
        OWN_RELEASE,
        Plain("risk"),
        Computed("answers", ("answers",), _entries, list_of(_ENTRY)),
        person("by"),
        Plain("at"),
    ),
)
