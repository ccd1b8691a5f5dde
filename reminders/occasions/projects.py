"""What is said of projects and their outputs."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Exists, OuterRef

from projects.models import Output, Project
from projects.vocabulary import OutputStatus, ProjectStatus
from releases.models import Contribution, Deployment
from reminders.occasions.base import Dated, Moment, News, Scope, Span, Told, latest, on
from reminders.vocabulary import Occasion

_AHEAD = (OutputStatus.PLANNED, OutputStatus.IN_PROGRESS)


class OutputDue(Dated):
    """An output that is not delivered, and the day it is due."""

    name = Occasion.OUTPUT_DUE
    kind, scope, is_day = "output", Scope.PROJECT, True
    headline = "{key}: {name} {is_or_was} due {when}"
    sentence = "The output {name} of {place} {is_or_was} due {when}, and is not delivered."
    asks = "Deliver it, or say when it will come."
    button = "Open the output"

    def moments(self, span: Span) -> Iterable[Moment]:
        due = Output.objects.filter(status__in=_AHEAD, delivered_on=None, project__status=ProjectStatus.ACTIVE)
        rows = due.filter(**span.days("due_on"), **span.among("project")).order_by("pk").values_list("pk", "project_id", "due_on")
        zone = settings.DEFAULT_ZONE
        return [Moment(number, project, on(day, zone), zone) for number, project, day in rows]


class OutputAccepted(Told):
    """Who asked for an output said that this is it."""

    name = Occasion.OUTPUT_ACCEPTED
    kind, scope = "output", Scope.PROJECT
    headline = "{key}: {name} is accepted"
    sentence = "The output {name} of {place} is accepted."
    button = "Open the output"

    def happened(self, news: Iterable[News]) -> Iterable[Moment]:
        changed = latest((each.id, each.at) for each in news if each.kind == "output" and "status" in each.columns)
        accepted = Output.objects.filter(pk__in=changed, status=OutputStatus.ACCEPTED) if changed else Output.objects.none()
        rows = accepted.order_by("pk").values_list("pk", "project_id")
        return [Moment(number, project, changed[number], settings.DEFAULT_ZONE) for number, project in rows]


class ProjectClosing(Dated):
    """A project that ends while something that it delivers is not in production."""

    name = Occasion.PROJECT_CLOSING
    kind, scope, is_day = "project", Scope.PROJECT, True
    headline = "{key} ends {when} with outputs that are not live"
    sentence = "The project {name} ends {when}, and something that it delivers into a release is not in production yet."
    asks = "Have the rest go live before, or say who takes it over."
    button = "Open the project"

    def moments(self, span: Span) -> Iterable[Moment]:
        carrying = Contribution.objects.standing().filter(output__project=OuterRef("pk"))
        live = Deployment.objects.in_production().filter(release=OuterRef("release"))
        waiting = carrying.exclude(output__status=OutputStatus.CANCELLED).filter(~Exists(live))
        ending = Project.objects.filter(Exists(waiting), status=ProjectStatus.ACTIVE, **span.days("ends_on"), **span.among("pk"))
        zone = settings.DEFAULT_ZONE
        return [Moment(number, number, on(day, zone), zone) for number, day in ending.order_by("pk").values_list("pk", "ends_on")]
