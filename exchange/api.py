"""REST: `imports/`."""

from typing import Any, cast

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Max
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from accounts.models import User
from common.converters import NAME
from common.doors import PROBLEM, dump, problem
from common.reading import Computed, DetailView, ListView, Noun, Plain, Question, list_of, text_schema
from common.reading.columns import REFERS_TO
from common.reading.views import JSON
from common.refusals import RuleBroken
from common.writing import Creates
from common.writing.documents import IDEMPOTENCY
from exchange.actions import waiting
from exchange.actions.imports import import_files
from exchange.kinds import Calendars
from exchange.models import Import

_NUMBER = {"type": "integer"}
_COUNTS = {"type": "object", "properties": {"created": _NUMBER, "changed": _NUMBER, "unchanged": _NUMBER}}
_ROW_ERRORS = list_of(
    {"type": "object", "properties": {"file": text_schema(), "row": _NUMBER, "column": text_schema(), "problem": text_schema()}}
)


def _told(name: str, schema: dict[str, Any]) -> Computed:
    """A list or object kept as JSON; pages read in one go get it from the database as text."""
    return Computed(name, (name,), lambda _: lambda value: orjson.loads(value) if isinstance(value, str) else value, schema)


IMPORTS = Noun(
    "import",
    "imports",
    Import,
    by="id",
    order=("-id",),
    tables=("exchange_import",),
    columns=(
        _told("files", list_of({"type": "object", "properties": {"name": text_schema(), "size": _NUMBER}})),
        Plain("is_dry_run"),
        Plain("trusts_history"),
        _told(
            "calendars",
            {"type": "object", "properties": {"become": text_schema(), "into": text_schema(), "prune": {"type": "boolean"}}},
        ),
        Plain("state"),
        Plain("started_at"),
        Plain("finished_at"),
        _told("progress", {"type": "object", "properties": {"phase": text_schema(), "done": _NUMBER, "total": _NUMBER}}),
        _told("counts", {"type": "object", "additionalProperties": _COUNTS}),
        _told("created", {"type": "object", "properties": {"teams": _NUMBER, "people": _NUMBER}}),
        _told("row_errors", _ROW_ERRORS),
        Plain("number_of_errors"),
        Plain("sentence"),
    ),
)
_FLAG = {"type": "boolean", "default": False}
_PARAMETERS = [
    OpenApiParameter("dry_run", _FLAG, description="Do everything and keep nothing."),
    OpenApiParameter("trust_history", _FLAG, description="Let imported finished promotions count; administrators only."),
    OpenApiParameter("as", {"type": "string", "enum": ["milestone"]}, description="What the entries of calendars become."),
    OpenApiParameter(
        "into",
        text_schema(pattern=r"^(program|project):[A-Za-z0-9][A-Za-z0-9._-]*$", **{REFERS_TO: "program or project"}),
        description="Whose these are: `program:CODE` or `project:CODE`; else the organisation's.",
    ),
    OpenApiParameter("prune", _FLAG, description="Cancel the milestones that are gone from their calendar."),
    OpenApiParameter("Prefer", text_schema(), OpenApiParameter.HEADER, description="`respond-async` has a worker do it (202)."),
    IDEMPOTENCY,
]
_FILES = {
    "type": "object",
    "properties": {"files": {**list_of(text_schema(format="binary")), "minItems": 1}},
    "required": ["files"],
}
_ANSWER = {"type": "object", "properties": {column.name: column.schema(Import) for column in IMPORTS.all_columns}}
_REFUSED = {
    "type": "object",
    "properties": {
        "type": text_schema(),
        "title": text_schema(),
        "status": _NUMBER,
        "detail": text_schema(),
        "row_errors": _ROW_ERRORS,
        "number_of_errors": _NUMBER,
    },
}
_PROBLEM = {"type": "object", "properties": {name: _REFUSED["properties"][name] for name in ("type", "title", "status", "detail")}}  # type: ignore[index]  # a literal of ours
_REFUSALS = {
    400: "No file, or a parameter that was not understood.",
    401: "No token and no session, or not a good one.",
    403: "The caller may write nothing that can be imported.",
    409: "Another import is under way.",
    413: "The body is larger than 50 MB.",
    415: "The body is not multipart/form-data.",
    429: "Too many requests; `Retry-After` says when to go on.",
}


