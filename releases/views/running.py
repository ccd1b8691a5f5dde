"""The pages of a promotion that runs: start it, pause and resume it, say how it ended, roll it back."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common import forming
from common.forming import Nothing, Verb, Writing
from common.pages import me
from common.rows import Seen
from projects.forms import ReasonShape
from releases import rules
from releases.actions import promotions as actions
from releases.forms.running import RollBackShape, outcome_on_page
from releases.models import Promotion
from releases.queries.contents import items_in
from releases.vocabulary import GOING_ON, PROMOTION_MOVES, Outcome, PromotionStatus

_P = PromotionStatus
#: What is offered beside a promotion, by its state, to who may run it.
_OFFERED: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    _P.APPROVED: (("Start…", "run_promotion"),),
    _P.RUNNING: (("Say how it ended…", "end_promotion"), ("Pause…", "pause_promotion")),
    _P.PAUSED: (("Resume…", "resume_promotion"), ("Say how it ended…", "end_promotion")),
    _P.SUCCEEDED: (("Roll back…", "roll_back_promotion"),),
    _P.SUCCEEDED_WITH_ISSUES: (("Roll back…", "roll_back_promotion"),),
    _P.FAILED: (("Roll back…", "roll_back_promotion"),),
}
#: Rolling back is offered last of all, and never refused where something was done.
_ROLLED_BACK_FROM: Final = tuple(status for status, ways in PROMOTION_MOVES.items() if _P.ROLLED_BACK in ways)


def run_verbs(found: Promotion, user: Any) -> list[Verb]:
    """The ways from a promotion to the pages that run and end it, for who may."""
    offered = _OFFERED.get(found.status, ())
    if not offered or not rules.may_run(user, found):
        return []
    return [Verb(words, reverse(name, args=[found.pk])) for words, name in offered]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def run_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_run(request, pk, _P.APPROVED)
    page = Writing(
        f"Start {_words(found)}",
        "Start now",
        back=found.get_absolute_url(),
        done="It is running.",
        kind="promotion",
        question=f"Start {_words(found)} now? Everything that was asked for is asked once more, and its interval begins at this moment.",
    )
    return forming.write(
        request, Nothing, page, lambda given, seen: actions.run(found, by=by, at=timezone.now(), seen=seen), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def pause_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_run(request, pk, _P.RUNNING)
    page = Writing(
        f"Pause {_words(found)}",
        "Pause it",
        back=found.get_absolute_url(),
        done="It is paused.",
        kind="promotion",
        lead="It keeps its place. From here it is resumed, or ends as failed or rolled back.",
    )
    return forming.write(
        request,
        ReasonShape,
        page,
        lambda given, seen: actions.pause(found, by=by, at=timezone.now(), seen=seen, **given),
        thing=found,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def resume_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_run(request, pk, _P.PAUSED)
    page = Writing(
        f"Resume {_words(found)}",
        "Resume it",
        back=found.get_absolute_url(),
        done="It is running again.",
        kind="promotion",
        question=f"Go on with {_words(found)}?",
    )
    return forming.write(
        request, Nothing, page, lambda given, seen: actions.resume(found, by=by, at=timezone.now(), seen=seen), thing=found
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def end_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_run(request, pk, *GOING_ON)
    ways = Promotion.MOVES[PromotionStatus(found.status)] & set(Outcome.values)
    page = Writing(
        f"End {_words(found)}",
        "Save the outcome",
        back=found.get_absolute_url(),
        done="The outcome is saved, and what is live follows it.",
        kind="promotion",
        lead=f"What is live in {found.environment.name} follows the items: only those that succeeded are there afterwards.",
    )

    def act(given: dict[str, Any], seen: Seen) -> Promotion:
        return actions.finish(found, by=by, at=timezone.now(), seen=seen, **given)

    return forming.write(request, outcome_on_page(ways, items_in(found.candidate)), page, act, thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def roll_back_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_run(request, pk, *_ROLLED_BACK_FROM)
    page = Writing(
        f"Roll back {_words(found)}",
        "It was rolled back",
        back=found.get_absolute_url(),
        done="It is rolled back, and what was live before is live again.",
        kind="promotion",
        question=f"Say that {_words(found)} was rolled back now? What was live in {found.environment.name} before it is shown as live again."
        " This promotion ends with that: to go there after all, plan a new attempt.",
        is_grave=True,
    )
    return forming.write(
        request,
        RollBackShape,
        page,
        lambda given, seen: actions.roll_back(found, by=by, at=timezone.now(), seen=seen, **given),
        thing=found,
    )


def _to_run(request: HttpRequest, pk: int, *statuses: str) -> Promotion:
    found: Promotion = get_object_or_404(Promotion.objects.visible_to(request.user).with_references(), pk=pk)
    forming.allow(rules.may_run(me(request), found), actions.NOT_YOURS_TO_RUN)
    actions.expect_status(found, *statuses)
    return found


def _words(found: Promotion) -> str:
    return f"the promotion of {found.release} into {found.environment.name}"
