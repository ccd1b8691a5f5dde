"""Releases: the list, and one with its route map."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from environments.models import Environment
from projects.models import Program
from releases.filters import ReleaseFilter
from releases.models import Release
from releases.queries.contents import contents
from releases.queries.glances import glances
from releases.views.threats import marked

RELEASES = Listing(
    noun="release",
    plural="releases",
    about="What travels, where it stands, and when it moves next.",
    belongs="A release is what travels to production. A release manager imports them: columns name, version, services, outputs, …",
    filters=ReleaseFilter,
    facets=(
        Facet("status", "Status"),
        Facet("commitment", "Commitment"),
        Facet("threatened", "Threatened"),
        Facet("urgency", "Urgency"),
        Facet("size", "Size"),
        Facet(
            "environment",
            "Environment",
            lambda user: Environment.objects.visible_to(user).as_choices(),
            "promotions__environment__slug",
        ),
        Facet(
            "program",
            "Program",
            lambda user: Program.objects.visible_to(user).as_choices(),
            "contributions__output__project__program__code",
        ),
        Facet("project", "Project"),
        Facet("service", "Service"),
        Facet("line", "Version line"),
    ),
    orders=(Order("newest", "newest first", ("-id",)), Order("name", "name and version", ("name", "version"))),
    has_times=True,
)


@login_required
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, RELEASES, Release.objects.visible_to(request.user))
    context = {"page": page, "rows": marked(glances(page.rows, request.user), request.user)}
    return pages.show(request, "releases/releases.html", context, known=RELEASES.known)


@login_required
@require_safe
def release(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Release.objects.visible_to(request.user).with_key(key).with_references())
    return pages.show(request, "releases/release.html", {"release": found, "contents": contents(found, request.user)})
