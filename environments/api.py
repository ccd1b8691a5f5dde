"""REST: environments, services, routes and bookings."""

from datetime import datetime
from typing import Any

from django.urls import path

from common import labels
from common.converters import NAME
from common.reading import DetailView, ListView, Question
from common.rows import Seen
from common.writing import Changes, Creates, Removes
from environments.actions import bookings, environments, routes, services
from environments.filters import BookingFilter, EnvironmentFilter, RouteFilter, ServiceFilter
from environments.forms import (
    BookingShape,
    EnvironmentShape,
    NewEnvironmentShape,
    NewRouteShape,
    NewServiceShape,
    RouteShape,
    ServiceShape,
)
from environments.queries import BOOKINGS, ENVIRONMENTS, ROUTES, SERVICES


class Environments(Creates, ListView):
    """Places where releases run."""

    noun, filters, new = ENVIRONMENTS, EnvironmentFilter, NewEnvironmentShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return environments.create(by=by, **given)


class Environment(Changes, Removes, DetailView):
    """One environment."""

    noun, shape = ENVIRONMENTS, EnvironmentShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return environments.change(thing, changes, by=by, at=at, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        environments.delete(thing, by=by, seen=seen)


class Services(Creates, ListView):
    """What runs in environments and what releases change."""

    noun, filters, new = SERVICES, ServiceFilter, NewServiceShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return services.create(by=by, **given)


class Service(Changes, Removes, DetailView):
    """One service."""

    noun, shape = SERVICES, ServiceShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return services.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        services.delete(thing, by=by, seen=seen)


class Routes(Creates, ListView):
    """Ordered paths of environments."""

    noun, filters, new = ROUTES, RouteFilter, NewRouteShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return routes.create(by=by, **given)


class Route(Changes, Removes, DetailView):
    """One route, with the stops of its newest version."""

    noun, shape = ROUTES, RouteShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return routes.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        routes.delete(thing, by=by, seen=seen)


class Bookings(Creates, ListView):
    """Who has lanes of which environment when."""

    noun, filters, new = BOOKINGS, BookingFilter, BookingShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return bookings.book(by=by, **given)

    def depends(self, question: Question) -> tuple[Any, ...]:
        """Who sees a place is who sees what holds it, of which these tables know nothing."""
        return (sorted((kind, sorted(ids)) for kind, ids in labels.hidden(question.user).items()),)


class Booking(Changes, Removes, DetailView):
    """One booking."""

    noun, shape = BOOKINGS, BookingShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return bookings.change(thing, changes, by=by, seen=seen)

    def remove(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> None:
        bookings.cancel(thing, by=by, seen=seen)


urlpatterns = [
    path("environments/", Environments.as_view(), name="api_environments"),
    path(f"environments/<{NAME}:name>/", Environment.as_view(), name="api_environment"),
    path("services/", Services.as_view(), name="api_services"),
    path(f"services/<{NAME}:name>/", Service.as_view(), name="api_service"),
    path("bookings/", Bookings.as_view(), name="api_bookings"),
    path(f"bookings/<{NAME}:name>/", Booking.as_view(), name="api_booking"),
    path("routes/", Routes.as_view(), name="api_routes"),
    path(f"routes/<{NAME}:name>/", Route.as_view(), name="api_route"),
]
