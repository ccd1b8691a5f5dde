"""REST: promotions that run: started, paused and resumed, ended by their outcome."""

from datetime import datetime
from typing import Any

from django.urls import path

from common.converters import NAME
from common.forming import Nothing
from common.reading import ReadView
from common.rows import Seen
from common.writing import Acts, Undoes
from projects.forms import ReasonShape
from releases.actions import promotions
from releases.forms.running import OutcomeShape
from releases.queries.approval_answers import PROMOTION


class PromotionRun(Acts, ReadView):
    """Starting a promotion: everything is asked once more, and what is missing is told as `requirements` (422)."""

    noun, new = PROMOTION, Nothing

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.run(thing, by=by, at=at, seen=seen)


class PromotionPause(Acts, Undoes, ReadView):
    """Pausing a promotion that runs; DELETE resumes it."""

    noun, new = PROMOTION, ReasonShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.pause(thing, by=by, at=at, seen=seen, **given)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.resume(thing, by=by, at=at, seen=seen)


class PromotionOutcome(Acts, ReadView):
    """Saying how a promotion ended; what had succeeded or failed may be rolled back later."""

    noun, new = PROMOTION, OutcomeShape

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.finish(thing, by=by, at=at, seen=seen, **given)


_ONE = f"promotions/<{NAME}:name>"
urlpatterns = [
    path(f"{_ONE}/run/", PromotionRun.as_view(), name="api_promotion_run"),
    path(f"{_ONE}/pause/", PromotionPause.as_view(), name="api_promotion_pause"),
    path(f"{_ONE}/outcome/", PromotionOutcome.as_view(), name="api_promotion_outcome"),
]
