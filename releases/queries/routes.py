"""Where releases may go: the stops of their routes."""

from collections.abc import Collection

from environments.models import RouteVersion, Stop
from releases.models import Release


def stops_of(releases: Collection[Release]) -> dict[int, list[Stop]]:
    """For each release with a route, its stops in order, with their environments. Releases without a route are left out.

    A release goes by the version of the route it is pinned to, else by the newest.
    """
    routes = {release.route_id for release in releases if release.route_id is not None}
    newest = dict(
        RouteVersion.objects.filter(route__in=routes).order_by("route", "-number").distinct("route").values_list("route", "pk")
    )
    versions = {
        release.pk: release.route_version_id or newest.get(release.route_id) for release in releases if release.route_id is not None
    }
    stops: dict[int, list[Stop]] = {}
    for stop in (
        Stop.objects.filter(version__in=set(versions.values()) - {None}).select_related("environment").order_by("position", "id")
    ):
        stops.setdefault(stop.version_id, []).append(stop)
    return {release: stops.get(version or 0, []) for release, version in versions.items()}
