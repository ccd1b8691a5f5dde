"""REST: asking for promotions, and approving them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from accounts.vocabulary import Scope
from common.converters import NAME
from common.doors import dump
from common.forming import Nothing
from common.reading import DetailView, ListView, Question, ReadView, list_of, tags
from common.reading.documents import HEADERS, refusals
from common.reading.views import JSON
from common.refusals import NotVisible
from common.rows import NOT_HERE, Seen
from common.writing import Acts, Creates, Undoes
from common.writing.documents import IDEMPOTENCY, WRITING_REFUSALS
from common.writing.views import Writes
from releases.actions import approvals, promotions
from releases.api.within import ONE, number_of, release_of
from releases.forms.approvals import ApprovalShape, PackageDecisionShape
from releases.models import Promotion
from releases.queries.answers import PROMOTIONS
from releases.queries.approval_answers import APPROVALS, PROMOTION
from releases.queries.waiting_answers import WAITING, WAITING_TABLES, waiting_for


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


#: As the addresses of approvals document it.
_ONE_APPROVAL: Final = {"$ref": "#/components/schemas/Approval"}


class PackageApprovals(Writes, ListView):
    """Who said yes or no to the promotions of a package's members."""

    noun, scope = APPROVALS, Scope.APPROVE

    def inside(self, user: Any, names: Mapping[str, str]) -> dict[str, Any]:
        return {"promotion__release__package": number_of(names["key"], user)}

    @extend_schema(
        operation_id="releases_approvals_create",
        summary="Say the same to promotions of a package's members, all or nothing",
        parameters=[*HEADERS, IDEMPOTENCY],
        request={"application/json": PackageDecisionShape.schema()},
        responses={
            201: OpenApiResponse(
                {"type": "object", "properties": {"results": list_of(_ONE_APPROVAL)}, "required": ["results"]},
                description="What was said to each.",
            )
        }
        | refusals(WRITING_REFUSALS),
    )
    def post(self, request: Request, **names: str) -> HttpResponse:
        """Each with the digest that was looked at; those that are left out wait on."""
        Question.of(request).expect(set())
        by: Any = request.user
        package = release_of(names["key"], by)

        def act() -> HttpResponse:
            given = self.given(request, PackageDecisionShape)
            seen = {each["promotion"].pk: each["digest"] for each in given.pop("promotions")}
            made = approvals.decide_together(package, promotions=seen, by=by, at=timezone.now(), **given)
            told = self.noun.visible_to(by).filter(pk__in=[each.pk for each in made])
            rows, _, _ = self.noun.page_of(told, Question.of(request), cacheable=False)
            return HttpResponse(dump({"results": rows}), content_type=JSON, status=201)

        return self.once(request, act)


class WaitingForMe(ReadView):
    """What waits for the caller's decision, the soonest first: approvals in which they could take a seat, and gates that are theirs."""

    operation, answer = "approvals_waiting_get", WAITING

    def get(self, request: Request) -> HttpResponse:
        question, at = Question.of(request), timezone.now()
        question.expect(set())
        number = tags.last_number(WAITING_TABLES)
        minute = at.replace(second=0, microsecond=0)
        return self.conditional(question, number, lambda: waiting_for(request.user, at, question), minute)


def _promotion(number: str, user: Any) -> Promotion:
    found: Promotion | None = PROMOTIONS.named(user, number).first()
    if found is None:
        raise NotVisible(NOT_HERE)
    return found


_APPROVALS = f"promotions/<{NAME}:promotion>/approvals"
urlpatterns = [
    path(f"promotions/<{NAME}:name>/request/", PromotionRequest.as_view(), name="api_promotion_request"),
    path("approvals/", WaitingForMe.as_view(), name="api_waiting_for_me"),
    path(f"{ONE}/approvals/", PackageApprovals.as_view(), name="api_package_approvals"),
    path(f"{_APPROVALS}/", Approvals.as_view(), name="api_approvals"),
    path(f"{_APPROVALS}/<{NAME}:name>/", Approval.as_view(), name="api_approval"),
]
