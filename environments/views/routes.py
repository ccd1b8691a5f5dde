"""Routes: the list, and one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from environments.filters import RouteFilter
from environments.models import Environment, Route

ROUTES = Listing(
    noun="route",
    plural="routes",
    about="The ordered paths of environments from development to production.",
    belongs="A route is an ordered path of environments. A release without one may go anywhere.",
    filters=RouteFilter,
    facets=(
        Facet(
            "environment",
            "Leads through",
            lambda user: Environment.objects.visible_to(user).as_choices(),
            "versions__stops__environment__slug",
        ),
    ),
    orders=(Order("slug", "short name", ("slug",)),),
)


@login_required
@require_safe
def routes(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, ROUTES, Route.objects.visible_to(request.user).with_stops())
    return pages.show(request, "environments/routes.html", {"page": page}, known=ROUTES.known)


@login_required
@require_safe
def route(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Route.objects.visible_to(request.user).with_stops(), slug=slug)
    return pages.show(request, "environments/route.html", {"route": found})
