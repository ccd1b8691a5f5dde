"""Routes: the list, one, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from environments import rules
from environments.actions import routes as actions
from environments.filters import RouteFilter
from environments.forms import NewRouteShape, RouteShape
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
    verbs = [Verb("New route", reverse("new_route"), "new")] if rules.may_write_routes(me(request)) else []
    return pages.show(request, "environments/routes.html", {"page": page, "verbs": verbs}, known=ROUTES.known)


@login_required
@require_safe
def route(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Route.objects.visible_to(request.user).with_stops(), slug=slug)
    return pages.show(request, "environments/route.html", {"route": found, "verbs": _verbs(request, found)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_route(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_write_routes(me(request)), actions.NOT_YOURS)
    page = Writing("New route", "Make the route", back=reverse("routes"), done="The route is there.", kind="route")
    return forming.write(request, NewRouteShape, page, lambda given, _: actions.create(by=me(request), **given))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_route(request: HttpRequest, slug: str) -> HttpResponse:
    found = _to_write(request, slug)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="route")

    def act(given: dict[str, Any], seen: Seen) -> Route:
        return actions.change(found, given, by=me(request), seen=seen)

    return forming.write(request, RouteShape, page, act, thing=found, initial=_stops(found))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_route(request: HttpRequest, slug: str) -> HttpResponse:
    found = _to_write(request, slug)

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.delete(found, by=me(request), seen=seen)
        return reverse("routes")

    page = Writing(
        f"Delete {found.name}",
        "Delete the route",
        back=found.get_absolute_url(),
        done=f"{found.name} is deleted.",
        kind="route",
        question=f"Delete the route {found.name} ({found.slug}) for good? All its versions go; releases may then go anywhere.",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _to_write(request: HttpRequest, slug: str) -> Route:
    found: Route = get_object_or_404(Route.objects.visible_to(request.user), slug=slug)
    forming.allow(rules.may_write_routes(me(request)), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Route) -> list[Verb]:
    base = found.get_absolute_url()
    return [Verb("Change", f"{base}edit/"), Verb("Delete…", f"{base}deletion/")] if rules.may_write_routes(me(request)) else []


def _stops(route: Route) -> dict[str, Any]:
    """The stops of the newest version, as the table of the form shows them."""
    newest = route.versions.order_by("-number").first()
    names = ("environment", "position", "soak_hours", "soak_unit", "holds", "is_optional")
    stops = newest.stops.select_related("environment").order_by("position", "id") if newest else []
    return {"stops": [{name: getattr(stop, name) for name in names} for stop in stops]}
