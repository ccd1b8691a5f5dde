"""The addresses of environments, services and routes."""

from django.urls import path

from common.converters import NAME
from environments.views import bookings, environments, routes, services

urlpatterns = [
    path("environments/", environments.environments, name="environments"),
    path(f"environments/<{NAME}:slug>/", environments.environment, name="environment"),
    path("bookings/new/", bookings.new, name="booking_new"),
    path("bookings/<int:pk>/", bookings.booking, name="booking"),
    path("bookings/<int:pk>/edit/", bookings.change, name="booking_change"),
    path("bookings/<int:pk>/cancellation/", bookings.cancel, name="booking_cancellation"),
    path("services/", services.services, name="services"),
    path(f"services/<{NAME}:slug>/", services.service, name="service"),
    path("routes/", routes.routes, name="routes"),
    path(f"routes/<{NAME}:slug>/", routes.route, name="route"),
]
