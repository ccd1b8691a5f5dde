"""The addresses below /api/v1/, its index, and its documents."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.urls import URLPattern, include, path
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.urls import api as accounts
from common.reading import Question, ReadView
from environments.api import urlpatterns as environments
from exchange.api import urlpatterns as exchange
from policies.api import urlpatterns as policies
from projects.api import urlpatterns as projects
from releasecal.changes.api import Changes
from releasecal.search.api import Search
from releases.api import urlpatterns as releases
from reminders.api import urlpatterns as reminders
from schedule.api import urlpatterns as schedule


class Index(ReadView):
    """Where everything is."""

    operation = "index"
    answer = {"type": "object", "additionalProperties": {"type": "string", "format": "uri"}}

    def get(self, request: Request) -> HttpResponse:
        question = Question.of(request)
        question.expect(set())
        places = [_place(each) for each in urlpatterns]
        return self.conditional(question, 0, lambda: {place.strip("/"): question.base + place for place in places if place})


def _place(pattern: object) -> str:
    """The address of a list; empty for what lies below one, and for the documents."""
    place = str(pattern.pattern) if isinstance(pattern, URLPattern) else ""
    return place if place.endswith("/") and "<" not in place and place not in ("", "docs/") else ""


class Document(ReadView):
    """The OpenAPI description of everything below /api/v1/."""

    operation = "openapi"
    answer = {"type": "object"}

    def get(self, request: Request) -> HttpResponse:
        question = Question.of(request)
        question.expect(set())
        return self.conditional(question, 0, _document)


class Documents(ReadView):
    """The description as a page. Its script is a file, since the policy of content forbids any other."""

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        question = Question.of(request)
        question.expect(set())
        return self.page(question, "releasecal/documents.html")


@cache
def _document() -> dict[str, Any]:
    """Made once: it says what the program can do, which changes only with the program."""
    generator: Any = SchemaGenerator(patterns=[path("api/v1/", include(urlpatterns))])  # type: ignore[no-untyped-call]  # drf-spectacular's own is without types
    document: dict[str, Any] = generator.get_schema(public=True)
    return document


urlpatterns = [
    path("", Index.as_view(), name="api"),
    *environments,
    *projects,
    *policies,
    *releases,
    *schedule,
    *exchange,
    *reminders,
    *accounts,
    path("changes/", Changes.as_view(), name="api_changes"),
    path("search/", Search.as_view(), name="api_search"),
    path("openapi.json", Document.as_view(), name="api_document"),
    path("docs/", Documents.as_view(), name="api_documents"),
]
