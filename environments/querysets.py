"""The phrases of environments' nouns. Every active person sees every environment, service and route; bookings as what holds them."""

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Prefetch

from common import labels
from common.searching import with_words


class OpenQuerySet(models.QuerySet[Any]):
    """Nouns that every active person sees."""

    def visible_to(self, user: Any) -> Self:
        return self if user.is_authenticated and (user.is_active or user.is_builtin) else self.none()

    def matching(self, words: str) -> Self:
        """Those whose slug or name holds every word."""
        return with_words(self, words, "slug", "name")


class EnvironmentQuerySet(OpenQuerySet):
    def all_locked(self) -> list[Any]:
        """Every environment, locked in order of key: for verbs on sets, which learn only later whose deployments they move.

        Environments are locked before releases and these before promotions, whichever of them a verb is about.
        """
        return list(self.select_for_update(no_key=True).order_by("pk"))

    def with_owner(self) -> Self:
        return self.select_related("owner")

    def with_routes(self) -> Self:
        """Each with `.present_stops`: its stops on the newest versions of routes, with these."""
        stops = apps.get_model("environments", "Stop").objects.filter(version__in=_newest_versions().values("pk"))
        return self.prefetch_related(
            Prefetch(
                "stops", queryset=stops.select_related("version__route").order_by("version__route__slug"), to_attr="present_stops"
            )
        )

    def as_choices(self) -> list[tuple[str, str]]:
        """Slug and name of each, for a filter."""
        return list(self.order_by("slug").values_list("slug", "name"))


class ServiceQuerySet(OpenQuerySet):
    def with_owner(self) -> Self:
        return self.select_related("owner", "parent")

    def with_dependencies(self) -> Self:
        return self.prefetch_related("depends_on")

    def parts_of(self, service: Any) -> Self:
        """Those right below a service."""
        return self.filter(parent=service).order_by("slug")

    def needed_by(self, service: Any) -> Self:
        """Those a service depends on."""
        return self.filter(dependents__service=service).order_by("slug")

    def needing(self, service: Any) -> Self:
        """Those that depend on a service."""
        return self.filter(dependencies__needs=service).order_by("slug")


class RouteQuerySet(OpenQuerySet):
    def with_stops(self) -> Self:
        """Each with `.newest`: a list of its newest version (none for a route that has no version yet), with stops in their order."""
        stops = apps.get_model("environments", "Stop").objects.select_related("environment").order_by("position", "id")
        newest = _newest_versions().prefetch_related(Prefetch("stops", queryset=stops))
        return self.prefetch_related(Prefetch("versions", queryset=newest, to_attr="newest"))

    def through(self, environment: Any) -> Self:
        """Those whose newest version stops at an environment."""
        return self.filter(versions__in=_newest_versions().values("pk"), versions__stops__environment=environment)


class BookingQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Without those that something holds which the user may not see."""
        if not (user.is_authenticated and (user.is_active or user.is_builtin)):
            return self.none()
        found = self
        for kind, hidden in labels.hidden(user).items():
            found = found.exclude(holder_kind=kind, holder_id__in=hidden)
        return found

    def with_references(self) -> Self:
        return self.select_related("environment", "booked_by")

    def overlapping(self, start: datetime, end: datetime | None) -> Self:
        """Those that have an instant in common with `[start, end)`; without an end, with all that comes."""
        return self.filter(during__overlap=(start, end))

    def of_people(self) -> Self:
        """Those that nothing else holds: what people booked."""
        return self.filter(holder_kind="")

    def held_by(self, kind: str, number: int) -> Self:
        """The place of a promotion, or of whatever else holds one."""
        return self.filter(holder_kind=kind, holder_id=number)

    def matching(self, words: str) -> Self:
        """Those whose purpose or environment holds every word."""
        return with_words(self, words, "purpose", "environment__slug", "environment__name")


def _newest_versions() -> Any:
    """The newest version of every route."""
    return apps.get_model("environments", "RouteVersion").objects.order_by("route_id", "-number").distinct("route_id")
