"""The one place where refusals are translated: a page or a fragment for a person, problem+json (RFC 9457) for a client."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation, ValidationError
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from common.refusals import BadInput, Busy, Conflict, NotAllowed, NotVisible, Refusal

log = structlog.get_logger(__name__)

API_PREFIX = "/api/"
PROBLEM = "application/problem+json"


def refuse_large_bodies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuses a body by the length it is announced with, before anything reads it: looking for a form's token would take in all of it,
    files included, and of callers who are nobody. A body without a length is none to a WSGI server that keeps to PEP 3333.
    """

    def handle(request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if not announced.isdigit() or int(announced[:20]) <= settings.LARGEST_BODY:
            return get_response(request)
        most = settings.LARGEST_BODY // 1_000_000 - 1
        refusal = BadInput(f"At most {most} MB are taken at once, files included; send less, or link to it.")
        refusal.status, refusal.title = 413, "Too large"
        return answer(request, refusal) if _is_for_api(request) else _page_alone(refusal)

    return handle


class RefusalMiddleware:
    """Answers refusals of views. For addresses below /api/ always as problem documents, also when no route matched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        refusal = as_refusal(error)
        return None if refusal is None else answer(request, refusal)


def as_refusal(error: BaseException) -> Refusal | None:
    """The refusal that an exception amounts to, or None when it is a mistake of ours and must be seen as one."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, Http404):
        return NotVisible("There is nothing here, or nothing you may see. Check the address, or ask whoever sent it to you.")
    if isinstance(error, PermissionDenied):
        return NotAllowed(str(error) or "You may not do this. An administrator can give you a role that may.")
    if isinstance(error, RequestDataTooBig):
        refusal = BadInput("The request is larger than 10 MB; send less at once.")
        refusal.status, refusal.title = 413, "Too large"
        return refusal
    if isinstance(error, ValidationError):
        return BadInput(
            " ".join(error.messages), errors=getattr(error, "message_dict", None) if hasattr(error, "error_dict") else None
        )
    if isinstance(error, (BadRequest, SuspiciousOperation)):
        return BadInput("The request could not be read.")
    return _as_database_refusal(error)


def _as_database_refusal(error: BaseException) -> Refusal | None:
    code = getattr(error.__cause__, "pgcode", None)
    if isinstance(error, IntegrityError) and code in {"23P01", "23505"}:
        return Conflict("Somebody else wrote the same at the same time. Look at what is there now, and try again.")
    if isinstance(error, IntegrityError) and code == "23503":
        return Conflict("Something came to refer to it, or went away, at the same time. Look at what is there now, and try again.")
    if isinstance(error, OperationalError) and code in {"57014", "55P03", "40P01", "40001", None}:
        # cancelled by a timeout, a lock not had in time, a deadlock lost twice, or no connection at all
        return Busy("The database is busy or out of reach; nothing was changed. Try again in a few seconds.")
    return None


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal as the door it came through understands it."""
    if _is_for_api(request):
        response = HttpResponse(orjson.dumps(problem(refusal)), content_type=PROBLEM, status=refusal.status)
    elif refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # The ordinary page asks the database who reads it, and the database may be what is broken.
        response = _page_alone(refusal)
    else:
        template = "errors/refusal.html#fragment" if getattr(request, "htmx", False) else "errors/refusal.html"
        response = render(request, template, {"refusal": refusal}, status=refusal.status)
    retry_after = getattr(refusal, "retry_after", None)
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def _is_for_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX)


def _page_alone(refusal: Refusal) -> HttpResponse:
    return HttpResponse(render_to_string("errors/broken.html", {"refusal": refusal}), status=refusal.status)


def problem(refusal: Refusal) -> dict[str, Any]:
    """A refusal as a problem document."""
    document: dict[str, Any] = {
        "type": "about:blank",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.sentence,
    }
    if refusal.errors:
        document["errors"] = refusal.errors
    if refusal.requirements:
        document["requirements"] = refusal.requirements
    return document


def answer_api_exception(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: everything becomes a problem document; what is no refusal stays an error of ours (500)."""
    refusal = as_refusal(error)
    headers: dict[str, str] = {}
    if refusal is None and isinstance(error, exceptions.APIException):
        refusal = _from_drf(error)
        if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
            headers["WWW-Authenticate"] = "Bearer"
    if refusal is None:
        return None
    response = answer(context["request"], refusal)
    for name, value in headers.items():
        response[name] = value
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def _from_drf(error: exceptions.APIException) -> Refusal:
    refusal = Refusal(_sentence(error.detail), errors=_by_field(error.detail))
    refusal.status = error.status_code
    refusal.title = HTTPStatus(error.status_code).phrase
    return refusal


def _sentence(detail: Any) -> str:
    if isinstance(detail, dict):
        return " ".join(f"{name}: {_sentence(value)}" for name, value in detail.items())
    if isinstance(detail, list):
        return " ".join(_sentence(value) for value in detail)
    return str(detail)


def _by_field(detail: Any) -> dict[str, list[str]]:
    if not isinstance(detail, dict):
        return {}
    return {name: [_sentence(value)] if isinstance(value, dict) else [str(v) for v in value] for name, value in detail.items()}


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a missing or wrong CSRF token."""
    return answer(
        request, NotAllowed("This form was opened too long ago or in another session. Load the page again and repeat it.")
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is refused before any view is found, such as a host that is not ours."""
    refusal = BadInput("The request could not be read, or was sent to a host name that is not ours.")
    # Nothing of the request is trusted here, and the ordinary page asks it for much.
    return answer(request, refusal) if _is_for_api(request) else _page_alone(refusal)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Unknown addresses, web and API alike."""
    return answer(request, NotVisible("There is nothing here, or nothing you may see. Check the address: it ends with a slash."))


def server_error(request: HttpRequest) -> HttpResponse:
    """A mistake of ours: said plainly, with the request's id, which stands in the log beside the traceback."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "unknown")
    refusal = Refusal(f"Something went wrong on our side; nothing was changed. Tell an administrator the request id {request_id}.")
    refusal.status, refusal.title = 500, "Our mistake"
    return answer(request, refusal)


class JSONRenderer(BaseRenderer):
    """DRF answers through orjson: dates as RFC 3339, instants in UTC with Z."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else dump(data)


class JSONParser(BaseParser):
    """Bodies of clients, through orjson: UTF-8 only, no depth that would exhaust the stack, no lone surrogates, no NaN."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        # Read as a stream, the body passes by the limit that Django keeps.
        body = stream.read(most + 1)
        if len(body) > most:
            raise RequestDataTooBig
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise exceptions.ParseError(f"The body is not JSON that we read: {error}.") from None


def dump(data: Any) -> bytes:
    """JSON as the contract wants it: instants with Z and no fraction when it is zero."""
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)
