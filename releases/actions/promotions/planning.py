"""Planning promotions, one or a release's whole way, and moving them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypedDict, Unpack

from accounts.models import User
from common.intervals import Interval
from common.refusals import BadInput, Conflict, IllegalMove, NotAllowed, RuleBroken, Stale
from common.rows import Seen, expect_seen
from environments.models import Environment
from history.deeds import deed, record
from releases import rules
from releases.actions.opening import locked_with_places
from releases.actions.promotions.places import NOT_YOURS, follow, promotions_of, settle
from releases.models import Candidate, Promotion, Release
from releases.queries.routes import stops_of
from releases.vocabulary import RELEASE_MOVES, UNFINISHED, PromotionStatus, ReleaseStatus

_WINDOW: Final = ("approved_from", "approved_until")


class Times(TypedDict, total=False):
    """When a promotion is: UTC instants, half-open; what is left out stays. A window of None is the planned interval."""

    starts_at: datetime
    ends_at: datetime
    approved_from: datetime | None
    approved_until: datetime | None


@deed
def plan(
    release: Release,
    environment: Environment,
    *,
    starts_at: datetime,
    ends_at: datetime,
    parts: Collection[str] = (),
    approved_from: datetime | None = None,
    approved_until: datetime | None = None,
    by: User,
    at: datetime,
) -> Promotion:
    """Plan the newest candidate of a release into an environment, or some of its parts, in `[starts_at, ends_at)`, UTC: a draft.

    It holds its place from now on. Raises NotAllowed, BadInput, RuleBroken for a place off the release's route, and Conflict when
    another attempt there is unfinished, when the release is off, or when the lanes are taken, naming who has them.
    """
    release = _to_plan(release, [environment.pk], by)
    times: Times = {"starts_at": starts_at, "ends_at": ends_at, "approved_from": approved_from, "approved_until": approved_until}
    made = _plan(release, environment, parts, times, by)
    settle(release, by=by, at=at)
    follow(release, by=by)
    return _fresh(made)


@deed
def plan_route(release: Release, stops: Sequence[Mapping[str, Any]], *, by: User, at: datetime) -> Release:
    """Plan several places of a release at once, all or nothing: each has environment, starts_at, ends_at, and perhaps `revision`.

    What is planned there already moves, when its times are other ones; `revision` is the one its planner has seen. Only whole
    environments. Raises what `plan` and `reschedule` do, and names the row.
    """
    release = _to_plan(release, [stop["environment"].pk for stop in stops], by)
    present = {one.environment_id: one for one in promotions_of(release) if one.status in UNFINISHED and not one.parts}
    changed = False
    for place, stop in enumerate(stops):
        environment: Environment = stop["environment"]
        times: Times = {"starts_at": stop["starts_at"], "ends_at": stop["ends_at"]}
        promotion = present.get(environment.pk)
        try:
            if promotion is None:
                _plan(release, environment, (), times, by)
                changed = True
            elif any(getattr(promotion, name) != value for name, value in times.items()):
                expect_seen(promotion, [stop["revision"]] if stop.get("revision") else None)
                changed = _move(promotion, times, by) or changed
        except Stale:
            sentence = f"Somebody moved {environment.name} meanwhile; open this page anew, and decide again."
            raise Conflict(sentence, errors={"stops": [sentence]}) from None
        except (BadInput, RuleBroken, Conflict) as refusal:
            sentence = f"{environment.name}, row {place + 1}: {refusal.sentence}"
            raise type(refusal)(sentence, errors={"stops": [sentence]}) from None
    if changed:
        settle(release, by=by, at=at)
        follow(release, by=by)
    release.refresh_from_db()
    return release


@deed
def reschedule(promotion: Promotion, *, by: User, at: datetime, seen: Seen = None, **times: Unpack[Times]) -> Promotion:
    """Give a promotion another interval or approved window; its place moves with it.

    A missed one is a draft again. One that was approved has to be asked for again, unless it stays inside the window that was
    approved. Raises NotAllowed, Stale, BadInput, IllegalMove when it runs, is paused or finished, and Conflict when another attempt
    at a missed one's target is unfinished or the lanes are taken, naming who has them.
    """
    release = _to_write(promotion, by)
    promotion = next(one for one in promotions_of(release) if one.pk == promotion.pk)
    expect_seen(promotion, seen)
    if _move(promotion, times, by):
        settle(release, by=by, at=at)
        follow(release, by=by)
    return _fresh(promotion)


def expect_movable(promotion: Promotion) -> None:
    """Refuse (IllegalMove) what runs, is paused or finished; a missed one may be moved."""
    if promotion.is_movable:
        return
    status = PromotionStatus(promotion.status)
    words = str(status.label).lower()
    if status in UNFINISHED:
        raise IllegalMove(f"It is {words}; what is under way is not moved. End it by its outcome first.")
    raise IllegalMove(f"It is {words} and stays as it was; plan a new attempt.")


def _to_plan(release: Release, environments: Collection[int], by: User) -> Release:
    release = locked_with_places(release, environments)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    if not RELEASE_MOVES[ReleaseStatus(release.status)]:
        words = release.get_status_display().lower()
        raise IllegalMove(f"{release} is {words}; nothing more of it is planned. Copy it as a new release to go on.")
    return release


def _to_write(promotion: Promotion, by: User) -> Release:
    release = locked_with_places(promotion.release)
    if not rules.may_write_release(by, release):
        raise NotAllowed(NOT_YOURS)
    return release


def _plan(release: Release, environment: Environment, parts: Collection[str], times: Times, by: User) -> Promotion:
    """A new draft, written and told; places and release don't follow yet."""
    wanted = sorted(set(parts))
    _expect_a_place(release, environment, wanted)
    attempts = list(Promotion.objects.filter(release=release, environment=environment, parts=wanted))
    _expect_no_other(attempts, environment)
    made = Promotion(
        release=release,
        candidate=_newest_candidate(release),
        environment=environment,
        parts=wanted,
        attempt=1 + max((one.attempt for one in attempts), default=0),
        **times,
    )
    _expect_sense(made)
    made.save()
    record(made, "planned", by=by, template="{actor} planned {subject}", **_told(made))
    return made


