"""Services: the list, and one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from environments.filters import ServiceFilter
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
    return pages.show(request, "environments/services.html", {"page": page}, known=SERVICES.known)


@login_required
@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    found = get_object_or_404(Service.objects.visible_to(request.user).with_owner(), slug=slug)
    visible = Service.objects.visible_to(request.user)
    context = {
        "service": found,
        "children": visible.parts_of(found),
        "needs": visible.needed_by(found),
        "needed_by": visible.needing(found),
    }
    return pages.show(request, "environments/service.html", context)
