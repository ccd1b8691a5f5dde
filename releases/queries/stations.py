"""The route map: the line of environments a release travels, and how far it is."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise

from environments.models import Environment, Stop
from releases.models import Promotion, Release
from releases.queries.routes import stops_of
from releases.vocabulary import SUCCESSES, UNFINISHED, PromotionStatus

Span = tuple[datetime, datetime]
Station = dict[str, object]

_ON_ITS_WAY = {PromotionStatus.RUNNING, PromotionStatus.PAUSED}
_WENT_WRONG = {PromotionStatus.FAILED, PromotionStatus.ROLLED_BACK, PromotionStatus.MISSED}


def stations(releases: Sequence[Release], promotions: Mapping[int, Sequence[Promotion]]) -> dict[int, list[Station]]:
    """For each release's id its stations, in the shape of components/route_map.html.

    `promotions`: those of each release in the order of their start, with their environments. The line is the route's (the version
    the release set out on, else the newest), then whatever else it was promoted into. Two queries, however many releases.
    """
    stops = stops_of(releases)
    found: dict[int, list[Station]] = {}
    for release in releases:
        own = promotions.get(release.pk, ())
        line: list[tuple[Environment, Stop | None]] = [(stop.environment, stop) for stop in stops.get(release.pk, ())]
        known = {environment.pk for environment, _ in line}
        for promotion in own:
            if promotion.environment_id not in known:
                known.add(promotion.environment_id)
                line.append((promotion.environment, None))
        found[release.pk] = _line(release, line, own)
    return found


def _line(release: Release, line: Sequence[tuple[Environment, Stop | None]], promotions: Sequence[Promotion]) -> list[Station]:
    by_environment: dict[int, list[Promotion]] = {}
    for promotion in promotions:
        by_environment.setdefault(promotion.environment_id, []).append(promotion)
    successes = [promotion for promotion in promotions if promotion.status in SUCCESSES]
    here = max(successes, key=lambda promotion: (promotion.ends_at, promotion.pk)).environment_id if successes else None
    drawn: list[Station] = []
    next_is_known = False
    for environment, stop in line:
        own = by_environment.get(environment.pk, [])
        state = _state(own, is_here=environment.pk == here)
        if state == "ahead" and not next_is_known and not (stop and stop.is_optional and not own):
            state, next_is_known = "next", True
        drawn.append(_station(release, environment, stop, own, state))
    return drawn


def _state(own: Sequence[Promotion], *, is_here: bool) -> str:
    if any(promotion.status in _ON_ITS_WAY for promotion in own):
        return "running"
    if is_here:
        return "here"
    if any(promotion.status in SUCCESSES for promotion in own):
        return "passed"
    tried = [promotion for promotion in own if promotion.status != PromotionStatus.CANCELLED]
    return "failed" if tried and tried[-1].status in _WENT_WRONG else "ahead"


def _station(release: Release, environment: Environment, stop: Stop | None, own: Sequence[Promotion], state: str) -> Station:
    planned = next((promotion for promotion in own if promotion.status in UNFINISHED), None)
    done = next((promotion for promotion in reversed(own) if promotion.status in SUCCESSES), None)
    latest = planned or done or (own[-1] if own else None)
    return {
        "name": environment.name,
        "url": environment.get_absolute_url(),
        "state": state,
        "version": release.version if state == "here" else "",
        "planned": _span(planned),
        "actual": _span(done),
        "attempt": _words(latest),
        "url_promotion": reverse("promotion", args=[latest.pk]) if latest else "",
        "soak": None,
        "freeze": "",
        "optional": bool(stop and stop.is_optional),
        "gates": None,
    }


def _span(promotion: Promotion | None) -> Span | None:
    return (promotion.starts_at, promotion.ends_at) if promotion else None


def _words(promotion: Promotion | None) -> str:
    if promotion is None:
        return ""
    words: str | Promise = PromotionStatus(promotion.status).label
    return f"{words}".lower() + (f" ({', '.join(promotion.parts)})" if promotion.parts else "")
