"""The addresses of environments, services and routes."""

from django.urls import path

from common.converters import NAME
from environments.views import environments, routes, services

urlpatterns = [
    path("environments/", environments.environments, name="environments"),
    path(f"environments/<{NAME}:slug>/", environments.environment, name="environment"),
    path("services/", services.services, name="services"),
    path(f"services/<{NAME}:slug>/", services.service, name="service"),
    path("routes/", routes.routes, name="routes"),
    path(f"routes/<{NAME}:slug>/", routes.route, name="route"),
]
