"""A table of contents."""

from django.contrib import admin
from django.urls import include, path

from common import doors
from releasecal import health, landing, tour
from releasecal.search.views import search

urlpatterns = [
    # First, since programs ask most often and patterns are tried in turn.
    path("api/v1/", include("releasecal.api")),
    path("", include("schedule.urls")),
    path("", include("accounts.urls")),
    path("", include("environments.urls")),
    path("", include("projects.urls")),
    path("", include("policies.urls")),
    path("", include("releases.urls")),
    path("", include("exchange.urls")),
    path("", include("reminders.urls")),
    path("search/", search, name="search"),
    path("start/", landing.start, name="start"),
    path("demo/tour/end/", tour.end, name="tour-end"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler400 = doors.bad_request
handler404 = doors.page_not_found
handler500 = doors.server_error
