"""Environments: the list, one, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from environments import rules
from environments.actions import environments as actions
from environments.filters import EnvironmentFilter
from environments.forms import EnvironmentShape, NewEnvironmentShape
from environments.models import Environment, Route
from environments.views.occupancy import occupancy

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
    verbs = [Verb("New environment", reverse("new_environment"), "new")] if rules.may_write_environment(me(request), None) else []
    return pages.show(request, "environments/environments.html", {"page": page, "verbs": verbs}, known=ENVIRONMENTS.known)


@login_required
@require_safe
def environment(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Environment.objects.visible_to(request.user).with_owner(), slug=slug)
    routes = Route.objects.visible_to(request.user).through(found)
    lanes = occupancy(found, request.user, timezone.now())
    return pages.show(
        request,
        "environments/environment.html",
        {"environment": found, "routes": routes, "occupancy": lanes, "verbs": _verbs(request, found)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_environment(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_write_environment(me(request), None), "Only environment managers may make an environment.")
    page = Writing(
        "New environment",
        "Make the environment",
        back=reverse("environments"),
        done="The environment is there.",
        kind="environment",
    )
    return forming.write(request, NewEnvironmentShape, page, lambda given, _: actions.create(by=me(request), **given))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_environment(request: HttpRequest, slug: str) -> HttpResponse:
    found = _to_write(request, slug)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="environment")

    def act(given: dict[str, Any], seen: Seen) -> Environment:
        return actions.change(found, given, by=me(request), at=timezone.now(), seen=seen)

    return forming.write(request, EnvironmentShape, page, act, thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_environment(request: HttpRequest, slug: str) -> HttpResponse:
    found = _to_write(request, slug)

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.delete(found, by=me(request), seen=seen)
        return reverse("environments")

    page = Writing(
        f"Delete {found.name}",
        "Delete the environment",
        back=found.get_absolute_url(),
        done=f"{found.name} is deleted.",
        kind="environment",
        question=f"Delete the environment {found.name} ({found.slug}) for good? What was there stays in history; the environment cannot come back.",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _to_write(request: HttpRequest, slug: str) -> Environment:
    found: Environment = get_object_or_404(Environment.objects.visible_to(request.user), slug=slug)
    forming.allow(rules.may_write_environment(me(request), found), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Environment) -> list[Verb]:
    base = found.get_absolute_url()
    return (
        [Verb("Change", f"{base}edit/"), Verb("Delete…", f"{base}deletion/")]
        if rules.may_write_environment(me(request), found)
        else []
    )
