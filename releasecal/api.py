"""The addresses below /api/v1/, its index, and its documents."""

from django.http import HttpResponse
from django.urls import URLPattern, path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.request import Request

from accounts.urls import api as accounts
from common.reading import Question, ReadView
from environments.api import urlpatterns as environments
from projects.api import urlpatterns as projects
from releasecal.changes.api import Changes
from releases.api import urlpatterns as releases
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


class Document(SpectacularJSONAPIView):
    """The OpenAPI description."""


class Documents(SpectacularSwaggerSplitView):
    """The description as a page; the split view has no inline script, which the policy of content forbids."""


urlpatterns = [
    path("", Index.as_view(), name="api"),
    *environments,
    *projects,
    *releases,
    *schedule,
    *accounts,
    path("changes/", Changes.as_view(), name="api_changes"),
    path("openapi.json", Document.as_view(), name="api_document"),
    path("docs/", Documents.as_view(url_name="api_document"), name="api_documents"),
]
