"""A table of contents."""

from django.contrib import admin
from django.urls import include, path

from common import doors
from releasecal import health

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
]

handler404 = doors.page_not_found
handler500 = doors.server_error
