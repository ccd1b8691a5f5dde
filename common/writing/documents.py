"""The OpenAPI description of writing, made of the same shapes that read what is sent."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from common.reading.documents import HEADERS, REFUSALS, ReadingSchema

_VERBS: Final = {"POST": "create", "PATCH": "change", "DELETE": "delete"}
_SAID: Final = {"POST": "Make", "PATCH": "Change", "DELETE": "Delete"}
WRITING_REFUSALS: Final = {
    **REFUSALS,
    400: "The body was not understood; `errors` names the fields.",
    403: "The token lacks the scope, or the caller may not do this.",
    409: "Another state, something that still refers to it, or another write that came first.",
    412: "`If-Match` names another revision than the present one.",
    413: "The body is larger than 10 MB.",
    415: "The body is not JSON.",
    422: "Against a rule, or an `Idempotency-Key` that came with another request before.",
}
IDEMPOTENCY: Final = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    description="A key of your own: the same key and body again get the same answer, for 24 hours.",
)
_LOCATION: Final = OpenApiParameter(
    "Location", {"type": "string", "format": "uri"}, OpenApiParameter.HEADER, response=[201], description="Where the new one is."
)
_MATCH: Final = OpenApiParameter(
    "If-Match",
    {"type": "string", "pattern": r'^(\*|"[!#-~]*"( *, *"[!#-~]*")*)$'},
    OpenApiParameter.HEADER,
    description="The `ETag` you have seen: refused (412) when its part before the dash is not the present revision.",
)


class WritingSchema(ReadingSchema):
    """What POST, PATCH and DELETE of a noun's addresses take and answer."""

    @property
    def _is_ours(self) -> bool:
        return self.method in _VERBS and not hasattr(getattr(self.view, self.method.lower(), None), "kwargs")

    def get_operation_id(self) -> str:
        if not self._is_ours:
            return super().get_operation_id()
        outer = "_".join(part for part in self.path.split("/")[3:-1] if part and "{" not in part)
        return f"{outer}_{'do' if hasattr(self.view, 'act') and self.method == 'POST' else _VERBS[self.method]}"

    def get_summary(self) -> str:
        """What it does; addresses of verbs say it themselves."""
        if not self._is_ours:
            return super().get_summary()
        view: Any = self.view
        if hasattr(view, "act"):
            return (
                super().get_summary()
                if self.method == "POST"
                else f"Take back: {super().get_summary()[0].lower()}{super().get_summary()[1:]}"
            )
        kind = view.noun.kind.replace("_", " ")
        article = "an" if kind[0] in "aeio" else "a"
        return f"{_SAID[self.method]} {article} {kind}"

    def get_override_parameters(self) -> list[Any]:
        if not self._is_ours:
            return super().get_override_parameters()
        if self.method != "POST":
            return [*HEADERS, _MATCH]
        return [*HEADERS, IDEMPOTENCY, _MATCH] if hasattr(self.view, "act") else [*HEADERS, _LOCATION, IDEMPOTENCY]

    def get_request_serializer(self) -> Any:
        if not self._is_ours or self.method == "DELETE":
            return super().get_request_serializer()
        view: Any = self.view
        partial = self.method == "PATCH"
        schema = view.shape.schema(partial=True) if partial else view.new.schema()
        return {"application/json": schema}

    def _get_request_body(self, direction: str = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]  # drf-spectacular's own is without types
        if body:
            body["required"] = any("required" in content["schema"] for content in body["content"].values())
        return body

    def get_response_serializers(self) -> Any:
        if not self._is_ours:
            return super().get_response_serializers()
        view: Any = self.view
        if self.method == "DELETE" and not hasattr(view, "undo"):
            answers: dict[Any, Any] = {204: OpenApiResponse(description="It is gone.")}
        else:
            status = 201 if self.method == "POST" and not hasattr(view, "act") else getattr(view, "status", 200)
            told = (getattr(view, "told", None) if self.method == "DELETE" else None) or getattr(view, "in_full", None)
            answers = {status: OpenApiResponse(self.one_object(told), description="As it is now.")}
        return answers | self.refusals(WRITING_REFUSALS)