def _move(promotion: Promotion, times: Times, by: User) -> bool:
    """Give it other times, write and tell; whether anything is other than it was. Places don't follow yet."""
    expect_movable(promotion)
    status = PromotionStatus(promotion.status)
    before = (promotion.starts_at, promotion.ends_at)
    window = _window(promotion)
    differing = sorted(name for name, value in times.items() if getattr(promotion, name) != value)
    if not differing:
        return False
    for name in differing:
        setattr(promotion, name, times[name])  # type: ignore[literal-required]  # its own keys
    _expect_sense(promotion, is_new_window=bool(set(_WINDOW) & set(differing)))
    if status == PromotionStatus.MISSED:
        same = Promotion.objects.filter(release=promotion.release_id, environment=promotion.environment_id, parts=promotion.parts)
        _expect_no_other(list(same), promotion.environment)
        promotion.status = PromotionStatus.DRAFT
    elif status == PromotionStatus.APPROVED and not _stays_inside(promotion, window):
        promotion.status = PromotionStatus.REQUESTED
    if promotion.status != status:
        differing.append("status")
    promotion.save(update_fields=differing)
    is_beside = promotion.approved_from is not None and not _is_inside(promotion)
    template = "{actor} moved {subject}" + (", beside its approved window" if is_beside else "")
    if before == (promotion.starts_at, promotion.ends_at):
        template = "{actor} gave {subject} another approved window"
    record(promotion, "moved", by=by, template=template, columns=sorted(differing), **_told(promotion))
    return True


def _told(promotion: Promotion) -> dict[str, Any]:
    return {"starts_at": promotion.starts_at, "ends_at": promotion.ends_at}


def _newest_candidate(release: Release) -> Candidate:
    found: Candidate | None = Candidate.objects.filter(release=release).order_by("-number").first()
    return found or Candidate.objects.create(release=release)


def _expect_a_place(release: Release, environment: Environment, parts: Sequence[str]) -> None:
    unknown = sorted(set(parts) - set(environment.parts))
    if unknown:
        has = f"its parts are {', '.join(environment.parts)}" if environment.parts else "it has no parts"
        sentence = f"“{unknown[0][:100]}” is no part of {environment.name}: {has}."
        raise RuleBroken(sentence, errors={"parts": [sentence]})
    stops = stops_of([release]).get(release.pk, [])
    if stops and all(stop.environment_id != environment.pk for stop in stops):
        route = ", ".join(stop.environment.name for stop in stops)
        sentence = f"{environment.name} is no stop of the release's route, which goes by {route}; plan one of these."
        raise RuleBroken(sentence, errors={"environment": [sentence]})


def _expect_no_other(attempts: Sequence[Promotion], environment: Environment) -> None:
    for other in attempts:
        if other.status in UNFINISHED:
            words = str(other.get_status_display()).lower()
            sentence = f"Attempt {other.attempt} into {environment.name} is {words} already; move or cancel that one."
            raise Conflict(sentence, errors={"environment": [sentence]})


def _expect_sense(promotion: Promotion, *, is_new_window: bool = True) -> None:
    """Refuse intervals that end before they start, half a window, and a new window that leaves its own interval out."""
    _expect_order(promotion.starts_at, promotion.ends_at, "ends_at")
    since, until = promotion.approved_from, promotion.approved_until
    if (since is None) != (until is None):
        sentence = "The approved window has both ends, or none."
        raise BadInput(sentence, errors={"approved_until" if until is None else "approved_from": [sentence]})
    if since is None or until is None:
        return
    _expect_order(since, until, "approved_until")
    if is_new_window and not _is_inside(promotion):
        sentence = "The planned interval reaches beyond the approved window; move one of them."
        raise RuleBroken(sentence, errors={"approved_from": [sentence]})


def _expect_order(start: datetime, end: datetime, field: str) -> None:
    try:
        Interval(start, end)
    except BadInput as refusal:
        raise BadInput(refusal.sentence, errors={field: [refusal.sentence]}) from None


def _window(promotion: Promotion) -> tuple[datetime, datetime]:
    """The approved window; by default the planned interval."""
    return promotion.approved_from or promotion.starts_at, promotion.approved_until or promotion.ends_at


def _is_inside(promotion: Promotion) -> bool:
    since, until = _window(promotion)
    return since <= promotion.starts_at and promotion.ends_at <= until


def _stays_inside(promotion: Promotion, window: tuple[datetime, datetime]) -> bool:
    """Whether what was approved still is: the same window, and inside it."""
    return promotion.approved_from is not None and _window(promotion) == window and _is_inside(promotion)


def _fresh(promotion: Promotion) -> Promotion:
    fresh: Promotion = Promotion.objects.with_references().get(pk=promotion.pk)
    return fresh
