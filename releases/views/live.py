"""What is live: services × environments, now or at an instant (`?at=`)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from common import listing, pages
from common.intervals import read_moment
from common.listing import Listing, Order
from common.refusals import BadInput
from environments.filters import ServiceFilter
from environments.models import Environment
from releases.queries.live import in_order, live_lines, services_live

AT, ENVIRONMENT = "at", "environment"

LIVE = Listing(
    noun="service",
    plural="services",
    filters=ServiceFilter,
    orders=(Order("slug", "short name", ("slug",)),),
)


@login_required
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    zone = pages.zone_of(request)
    asked = _moment(request, zone)
    at = asked or timezone.now()
    environments = _environments(request)
    page = listing.read(request, LIVE, services_live(environments, at, request.user))
    chosen = set(request.GET.getlist(ENVIRONMENT))
    context = {
        "page": page,
        "zone": zone,
        "at": at,
        "is_now": asked is None,
        "local": at.astimezone(zone),
        "environments": environments,
        "choices": [(slug, name, slug in chosen) for slug, name in Environment.objects.visible_to(request.user).as_choices()],
        "lines": live_lines(page.rows, environments, at, request.user),
    }
    return pages.show(request, "releases/live.html", context, known={*LIVE.known, AT, ENVIRONMENT})


def _environments(request: HttpRequest) -> list[Environment]:
    """Those asked for, else all, in the order a release meets them."""
    every = {environment.slug: environment for environment in Environment.objects.visible_to(request.user)}
    asked = [slug for slug in request.GET.getlist(ENVIRONMENT) if slug]
    unknown = [slug for slug in asked if slug not in every]
    if unknown:
        pages.notice(request, "The address names an environment that does not exist; it was left out.")
    chosen = [every[slug] for slug in asked if slug in every]
    return in_order(set(chosen) or every.values())


def _moment(request: HttpRequest, zone: ZoneInfo) -> datetime | None:
    """`?at=`: a day (its beginning) or a wall-clock time in the zone of the page, or an instant with an offset; None is now."""
    text = request.GET.get(AT, "").strip()
    if not text:
        return None
    try:
        return read_moment(text, zone)
    except BadInput as refusal:
        pages.notice(request, f"{refusal.sentence} This is what is live now.")
        return None
