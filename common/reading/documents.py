"""The OpenAPI description of what is only read, made from the same declarations that answer."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from common.doors import PROBLEM
from common.pagination import DEFAULT_LIMIT, GREATEST_LIMIT
from common.reading.columns import REFERS_TO
from common.reading.questions import LONGEST_VALUE, MOST_WORDS

REFUSALS: Final = {
    400: "The request was not understood; `errors` names the parameter.",
    401: "No token and no session, or not a good one.",
    403: "The token lacks the scope.",
    404: "Nothing is there, or nothing the caller may see.",
    406: "`Accept` wants something else than JSON.",
    429: "Too many requests; `Retry-After` says when to go on.",
    503: "The database is busy; `Retry-After` says when to come again.",
}
#: The title and the sentence of one refusal of each status.
_EXAMPLES: Final = {
    400: ("Not understood", "limit is '0'; write a whole number from 1 to 1000."),
    401: ("Unauthorized", "Authentication credentials were not provided."),
    403: ("Not allowed", "This token lacks the scope write; use one that has it."),
    404: ("Not found", "There is nothing here, or nothing you may see. Check the address, or ask whoever sent it to you."),
    406: ("Not Acceptable", "Could not satisfy the request Accept header."),
    409: ("Conflict", "There is already a project PAY; choose another code."),
    410: ("Gone", "Your roles or teams changed after event 40, and with them what you may see. Mirror anew."),
    412: ("Changed meanwhile", "Somebody changed this meanwhile. Look at what is there now, and decide again."),
    413: ("Too large", "The body is larger than 10 MB; send less at once."),
    415: ("Unsupported Media Type", 'Unsupported media type "text/plain" in request.'),
    422: ("Against a rule", "A restriction ends after now, and within two years."),
    429: ("Too many requests", "Too many requests in this minute; wait, then go on more slowly."),
    503: ("Busy", "The database did not answer in time, and nothing was changed. Try again in a few seconds."),
}
#: What answers say beside their body.
HEADERS: Final = (
    OpenApiParameter(
        "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="Changes when the answer does; for `If-None-Match`."
    ),
    OpenApiParameter(
        "Retry-After", int, OpenApiParameter.HEADER, response=[429, 503], description="Seconds until it is worth trying again."
    ),
)
_PROBLEM: Final = {
    "type": "object",
    "description": "A refusal (RFC 9457).",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "One sentence for a person."},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "requirements": {"type": "array", "items": {"type": "object"}},
    },
    "required": ["type", "title", "status", "detail"],
}
#: The schemas of parameters that several addresses have.
TEXT: Final = {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE, "pattern": r"^[^\u0000]+$"}
TEXTS: Final = {"type": "array", "items": TEXT}
#: Days and instants lie in the years 1900 to 8999.
YEARS: Final = r"^(19\d\d|[2-8]\d\d\d)-"
MOMENT: Final = {"type": "string", "pattern": YEARS, "anyOf": [{"format": "date"}, {"format": "date-time"}]}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": GREATEST_LIMIT, "default": DEFAULT_LIMIT}
COUNT: Final = {"type": "boolean", "default": False}
#: What Python splits words at: two more kinds of separators than ECMA 262's whitespace has.
_SPACE: Final = r"\s\u001c-\u001f\u0085"
_WORD: Final = rf"[^\u0000{_SPACE}]"
WORDS: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_VALUE,
    "pattern": rf"^[{_SPACE}]*({_WORD}+[{_SPACE}]+){{0,{MOST_WORDS - 1}}}{_WORD}*[{_SPACE}]*$",
}
#: At least one word.
SOME_WORDS: Final = WORDS | {"pattern": str(WORDS["pattern"]).replace("]*[", "]+[")}


class ReadingSchema(AutoSchema):
    """Lists and details from their nouns; any other view says `parameters`, `answer` (JSON Schema) and `operation` itself."""

    def get_operation_id(self) -> str:
        noun = getattr(self.view, "noun", None)
        if noun is None or self.method != "GET":
            return str(getattr(self.view, "operation", "")) or str(super().get_operation_id())
        outer = "_".join(part for part in self.path.split("/")[3:-1] if part and "{" not in part)
        return f"{outer}_list" if self._is_list else f"{outer}_get"

    @property
    def _is_list(self) -> bool:
        return hasattr(self.view, "own_parameters")

    def get_tags(self) -> list[str]:
        place = self.path.split("/")[3]
        return [place if place and "." not in place else "documents"]

    def get_summary(self) -> str:
        """The first sentence of what is said about it."""
        return str(self.get_description()).partition("\n")[0].split(". ")[0].rstrip(".")

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        return None if self.method == "GET" else super().get_request_serializer()

    def get_override_parameters(self) -> list[Any]:
        view: Any = self.view
        parameters: list[Any] = [*HEADERS, *getattr(view, "parameters", ())]
        noun = getattr(view, "noun", None)
        if noun is None or self.method != "GET":
            return parameters
        parameters.append(these_fields(noun.field_names))
        if not self._is_list:
            return parameters
        for name, each in (view.filters.base_filters if view.filters else {}).items():
            parameters.append(filter_parameter(name, each))
        if view.searchable:
            parameters.append(query("q", WORDS, "Words that all stand in its names."))
        return [*parameters, *paging()]

    def get_response_serializers(self) -> Any:
        if self.method != "GET":
            return super().get_response_serializers()
        answers: dict[Any, Any] = {
            200: OpenApiResponse(self._answer(), description="What there is."),
            304: OpenApiResponse(description="Unchanged since the answer of this ETag."),
        }
        return answers | self.refusals(REFUSALS | getattr(self.view, "refusals", {}))

    def _answer(self) -> Any:
        view: Any = self.view
        noun = getattr(view, "noun", None)
        if noun is None:
            return view.answer
        one = self.one_object()
        if not self._is_list:
            return one
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "properties": {
                "results": {"type": "array", "items": one},
                "next": address,
                "previous": address,
                "count": {"type": "integer"},
            },
            "required": ["results", "next", "previous"],
        }

    def one_object(self, of: Any = None) -> dict[str, str]:
        """An object of the view's noun, or of another one."""
        view: Any = self.view
        noun = of or view.noun
        properties = {column.name: column.schema(noun.model) for column in noun.all_columns}
        name = "".join(part.title() for part in (noun.documented_as or noun.kind).split("_"))
        return self._component(name, {"type": "object", "properties": properties})

    def refusals(self, words: Mapping[int, str]) -> dict[Any, Any]:
        """The refusals of these statuses, each with an example."""
        self._component("Problem", _PROBLEM)
        return refusals(words)

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)  # type: ignore[no-untyped-call]  # drf-spectacular's own is without types
        self.registry.register_on_missing(component)
        reference: dict[str, str] = component.ref
        return reference


