"""The addresses of environments, services and routes."""

from django.urls import path

from common.converters import NAME
from environments.views import bookings, environments, routes, services

urlpatterns = [
    path("environments/", environments.environments, name="environments"),
    path("environments/new/", environments.new_environment, name="new_environment"),
    path(f"environments/<{NAME}:slug>/", environments.environment, name="environment"),
    path(f"environments/<{NAME}:slug>/edit/", environments.edit_environment, name="edit_environment"),
    path(f"environments/<{NAME}:slug>/deletion/", environments.delete_environment, name="delete_environment"),
    path("bookings/new/", bookings.new, name="booking_new"),
    path("bookings/<int:pk>/", bookings.booking, name="booking"),
    path("bookings/<int:pk>/edit/", bookings.change, name="booking_change"),
    path("bookings/<int:pk>/cancellation/", bookings.cancel, name="booking_cancellation"),
    path("services/", services.services, name="services"),
    path("services/new/", services.new_service, name="new_service"),
    path(f"services/<{NAME}:slug>/", services.service, name="service"),
    path(f"services/<{NAME}:slug>/edit/", services.edit_service, name="edit_service"),
    path(f"services/<{NAME}:slug>/deletion/", services.delete_service, name="delete_service"),
    path("routes/", routes.routes, name="routes"),
    path("routes/new/", routes.new_route, name="new_route"),
    path(f"routes/<{NAME}:slug>/", routes.route, name="route"),
    path(f"routes/<{NAME}:slug>/edit/", routes.edit_route, name="edit_route"),
    path(f"routes/<{NAME}:slug>/deletion/", routes.delete_route, name="delete_route"),
]
