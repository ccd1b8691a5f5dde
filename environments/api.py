"""REST: environments, services, routes and bookings."""

from datetime import datetime
from typing import Any

from django.urls import path

from common import labels
from common.converters import NAME
from common.reading import DetailView, ListView, Question
from common.rows import Seen
from common.writing import Changes, Creates, Removes
from environments.actions import bookings
from environments.filters import BookingFilter, EnvironmentFilter, RouteFilter, ServiceFilter
from environments.forms import BookingShape
from environments.queries import BOOKINGS, ENVIRONMENTS, ROUTES, SERVICES


class Environments(ListView):
    """Places where releases run."""

    noun, filters = ENVIRONMENTS, EnvironmentFilter


class Environment(DetailView):
    """One environment."""

    noun = ENVIRONMENTS


class Services(ListView):
    """What runs in environments and what releases change."""

    noun, filters = SERVICES, ServiceFilter


class Service(DetailView):
    """One service."""

    noun = SERVICES


class Routes(ListView):
    """Ordered paths of environments."""

    noun, filters = ROUTES, RouteFilter


class Route(DetailView):
    """One route, with the stops of its newest version."""

    noun = ROUTES


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
