"""Services: the list, one, and the pages that write."""

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
from environments.actions import services as actions
from environments.filters import ServiceFilter
from environments.forms import NewServiceShape, ServiceShape
from environments.models import Service

SERVICES = Listing(
    noun="service",
    plural="services",
    about="What runs in environments, and what releases change.",
    belongs="A service is what releases change. An environment manager imports them: columns slug, name, kind, parent, owner, tier, …",
    filters=ServiceFilter,
    facets=(
        Facet("kind", "Kind"),
        Facet("tier", "Tier"),
        Facet("owner", "Owner team"),
        Facet("parent", "Part of"),
        Facet("depends_on", "Depends on"),
    ),
    orders=(Order("slug", "short name", ("slug",)), Order("tier", "tier, the most critical first", ("tier", "slug"))),
)


@login_required
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, SERVICES, Service.objects.visible_to(request.user).with_owner().with_dependencies())
    verbs = [Verb("New service", reverse("new_service"), "new")] if rules.may_write_service(me(request), None) else []
    return pages.show(request, "environments/services.html", {"page": page, "verbs": verbs}, known=SERVICES.known)


@login_required
@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Service.objects.visible_to(request.user).with_owner(), slug=slug)
    visible = Service.objects.visible_to(request.user)
    context = {
        "service": found,
        "verbs": _verbs(request, found),
        "children": visible.parts_of(found),
        "needs": visible.needed_by(found),
        "needed_by": visible.needing(found),
    }
    return pages.show(request, "environments/service.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_service(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_write_service(me(request), None), "Only environment managers may make a service.")
    page = Writing("New service", "Make the service", back=reverse("services"), done="The service is there.", kind="service")
    return forming.write(request, NewServiceShape, page, lambda given, _: actions.create(by=me(request), **given))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_service(request: HttpRequest, slug: str) -> HttpResponse:
    found = _to_write(request, slug)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="service")

    def act(given: dict[str, Any], seen: Seen) -> Service:
        return actions.change(found, given, by=me(request), seen=seen)

    return forming.write(
        request, ServiceShape, page, act, thing=found, initial={"depends_on": list(found.depends_on.order_by("slug"))}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete_service(request: HttpRequest, slug: str) -> HttpResponse:
    found = _to_write(request, slug)

    def act(given: dict[str, Any], seen: Seen) -> str:
        actions.delete(found, by=me(request), seen=seen)
        return reverse("services")

    page = Writing(
        f"Delete {found.name}",
        "Delete the service",
        back=found.get_absolute_url(),
        done=f"{found.name} is deleted.",
        kind="service",
        question=f"Delete the service {found.name} ({found.slug}) for good? Its history stays; the service cannot come back.",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _to_write(request: HttpRequest, slug: str) -> Service:
    found: Service = get_object_or_404(Service.objects.visible_to(request.user), slug=slug)
    forming.allow(rules.may_write_service(me(request), found), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Service) -> list[Verb]:
    base = found.get_absolute_url()
    return (
        [Verb("Change", f"{base}edit/"), Verb("Delete…", f"{base}deletion/")] if rules.may_write_service(me(request), found) else []
    )
