"""The addresses of releases, promotions, and what is live."""

from django.urls import path

from common.converters import NAME
from releases.views import live, promotions, releases

urlpatterns = [
    path("releases/", releases.releases, name="releases"),
    path(f"releases/<{NAME}:key>/", releases.release, name="release"),
    path("promotions/", promotions.promotions, name="promotions"),
    path("promotions/new/", promotions.new_promotion, name="new_promotion"),
    path("promotions/<int:pk>/", promotions.promotion, name="promotion"),
    path("promotions/<int:pk>/move/", promotions.move_promotion, name="move_promotion"),
    path("promotions/<int:pk>/cancellation/", promotions.cancel_promotion, name="cancel_promotion"),
    path(f"releases/<{NAME}:key>/plan/", promotions.plan_route, name="plan_route"),
    path("live/", live.live, name="live"),
]