def refusals(words: Mapping[int, str]) -> dict[Any, Any]:
    """Responses that refuse, for operations which say themselves what they answer. `words` by status."""
    problem = {"$ref": "#/components/schemas/Problem"}
    return {
        (status, PROBLEM): OpenApiResponse(problem, description=said, examples=[_example(status)]) for status, said in words.items()
    }


def _example(status: int) -> OpenApiExample:
    title, sentence = _EXAMPLES[status]
    return OpenApiExample(title, {"type": "about:blank", "title": title, "status": status, "detail": sentence})


def query(name: str, schema: dict[str, Any], words: str) -> OpenApiParameter:
    """A parameter of the query string."""
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=words)


def paging() -> tuple[OpenApiParameter, ...]:
    """What every list takes."""
    return (
        query("limit", LIMIT, "How many at once."),
        query("cursor", TEXT, "Where to go on; `next` and `previous` hold it."),
        query("count", COUNT, "Whether to count all that match."),
    )


def these_fields(names: Iterable[str]) -> OpenApiParameter:
    """The parameter that leaves out the other fields."""
    schema = {"type": "array", "items": {"type": "string", "enum": list(dict.fromkeys(names))}, "minItems": 1}
    return OpenApiParameter("fields", schema, explode=False, description="Only these fields, separated by commas.")


def filter_parameter(name: str, each: Any) -> OpenApiParameter:
    """The parameter of a filter."""
    choices = [value for value, _ in each.extra.get("choices", ())]
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string", "enum": choices}} if choices else TEXTS
    if not getattr(each, "repeatable", True):
        schema = MOMENT
    elif hasattr(each, "named"):
        schema = {"type": "array", "items": TEXT | {REFERS_TO: str(each.named._meta.verbose_name)}}
    return query(name, schema, str(each.extra.get("help_text", "")))
