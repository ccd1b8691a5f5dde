"""REST: what was shown at gates, and showing more: as JSON, or with a file as multipart/form-data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import QueryDict
from django.urls import path
from drf_spectacular.utils import OpenApiResponse
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.vocabulary import Scope
from common.converters import NAME
from common.doors import JSONParser
from common.reading import DetailView, ListView
from common.refusals import BadInput
from common.writing import Creates, Shape
from common.writing.documents import WRITING_REFUSALS, WritingSchema
from releases.actions import evidence
from releases.api.gates import gate_of
from releases.forms.evidence import EvidenceShape, as_shown
from releases.queries.gate_answers import EVIDENCE

_REFUSALS: Final = {
    413: "The file is larger than 50 MB, or a body of JSON than 10 MB.",
    415: "The body is neither JSON nor multipart/form-data.",
    422: "Against a rule: a file that cannot be read or is harmful, or an `Idempotency-Key` that came with another body before.",
}


class _ShowingSchema(WritingSchema):
    """With a file, the body is multipart/form-data."""

    def get_request_serializer(self) -> Any:
        if self.method != "POST":
            return super().get_request_serializer()
        return {"application/json": EvidenceShape.schema_of_json(), "multipart/form-data": EvidenceShape.schema()}

    def get_response_serializers(self) -> Any:
        if self.method != "POST":
            return super().get_response_serializers()
        answers: dict[Any, Any] = {201: OpenApiResponse(self.one_object(None), description="As it is now.")}
        return answers | self.refusals(WRITING_REFUSALS | _REFUSALS)


class _OfGate:
    """What was shown at the gate that the address names."""

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"gate": gate_of(names["gate"], user).pk}


class EvidenceOfGate(Creates, _OfGate, ListView):
    """What was shown at a gate: notes, links, files, and reports with what they count."""

    schema = _ShowingSchema()
    noun, new, scope = EVIDENCE, EvidenceShape, Scope.WRITE
    parser_classes = [JSONParser, MultiPartParser]

    def given(self, request: Request, shape: type[Shape], *, partial: bool = False) -> dict[str, Any]:
        sent = request.data
        return shape(user=request.user).read(_as_json(sent) if isinstance(sent, QueryDict) else sent, partial=partial)

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return evidence.show(gate_of(names["gate"], by), by=by, at=at, **as_shown(given))


class OneEvidence(_OfGate, DetailView):
    """One thing that was shown. It is never changed."""

    noun = EVIDENCE


def _as_json(sent: Any) -> dict[str, Any]:
    """The parts of a multipart body, as JSON would have them. Raises BadInput for one that stands twice."""
    given: dict[str, Any] = {}
    for name, values in sent.lists():
        if len(values) > 1:
            words = "This stands more than once in the body; send it once."
            raise BadInput(words, errors={name[:60]: [words]})
        if name == "item" and values[0] in ("", "null"):
            given[name] = None
            continue
        is_number = name == "item" and isinstance(values[0], str) and values[0].isascii() and values[0].isdigit()
        given[name] = int(values[0]) if is_number and len(values[0]) <= 18 else values[0]
    return given


_EVIDENCE: Final = f"gates/<{NAME}:gate>/evidence/"
urlpatterns = [
    path(_EVIDENCE, EvidenceOfGate.as_view(), name="api_evidence_of_gate"),
    path(f"{_EVIDENCE}<{NAME}:name>/", OneEvidence.as_view(), name="api_evidence"),
]
