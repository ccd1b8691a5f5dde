"""Environments: the list, and one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from environments.filters import EnvironmentFilter
from environments.models import Environment, Route

ENVIRONMENTS = Listing(
    noun="environment",
    plural="environments",
    about="Where releases run, and on which routes these places lie.",
    belongs="An environment is a place where releases run. An environment manager imports them: columns slug, name, stage, lanes, parts, …",
    filters=EnvironmentFilter,
    facets=(Facet("stage", "Stage"), Facet("route", "Route"), Facet("owner", "Owner team")),
    orders=(Order("slug", "short name", ("slug",)), Order("name", "name", ("name", "slug"))),
)


@login_required
@require_safe
def environments(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, ENVIRONMENTS, Environment.objects.visible_to(request.user).with_owner().with_routes())
    return pages.show(request, "environments/environments.html", {"page": page}, known=ENVIRONMENTS.known)


@login_required
@require_safe
def environment(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Environment.objects.visible_to(request.user).with_owner(), slug=slug)
    routes = Route.objects.visible_to(request.user).through(found)
    return pages.show(request, "environments/environment.html", {"environment": found, "routes": routes})
