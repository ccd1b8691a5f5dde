"""Promotions: the list, one, and the pages that plan, move and cancel."""

import re
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, moments, pages
from common.forming import Verb, Writing
from common.intervals import Interval, from_local, read_day
from common.listing import Facet, Listing, Order
from common.pages import me
from common.refusals import BadInput
from common.rows import Seen
from environments.models import Environment, Stop
from projects.forms import ReasonShape
from projects.models import Program
from releases import rules
from releases.actions import promotions as actions
from releases.filters import PromotionFilter
from releases.forms.promotions import MoveShape, PlanShape, RoutePlanShape
from releases.models import Deployment, Promotion, Release
from releases.queries import obligations
from releases.queries.contents import carried_by
from releases.queries.glances import glances
from releases.queries.routes import stops_of
from releases.verdicts import threats
from releases.views.approvals import ask_verbs
from releases.views.running import run_verbs
from releases.vocabulary import RELEASE_MOVES, PromotionStatus, ReleaseStatus

#: When promotions usually go, and how long they take, until somebody says otherwise.
EVENING: Final = time(20)
USUAL_LENGTH: Final = timedelta(hours=2)
_DAYS: Final = re.compile(r"-?\d{1,4}", re.ASCII)

PROMOTIONS = Listing(
    noun="promotion",
    plural="promotions",
    about="What goes into which environment, and when.",
    belongs="A promotion takes a release into an environment. A release manager plans it, or imports many: columns release, environment, starts_at, …",
    filters=PromotionFilter,
    facets=(
        Facet("status", "Status"),
        Facet("threatened", "Threatened"),
        Facet("environment", "Environment", lambda user: Environment.objects.visible_to(user).as_choices(), "environment__slug"),
        Facet("stage", "Stage"),
        Facet("commitment", "Commitment"),
        Facet(
            "program",
            "Program",
            lambda user: Program.objects.visible_to(user).as_choices(),
            "release__contributions__output__project__program__code",
        ),
        Facet("project", "Project"),
        Facet("service", "Service"),
    ),
    orders=(
        Order("latest", "start, the latest first", ("-starts_at", "-id")),
        Order("earliest", "start, the earliest first", ("starts_at", "id")),
    ),
    has_times=True,
)


@login_required
@require_safe
def promotions(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, PROMOTIONS, Promotion.objects.visible_to(request.user).with_references())
    beside = {glance.release.pk: glance for glance in glances([promotion.release for promotion in page.rows], request.user)}
    late = threats([promotion.pk for promotion in page.rows], request.user)
    rows = [(promotion, beside[promotion.release_id], late.get(promotion.pk, [])) for promotion in page.rows]
    verbs = [Verb("Plan a promotion", reverse("new_promotion"), "new")] if rules.may_plan_something(me(request)) else []
    context = {"page": page, "rows": rows, "verbs": verbs}
    return pages.show(request, "releases/promotions.html", context, known=PROMOTIONS.known)


