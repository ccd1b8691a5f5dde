"""The addresses of releases, promotions, and what is live."""

from django.urls import path

from common.converters import NAME
from releases.views import live, promotions, releases

urlpatterns = [
    path("releases/", releases.releases, name="releases"),
    path(f"releases/<{NAME}:key>/", releases.release, name="release"),
    path("promotions/", promotions.promotions, name="promotions"),
    path("promotions/<int:pk>/", promotions.promotion, name="promotion"),
    path("live/", live.live, name="live"),
]
