"""The card of an entry, shown beside it on hover or focus: what a look at the page behind it would tell."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from common import pages
from environments.models import Environment
from projects.models import Output
from releases.models import Contribution, Release
from releases.queries.glances import promotions_of
from releases.queries.stations import Station, stations
from schedule import queries
from schedule.branches.branch import Entry
from schedule.branches.sight import Sight

OUTPUTS_SHOWN: Final = 5


@login_required
@require_safe
def card(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The card of one entry, as a fragment."""
    sight = Sight.of(request.user)
    entry = queries.entry(sight, kind, number) if number < 2**63 else None
    if entry is None:
        raise Http404
    zone = pages.zone_of(request)
    context = {
        "entry": entry,
        "zone": zone,
        "elsewhere": _elsewhere(entry, zone),
        "threats": queries.threats_of(sight, [entry]).get(entry["id"], ()),
        **_of_release(request.user, entry),
    }
    return render(request, "schedule/card.html", context)


def _elsewhere(entry: Entry, zone: ZoneInfo) -> list[ZoneInfo]:
    """UTC and the zones of its environments, where they are others than the reader's."""
    if entry["all_day"]:
        return []
    places = Environment.objects.filter(slug__in=entry["environments"]).order_by("time_zone").values_list("time_zone", flat=True)
    return [ZoneInfo(name) for name in dict.fromkeys(["UTC", *places]) if name != zone.key]


def _of_release(user: Any, entry: Entry) -> dict[str, Any]:
    """The route map and what the release carries; nothing for entries without one."""
    if entry["release"] is None:
        return {}
    release = Release.objects.visible_to(user).with_key(entry["release"]["key"]).get()
    line: list[Station] = stations([release], promotions_of([release.pk]))[release.pk]
    carried = Output.objects.visible_to(user).filter(
        pk__in=Contribution.objects.standing().filter(release=release).values("output")
    )
    outputs = list(carried.order_by("lies_on", "code").values_list("name", flat=True)[: OUTPUTS_SHOWN + 1])
    more = carried.count() - OUTPUTS_SHOWN if len(outputs) > OUTPUTS_SHOWN else 0
    return {"release": release, "stations": line, "outputs": outputs[:OUTPUTS_SHOWN], "more_outputs": more}