@login_required
@require_safe
def promotion(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    context = {
        "promotion": found,
        "verbs": [*run_verbs(found, request.user), *ask_verbs(found, request.user), *_verbs(request, found)],
        "glance": glances([found.release], request.user)[0],
        "carried": carried_by(found),
        "owed": obligations.of_promotion(found),
        "deployments": Deployment.objects.filter(promotion=found).with_references().by_place(),
        "attempts": Promotion.objects.other_attempts(found),
    }
    return pages.show(request, "releases/promotion.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_promotion(request: HttpRequest) -> HttpResponse:
    """Plan one; `?release=`, `?environment=` and `?date=` fill in what is known."""
    by = me(request)
    release = Release.objects.visible_to(by).with_key(request.GET.get("release", "")).first()
    may = rules.may_write_release(by, release) if release else rules.may_plan_something(by)
    forming.allow(may, actions.NOT_YOURS)
    page = Writing(
        "Plan a promotion",
        "Plan it",
        back=release.get_absolute_url() if release else reverse("promotions"),
        done="Planned, and its place is held.",
        lead="It is a draft, carries the newest candidate, and holds its place from now on.",
        kind="promotion",
    )
    environment = Environment.objects.visible_to(by).filter(slug=pages.name_asked(request, "environment")).first()
    initial = {"release": release, "environment": environment, **_evening(request)}

    def act(given: dict[str, Any], seen: Seen) -> Promotion:
        return actions.plan(by=by, at=timezone.now(), **given)

    return forming.write(request, PlanShape, page, act, initial={name: value for name, value in initial.items() if value})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def plan_route(request: HttpRequest, key: str) -> HttpResponse:
    """Plan every stop of a release's route on one page."""
    by = me(request)
    release = get_object_or_404(Release.objects.visible_to(by).with_key(key))
    forming.allow(rules.may_write_release(by, release), actions.NOT_YOURS)
    stops = stops_of([release]).get(release.pk, [])
    page = Writing(
        f"Plan the route of {release}",
        "Plan these stops",
        back=release.get_absolute_url(),
        done="Planned, and the places are held.",
        lead="All of it or nothing: each stop with an interval is planned, or moved when it is planned already."
        if stops
        else "It has no route, so there are no stops to plan; choose a route first, or plan promotions one by one.",
        kind="release",
    )

    def act(given: dict[str, Any], seen: Seen) -> Release:
        return actions.plan_route(release, _whole_rows(given["stops"]), by=by, at=timezone.now())

    return forming.write(request, RoutePlanShape, page, act, initial={"stops": _rows(release, stops)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    """Move one: first what the new interval hits (`?starts_at=&ends_at=`, or `?days=` to shift it by days), then a yes."""
    by, found = me(request), _to_write(request, pk)
    actions.expect_movable(found)
    times = _asked(request, found)
    present = {name: getattr(found, name) for name in MoveShape(user=None).fields}
    context: dict[str, Any] = {"promotion": found, "again": MoveShape(user=by, initial=times or present)}
    starts_at, ends_at = times.get("starts_at"), times.get("ends_at")
    if starts_at and ends_at:
        context["hits"] = actions.preview(found, starts_at, ends_at, user=by, zone=pages.zone_quietly(request))
        context["is_refused"] = any(hit.refuses for hit in context["hits"])
        context["asked"] = times
        context["sent"] = [(name, moments.machine_words(value) if value else "") for name, value in times.items()]
    page = Writing(f"Move {_words(found)}", "Move it", back=found.get_absolute_url(), done="Moved.", kind="promotion")

    def act(given: dict[str, Any], seen: Seen) -> Promotion:
        return actions.reschedule(found, by=by, at=timezone.now(), seen=seen, **given)

    return forming.write(request, MoveShape, page, act, thing=found, template="releases/promotion_move.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel_promotion(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = me(request), _to_write(request, pk)
    page = Writing(
        f"Cancel {_words(found)}",
        "Cancel the promotion",
        back=found.get_absolute_url(),
        done="Cancelled.",
        kind="promotion",
        question=f"Cancel {_words(found)}? Its place in {found.environment.name} is free for others at once, and it does not come back:"
        " to go there after all, plan a new attempt.",
        is_grave=True,
    )

    def act(given: dict[str, Any], seen: Seen) -> Promotion:
        return actions.cancel(found, by=by, at=timezone.now(), seen=seen, **given)

    return forming.write(request, ReasonShape, page, act, thing=found)


def _visible(request: HttpRequest, pk: int) -> Promotion:
    found: Promotion = get_object_or_404(Promotion.objects.visible_to(request.user).with_references(), pk=pk)
    return found


def _to_write(request: HttpRequest, pk: int) -> Promotion:
    found = _visible(request, pk)
    forming.allow(rules.may_write_release(me(request), found.release), actions.NOT_YOURS)
    return found


def plan_verbs(release: Release, user: Any) -> list[Verb]:
    """The ways from a release to the pages that plan its promotions, for who may, while anything of it may be planned."""
    if not rules.may_write_release(user, release) or not RELEASE_MOVES[ReleaseStatus(release.status)]:
        return []
    whole = [Verb("Plan the route", reverse("plan_route", args=[release.key]))] if release.route_id else []
    return [*whole, Verb("Plan a promotion", f"{reverse('new_promotion')}?release={release.key}")]


def _verbs(request: HttpRequest, found: Promotion) -> list[Verb]:
    if not rules.may_write_release(me(request), found.release):
        return []
    verbs = []
    if found.is_movable:
        verbs.append(Verb("Move…", reverse("move_promotion", args=[found.pk])))
    if PromotionStatus.CANCELLED in Promotion.MOVES[PromotionStatus(found.status)]:
        verbs.append(Verb("Cancel…", reverse("cancel_promotion", args=[found.pk])))
    elif found.is_finished and RELEASE_MOVES[ReleaseStatus(found.release.status)]:
        again = f"?release={found.release.key}&environment={found.environment.slug}"
        verbs.append(Verb("Plan a new attempt", reverse("new_promotion") + again))
    return verbs


def _words(found: Promotion) -> str:
    return f"the promotion of {found.release} into {found.environment.name}"


def _evening(request: HttpRequest) -> dict[str, datetime]:
    """The usual interval on the day the address names: two hours in the evening, where the reader is."""
    text = request.GET.get("date", "")
    if not text:
        return {}
    try:
        start = datetime.combine(read_day(text), EVENING, pages.zone_quietly(request))
    except BadInput as refusal:
        pages.notice(request, refusal.sentence)
        return {}
    return {"starts_at": start, "ends_at": start + USUAL_LENGTH}


def _asked(request: HttpRequest, found: Promotion) -> dict[str, datetime | None]:
    """The times asked for; none when none are, and with a notice when they are nonsense."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        if "starts_at" not in given and "days" in given:
            return _shifted(found, given["days"], pages.zone_quietly(request))
        if "starts_at" not in given:
            return {}
        with timezone.override(pages.zone_quietly(request)):
            asked = MoveShape(given, user=request.user)
            if asked.is_valid():
                Interval(asked.cleaned_data["starts_at"], asked.cleaned_data["ends_at"])
                return asked.cleaned_data
        for field, sentences in asked.errors.items():
            pages.notice(request, f"{asked.fields[field].label}: {sentences[0]}")
    except BadInput as refusal:
        pages.notice(request, refusal.sentence)
    return {}


def _shifted(found: Promotion, days: str, zone: ZoneInfo) -> dict[str, datetime | None]:
    """The interval so many days later, or earlier, at the same time of the clock and of the same length."""
    if not _DAYS.fullmatch(days):
        raise BadInput(f"“{days[:20]}” is no number of days; write it as 3 or -3.")
    local = found.starts_at.astimezone(zone).replace(tzinfo=None) + timedelta(days=int(days))
    start = from_local(local, zone)
    window = {"approved_from": found.approved_from, "approved_until": found.approved_until}
    return {"starts_at": start, "ends_at": start + (found.ends_at - found.starts_at), **window}


def _rows(release: Release, stops: Sequence[Stop]) -> list[dict[str, Any]]:
    """A row for each stop, with what is planned there."""
    planned = {one.environment_id: one for one in Promotion.objects.filter(release=release, parts=[]).unfinished()}
    rows: list[dict[str, Any]] = []
    for stop in stops:
        row: dict[str, Any] = {"environment": stop.environment}
        if one := planned.get(stop.environment_id):
            row |= {"starts_at": one.starts_at, "ends_at": one.ends_at, "revision": one.revision}
        rows.append(row)
    return rows


def _whole_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with an interval; half of one is refused."""
    found = [row for row in rows if "starts_at" in row or "ends_at" in row]
    for row in found:
        if not ("starts_at" in row and "ends_at" in row):
            sentence = f"{row['environment'].name} has only one end of its interval; fill in the other, or empty both."
            raise BadInput(sentence, errors={"stops": [sentence]})
    return found
