"""Promotions: the list, and one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from environments.models import Environment
from projects.models import Program
from releases.filters import PromotionFilter
from releases.models import Deployment, Promotion
from releases.queries.contents import artefacts_of
from releases.queries.glances import glances

PROMOTIONS = Listing(
    noun="promotion",
    plural="promotions",
    about="What goes into which environment, and when.",
    belongs="A promotion takes a release into an environment. A release manager imports them: columns release, environment, starts_at, …",
    filters=PromotionFilter,
    facets=(
        Facet("status", "Status"),
        Facet("environment", "Environment", lambda user: Environment.objects.visible_to(user).as_choices(), "environment__slug"),
        Facet("stage", "Stage"),
        Facet("commitment", "Commitment"),
        Facet(
            "program",
            "Program",
            lambda user: Program.objects.visible_to(user).as_choices(),
            "release__contributions__output__project__program__code",
        ),
        Facet("project", "Project"),
        Facet("service", "Service"),
    ),
    orders=(
        Order("latest", "start, the latest first", ("-starts_at", "-id")),
        Order("earliest", "start, the earliest first", ("starts_at", "id")),
    ),
    has_times=True,
)


@login_required
@require_safe
def promotions(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, PROMOTIONS, Promotion.objects.visible_to(request.user).with_references())
    beside = {glance.release.pk: glance for glance in glances([promotion.release for promotion in page.rows], request.user)}
    rows = [(promotion, beside[promotion.release_id]) for promotion in page.rows]
    return pages.show(request, "releases/promotions.html", {"page": page, "rows": rows}, known=PROMOTIONS.known)


@login_required
@require_safe
def promotion(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Promotion.objects.visible_to(request.user).with_references(), pk=pk)
    context = {
        "promotion": found,
        "glance": glances([found.release], request.user)[0],
        "artefacts": artefacts_of(found.candidate_id),
        "deployments": Deployment.objects.filter(promotion=found).with_references().by_place(),
        "attempts": Promotion.objects.other_attempts(found),
    }
    return pages.show(request, "releases/promotion.html", context)
