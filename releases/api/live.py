"""REST: deployments, and what is live."""

from datetime import datetime
from typing import Any

from django.urls import path
from django.utils import timezone

from common.converters import NAME
from common.intervals import read_moment
from common.reading import DetailView, ListView, Question
from common.reading.documents import MOMENT, query
from common.reading.questions import refused
from common.refusals import BadInput
from releases.filters import DeploymentFilter, LiveFilter
from releases.queries.answers import DEPLOYMENTS

AT = "at"


class Deployments(ListView):
    """What is and was where."""

    noun, filters = DEPLOYMENTS, DeploymentFilter


class Deployment(DetailView):
    """One deployment."""

    noun = DEPLOYMENTS


class Live(ListView):
    """What is live now, or was `at` a day (its first instant in UTC) or an instant."""

    noun, filters = DEPLOYMENTS, LiveFilter
    parameters = (query(AT, MOMENT, "A day or an instant; now when absent."),)
    own_parameters = frozenset({AT})

    def narrowed(self, found: Any, question: Question) -> Any:
        return found.live_at(_moment(question))

    def depends(self, question: Question) -> tuple[Any, ...]:
        return (_moment(question).replace(second=0, microsecond=0),)


def _moment(question: Question) -> datetime:
    moment: datetime = question.once(AT, lambda: _read_at(question))
    return moment


def _read_at(question: Question) -> datetime:
    if AT not in question.given:
        return timezone.now()
    try:
        return read_moment(str(question.given[AT]))
    except BadInput as refusal:
        raise refused(AT, refusal.sentence) from None


urlpatterns = [
    path("deployments/", Deployments.as_view(), name="api_deployments"),
    path(f"deployments/<{NAME}:name>/", Deployment.as_view(), name="api_deployment"),
    path("live/", Live.as_view(), name="api_live"),
]
