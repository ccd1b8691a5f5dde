"""Releases: the list, and one with its route map."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from common import listing, pages
from common.forming import Verb
from common.listing import Facet, Listing, Order
from common.pages import me
from environments.models import Environment
from projects.models import Program
from releases import rules
from releases.filters import ReleaseFilter
from releases.models import Release
from releases.queries.contents import contents
from releases.queries.glances import glances
from releases.queries.stations import in_words
from releases.views.contents import panels
from releases.views.promotions import plan_verbs
from releases.views.threats import marked
from releases.views.verdicts import answered
from releases.vocabulary import Extent

RELEASES = Listing(
    noun="release",
    plural="releases",
    about="What travels, where it stands, and when it moves next.",
    belongs="A release is what travels to production. A release manager imports them: columns name, version, services, outputs, …",
    filters=ReleaseFilter,
    facets=(
        Facet("status", "Status"),
        Facet("commitment", "Commitment"),
        Facet("readiness", "Readiness"),
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
    orders=(
        Order("newest", "newest first", ("-id",)),
        Order("name", "name and version", ("name", "version")),
        Order("readiness", "what is late and missing most first", ("-readiness__late", "-readiness__missing", "-id")),
    ),
    has_times=True,
)


@login_required
@require_safe
def releases(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, RELEASES, Release.objects.visible_to(request.user))
    verbs = [Verb("New release", reverse("new_release"), "new")] if rules.may_write_release(me(request), None) else []
    shown = glances(page.rows, request.user)
    if page.order.name == "readiness" or "readiness" in request.GET:
        answered(shown)
    context = {"page": page, "rows": marked(shown, request.user), "verbs": verbs}
    return pages.show(request, "releases/releases.html", context, known=RELEASES.known)


@login_required
@require_safe
def release(request: HttpRequest, key: str) -> HttpResponse:
    found = get_object_or_404(Release.objects.visible_to(request.user).with_key(key).with_references())
    shown = contents(found, request.user)
    context = {
        "release": found,
        "contents": shown,
        "panels": panels(found, shown, request.user),
        "verbs": _verbs(request, found),
        "plan_verbs": plan_verbs(found, request.user),
        "map_in_words": in_words(shown.stations, pages.zone_quietly(request), timezone.now()),
    }
    return pages.show(request, "releases/release.html", context)


def _verbs(request: HttpRequest, found: Release) -> list[Verb]:
    """The ways to the pages that write it, each only for who may and while it can be."""
    by, base = me(request), found.get_absolute_url()
    verbs: list[Verb] = []
    if rules.may_write_release(by, found):
        verbs = [
            Verb("Change", f"{base}edit/"),
            *([Verb("Move on…", f"{base}status/")] if rules.ways_on(found) else []),
            *([Verb("Members…", f"{base}members/")] if found.extent == Extent.PACKAGE else []),
            Verb("Restriction…" if found.is_restricted else "Restrict…", f"{base}restriction/"),
            *([Verb("Open to everybody…", f"{base}opening/")] if found.is_restricted else []),
            *([Verb("Cancel the release…", f"{base}cancellation/")] if rules.may_still_be_cancelled(found) else []),
        ]
    if rules.may_write_release(by, None):
        verbs.append(Verb("Copy as new", f"{base}copy/"))
    return verbs
