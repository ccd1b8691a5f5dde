"""REST: promotions, planned, moved and cancelled."""

from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.reading import DetailView, ListView, ReadView
from common.rows import Seen
from common.writing import Acts, Changes, Creates
from projects.forms import ReasonShape
from releases.actions import promotions
from releases.api.within import ONE, ListOfRelease, number_of
from releases.filters import PromotionFilter
from releases.forms.promotions import MoveShape, PlanOfReleaseShape, PlanShape
from releases.models import Release
from releases.queries.answers import PROMOTIONS
from releases.queries.approval_answers import PROMOTION


class PromotionsOfRelease(Creates, ListOfRelease):
    """The promotions of a release."""

    noun, in_full, filters, new = PROMOTIONS, PROMOTION, PromotionFilter, PlanOfReleaseShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return promotions.plan(Release.objects.get(pk=number_of(names["key"], by)), by=by, at=at, **given)


class Promotions(Creates, ListView):
    """Candidates going into environments, by their planned start."""

    noun, in_full, filters, new = PROMOTIONS, PROMOTION, PromotionFilter, PlanShape

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return promotions.plan(by=by, at=at, **given)


class Promotion(Changes, DetailView):
    """One promotion, with the digest of what an approval of it stands for."""

    noun, shape = PROMOTION, MoveShape

    def change(self, thing: Any, changes: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.reschedule(thing, by=by, at=at, seen=seen, **changes)


class PromotionCancellation(Acts, ReadView):
    """Cancelling a promotion."""

    noun, new = PROMOTION, ReasonShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.cancel(thing, by=by, at=at, seen=seen, **given)


urlpatterns = [
    path(f"{ONE}/promotions/", PromotionsOfRelease.as_view(), name="api_promotions_of_release"),
    path("promotions/", Promotions.as_view(), name="api_promotions"),
    path(f"promotions/<{NAME}:name>/", Promotion.as_view(), name="api_promotion"),
    path(f"promotions/<{NAME}:name>/cancellation/", PromotionCancellation.as_view(), name="api_promotion_cancellation"),
]
