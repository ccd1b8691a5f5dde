"""What releases add to the pages of projects, programs, outputs, environments, services and routes."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common import pages
from common.rows import kind_of
from environments.models import Environment, Route, Service
from projects.models import Output, Program, Project
from projects.vocabulary import ProjectStatus
from releases.models import Deployment, Promotion, Release
from releases.queries.glances import glances
from releases.queries.journeys import Journey, journeys
from releases.queries.legacy import lives_on
from releases.queries.live import by_stage, drift
from releases.verdicts import Threat, threats_of_releases
from releases.views.contents import may_offer
from releases.views.threats import marked

#: So many rows a part shows; the lists have them all.
SHOWN = 12
SHOWN_LIVE = 40
SHOWN_JOURNEYS = 60


def environment_live(request: HttpRequest, environment: Environment) -> SafeString:
    """What is live in an environment."""
    live = Deployment.objects.visible_to(request.user).live().filter(environment=environment)
    context = {"environment": environment, "deployments": live.with_references().latest_first()[:SHOWN_LIVE], "count": live.count()}
    return _part(request, "environment_live", context)


def environment_promotions(request: HttpRequest, environment: Environment) -> SafeString:
    """What goes into an environment next, and what went last."""
    own = Promotion.objects.visible_to(request.user).filter(environment=environment).with_references()
    return _part(
        request,
        "environment_promotions",
        {"environment": environment, "coming": own.coming()[:SHOWN], "recent": own.recent()[:SHOWN]},
    )


def service_live(request: HttpRequest, service: Service) -> SafeString:
    """Where a service is live, production first, in which versions, and where production is behind."""
    live = by_stage(
        Deployment.objects.visible_to(request.user).live().filter(service=service).with_references().latest_first().reverse()
    )
    live.reverse()
    behind = drift(live)
    return _part(request, "service_live", {"service": service, "places": [(one, behind.get(one.pk)) for one in live]})


def service_releases(request: HttpRequest, service: Service) -> SafeString:
    """The latest releases that change a service."""
    found = Release.objects.visible_to(request.user).changing(service).newest_first()[:SHOWN]
    return _releases(request, found, f"service={service.slug}")


def route_releases(request: HttpRequest, route: Route) -> SafeString:
    """The latest releases on a route."""
    found = Release.objects.visible_to(request.user).filter(route=route).newest_first()[:SHOWN]
    return _releases(request, found, f"route={route.slug}")


def program_releases(request: HttpRequest, program: Program) -> SafeString:
    """The latest releases that carry outputs of a program's projects."""
    projects = Project.objects.visible_to(request.user).of_program(program)
    found = Release.objects.visible_to(request.user).carrying_from(projects).newest_first()[:SHOWN]
    return _releases(request, found, f"program={program.code}")


def project_lives_on(request: HttpRequest, project: Project) -> SafeString | None:
    """What a project's outputs became, said above everything else once it has ended."""
    left = lives_on(project, request.user)
    if not left and project.status not in (ProjectStatus.CLOSED, ProjectStatus.CANCELLED):
        return None
    return _part(request, "project_lives_on", {"project": project, "left": left})


def project_journeys(request: HttpRequest, project: Project) -> SafeString:
    """The way of each output of a project from release to live."""
    outputs = Output.objects.visible_to(request.user).filter(project=project).by_date()[:SHOWN_JOURNEYS]
    return _part(request, "project_journeys", {"project": project, "journeys": journeys(outputs, request.user)})


def output_journey(request: HttpRequest, output: Output) -> SafeString:
    """The way of an output in full."""
    offer = f"{output.get_absolute_url()}offer/" if may_offer(request.user, output) else ""
    journey = journeys([output], request.user)[0]
    context = {"output": output, "journey": journey, "offer": offer, "threatened": _threatened_by(output, journey, request.user)}
    return _part(request, "output_journey", context)


def _threatened_by(output: Output, journey: Journey, user: Any) -> list[tuple[Release, Threat]]:
    """The releases that wait for an output which comes too late, with each of the windows it misses."""
    waiting = [leg.release for leg in journey.legs if leg.release]
    found = threats_of_releases([release.pk for release in waiting], user)
    return [
        (release, threat)
        for release in waiting
        for threat in found.get(release.pk, ())
        if (threat.kind, threat.number) == (kind_of(output), output.pk)
    ]


def _releases(request: HttpRequest, found: Iterable[Release], query: str) -> SafeString:
    rows = marked(glances(list(found), request.user), request.user)
    return _part(request, "releases", {"rows": rows, "query": query, "is_cut": len(rows) == SHOWN})


def _part(request: HttpRequest, name: str, context: dict[str, object]) -> SafeString:
    return render_to_string(f"releases/parts/{name}.html", {"zone": pages.zone_quietly(request), **context}, request)
