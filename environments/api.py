"""REST: environments, services and routes."""

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView
from environments.filters import EnvironmentFilter, RouteFilter, ServiceFilter
from environments.queries import ENVIRONMENTS, ROUTES, SERVICES


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


urlpatterns = [
    path("environments/", Environments.as_view(), name="api_environments"),
    path(f"environments/<{NAME}:name>/", Environment.as_view(), name="api_environment"),
    path("services/", Services.as_view(), name="api_services"),
    path(f"services/<{NAME}:name>/", Service.as_view(), name="api_service"),
    path("routes/", Routes.as_view(), name="api_routes"),
    path(f"routes/<{NAME}:name>/", Route.as_view(), name="api_route"),
]
