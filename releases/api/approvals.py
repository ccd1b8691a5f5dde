"""REST: asking for promotions, and approving them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request

from accounts.vocabulary import Scope
from common.converters import NAME
from common.forming import Nothing
from common.reading import DetailView, ListView, Question, ReadView
from common.refusals import NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts, Creates, Undoes
from releases.actions import approvals, promotions
from releases.forms.approvals import ApprovalShape
from releases.models import Promotion
from releases.queries.answers import PROMOTIONS
from releases.queries.approval_answers import APPROVALS, PROMOTION


class PromotionRequest(Acts, Undoes, ReadView):
    """Asking for the approval of a promotion; DELETE withdraws that."""

    noun, new = PROMOTION, Nothing

    def act(self, thing: Any, given: dict[str, Any], *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.request(thing, by=by, at=at, seen=seen)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return promotions.withdraw(thing, reason="", by=by, at=at, seen=seen)


class _OfPromotion:
    """What lies in the promotion that the address names."""

    noun = APPROVALS

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"promotion": _promotion(names["promotion"], user).pk}


class Approvals(Creates, Undoes, _OfPromotion, ListView):
    """Who said yes or no to a promotion, and what became of it. DELETE takes one's own yes back."""

    new, scope = ApprovalShape, Scope.APPROVE

    def create(self, given: dict[str, Any], *, by: Any, at: datetime, **names: str) -> Any:
        return approvals.decide(_promotion(names["promotion"], by), by=by, at=at, **given)

    def undo(self, thing: Any, *, by: Any, at: datetime, seen: Seen) -> Any:
        return approvals.take_back(thing, by=by, at=at).approval

    def delete(self, request: Request, **names: str) -> HttpResponse:  # type: ignore[override]  # one's own is named by the list's address
        Question.of(request).expect(set())
        thing = _promotion(names["promotion"], request.user)
        return self.answered(request, self.undo(thing, by=request.user, at=timezone.now(), seen=None))


class Approval(_OfPromotion, DetailView):
    """One approval."""


def _promotion(number: str, user: Any) -> Promotion:
    found: Promotion | None = PROMOTIONS.named(user, number).first()
    if found is None:
        raise NotVisible(NOT_HERE)
    return found


_APPROVALS = f"promotions/<{NAME}:promotion>/approvals"
urlpatterns = [
    path(f"promotions/<{NAME}:name>/request/", PromotionRequest.as_view(), name="api_promotion_request"),
    path(f"{_APPROVALS}/", Approvals.as_view(), name="api_approvals"),
    path(f"{_APPROVALS}/<{NAME}:name>/", Approval.as_view(), name="api_approval"),
]
