"""The clocks by which days end at gates: those of the places that what they stand before goes to."""

from collections.abc import Collection
from zoneinfo import ZoneInfo

from django.conf import settings

from releases.models import Gate, Promotion
from releases.vocabulary import UNFINISHED


def zones_of(gates: Collection[Gate]) -> dict[int, ZoneInfo]:
    """By gate, the zone of the environment that its release comes to first in its stage, itself or with its package.

    Of what is planned, else of what was; of what never was, the zone of the house. One query. The gates come with their releases.
    """
    releases = {gate.release_id for gate in gates} | {gate.release.package_id for gate in gates if gate.release.package_id}
    found: dict[tuple[int, str], tuple[bool, str]] = {}
    ways = Promotion.objects.filter(release__in=releases, environment__stage__in={gate.stage for gate in gates})
    columns = ("release", "environment__stage", "status", "environment__time_zone")
    for release, stage, status, zone in ways.order_by("starts_at", "id").values_list(*columns):
        is_planned = status in UNFINISHED
        if (release, stage) not in found or (is_planned and not found[release, stage][0]):
            found[release, stage] = (is_planned, zone)
    return {gate.pk: ZoneInfo(_zone(gate, found)) for gate in gates}


def _zone(gate: Gate, found: dict[tuple[int, str], tuple[bool, str]]) -> str:
    own = found.get((gate.release_id, gate.stage)) or found.get((gate.release.package_id or 0, gate.stage))
    return own[1] if own else settings.DEFAULT_ZONE
