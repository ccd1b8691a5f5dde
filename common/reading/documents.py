"""The OpenAPI description of what is only read, made from the same declarations that answer."""

from typing import Any, Final

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from common.doors import PROBLEM

REFUSALS: Final = {
    400: "The request was not understood; `errors` names the parameter.",
    401: "No token and no session, or not a good one.",
    403: "The token lacks the scope.",
    404: "Nothing is there, or nothing the caller may see.",
    429: "Too many requests; `Retry-After` says when to go on.",
}
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
_TEXT: Final = {"type": "string"}
_WORDS: Final = {"type": "array", "items": _TEXT}


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

    def get_filter_backends(self) -> list[Any]:
        return []

    def get_request_serializer(self) -> Any:
        return None if self.method == "GET" else super().get_request_serializer()

    def get_override_parameters(self) -> list[Any]:
        view: Any = self.view
        parameters: list[Any] = list(getattr(view, "parameters", ()))
        noun = getattr(view, "noun", None)
        if noun is None or self.method != "GET":
            return parameters
        fields = {"type": "string"}
        parameters.append(_query("fields", fields, f"Only these fields, separated by commas: {', '.join(noun.field_names)}."))
        if not self._is_list:
            return parameters
        for name, each in (view.filters.base_filters if view.filters else {}).items():
            parameters.append(_filter(name, each))
        if view.searchable:
            parameters.append(_query("q", _TEXT, "Words that all stand in its names."))
        parameters.append(_query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "How many at once."))
        parameters.append(_query("cursor", _TEXT, "Where to go on; `next` and `previous` hold it."))
        parameters.append(_query("count", {"type": "boolean", "default": False}, "Whether to count all that match."))
        return parameters

    def get_response_serializers(self) -> Any:
        if self.method != "GET":
            return super().get_response_serializers()
        answers: dict[Any, Any] = {
            200: self._answer(),
            304: OpenApiResponse(description="Unchanged since the answer of this ETag."),
        }
        answers |= {(status, PROBLEM): OpenApiResponse(self.problem(), description=words) for status, words in REFUSALS.items()}
        return answers

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

    def one_object(self) -> dict[str, str]:
        """An object of the view's noun."""
        view: Any = self.view
        noun = view.noun
        properties = {column.name: column.schema(noun.model) for column in noun.all_columns}
        name = "".join(part.title() for part in noun.kind.split("_"))
        return self._component(name, {"type": "object", "properties": properties})

    def problem(self) -> dict[str, str]:
        """A refusal."""
        return self._component("Problem", _PROBLEM)

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        component = ResolvedComponent(name=name, type=ResolvedComponent.SCHEMA, schema=schema, object=name)  # type: ignore[no-untyped-call]  # drf-spectacular's own is without types
        self.registry.register_on_missing(component)
        reference: dict[str, str] = component.ref
        return reference


def _filter(name: str, each: Any) -> OpenApiParameter:
    choices = [value for value, _ in each.extra.get("choices", ())]
    schema: dict[str, Any] = {"type": "array", "items": {"type": "string", "enum": choices}} if choices else _WORDS
    if not getattr(each, "repeatable", True):
        schema = _TEXT
    return _query(name, schema, str(each.extra.get("help_text", "")))


def _query(name: str, schema: dict[str, Any], words: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=words)