class Imports(Creates, ListView):
    """One's own imports, newest first; auditors and administrators see all."""

    noun = IMPORTS
    parser_classes = [MultiPartParser]

    def depends(self, question: Question) -> tuple[Any, ...]:
        """Imports are written without events."""
        found = self.noun.visible_to(question.user).aggregate(last=Max("updated_at"), number=Count("pk"))
        return found["last"], found["number"]

    @extend_schema(
        operation_id="imports_create",
        parameters=_PARAMETERS,
        request={"multipart/form-data": _FILES},
        responses={
            200: OpenApiResponse(_ANSWER, description="What was made, changed and left, by noun."),
            202: OpenApiResponse(_ANSWER, description="A worker will do it; `Location` tells how far it is."),
            (422, PROBLEM): OpenApiResponse(_REFUSED, description="Rows are wrong; nothing was changed."),
        }
        | {(status, PROBLEM): OpenApiResponse(_PROBLEM, description=words) for status, words in _REFUSALS.items()},
    )
    def post(self, request: Request, **names: str) -> HttpResponse:
        """Bring files, all or nothing; importing the same again changes nothing."""
        question = Question.of(request)
        question.expect({"dry_run", "trust_history", "as", "into", "prune"})
        return self.once(request, lambda: self._bring(request, question))

    def _bring(self, request: Request, question: Question) -> HttpResponse:
        by = cast(User, request.user)
        files = [file for _, held in request.FILES.lists() for file in held]
        calendars = Calendars(question.given.get("as", ""), question.given.get("into", ""), question.flag("prune"))
        options: dict[str, Any] = {
            "by": by,
            "at": timezone.now(),
            "dry_run": question.flag("dry_run"),
            "trust_history": question.flag("trust_history"),
            "calendars": calendars,
        }
        if _wants_async(request):
            return self._answer_with(waiting.ask(files, **options), question, status=202)
        outcome = import_files(waiting.sources(cast("list[UploadedFile[Any]]", files)), **options)
        if outcome.is_refused:
            number = outcome.number_of_errors
            refused = problem(RuleBroken(f"{number:,} row error{'' if number == 1 else 's'}; nothing was changed."))
            refused |= {"row_errors": [vars(error) for error in outcome.row_errors], "number_of_errors": number}
            return HttpResponse(dump(refused), content_type=PROBLEM, status=422)
        return self._answer_with(Import.objects.get(pk=outcome.number), question, status=200)

    def _answer_with(self, made: Import, question: Question, *, status: int) -> HttpResponse:
        base = IMPORTS.addresses_from(question.base)(made.pk)
        found = IMPORTS.one_of(Import.objects.filter(pk=made.pk), _without_parameters(question))
        response = HttpResponse(dump(found[0] if found else {}), content_type=JSON, status=status)
        response["Location"] = base
        if status == 202:
            response["Preference-Applied"] = "respond-async"
        return response


class OneImport(DetailView):
    """One import: how far it is, or how it ended."""

    noun = IMPORTS


def _wants_async(request: Request) -> bool:
    """Whether the caller prefers not to wait (RFC 7240)."""
    return "respond-async" in {each.partition(";")[0].strip().lower() for each in request.headers.get("Prefer", "").split(",")}


def _without_parameters(question: Question) -> Question:
    """The same caller, asking for all fields: the parameters of a POST say something else."""
    asked = Question(question.request, question.user)
    asked.given = type(question.given)("")
    return asked


urlpatterns = [
    path("imports/", Imports.as_view(), name="api_imports"),
    path(f"imports/<{NAME}:name>/", OneImport.as_view(), name="api_import"),
]
