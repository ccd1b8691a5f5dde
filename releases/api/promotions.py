"""REST: promotions."""

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView
from releases.api.within import ONE, ListOfRelease
from releases.filters import PromotionFilter
from releases.queries.answers import PROMOTIONS


class PromotionsOfRelease(ListOfRelease):
    """The promotions of a release."""

    noun, filters = PROMOTIONS, PromotionFilter


class Promotions(ListView):
    """Candidates going into environments, by their planned start."""

    noun, filters = PROMOTIONS, PromotionFilter


class Promotion(DetailView):
    """One promotion."""

    noun = PROMOTIONS


urlpatterns = [
    path(f"{ONE}/promotions/", PromotionsOfRelease.as_view(), name="api_promotions_of_release"),
    path("promotions/", Promotions.as_view(), name="api_promotions"),
    path(f"promotions/<{NAME}:name>/", Promotion.as_view(), name="api_promotion"),
]
