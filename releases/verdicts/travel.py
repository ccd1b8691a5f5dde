"""What lies on the way of a promotion: its window and place, the stops before, what it waits for, what it is made of, and its way back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from common import moments
from common.workdays import TooFar
from environments.vocabulary import SoakUnit
from projects.vocabulary import OutputStatus
from releases.queries.cases import WITH_A_WAY_BACK, Case
from releases.queries.soaks import Passage, asked_on
from releases.verdicts.requirements import Requirement, RequirementState, RequirementType
from releases.verdicts.standards import RELEASING
from releases.vocabulary import SUCCESSES, UNFINISHED, ContributionState, Identity, ItemChange

_S, _T = RequirementState, RequirementType
_DELIVERED: Final = frozenset({OutputStatus.DELIVERED, OutputStatus.ACCEPTED})


def timing(case: Case) -> Iterator[Requirement]:
    """The tested interval lies inside the approved window, by default the planned interval, and is not over."""
    promotion = case.promotion
    since, until = promotion.approved_from or case.planned[0], promotion.approved_until or case.planned[1]
    window = moments.interval_words(since, until, case.zone, case.year)
    is_inside = since <= promotion.starts_at and promotion.ends_at <= until
    # What is planned can go until its interval is over; what starts has to fit from this moment on.
    how, words = _S.SATISFIED, f"It lies inside its window, {window}."
    changes_at: datetime | None = promotion.ends_at
    if promotion.ends_at <= case.at:
        ended = moments.instant_words(promotion.ends_at, case.zone, case.year)
        how, words, changes_at = _S.FAILED, f"Its interval ended on {ended}; move it.", None
    elif case.is_starting and promotion.starts_at < since:
        begins = moments.instant_words(since, case.zone, case.year)
        how, words, changes_at = _S.MISSING, f"Its window opens only on {begins}.", since
    elif not is_inside:
        end = moments.instant_words(promotion.ends_at, case.zone, case.year)
        lasts = f"Begun now it would last until {end}" if case.is_starting else "It is planned beside its approved window"
        how, words = _S.MISSING, f"{lasts}; the window is {window}. Move it, or ask for a wider one."
    later = changes_at if changes_at is not None and changes_at > case.at else None
    yield Requirement(_T.TIMING, how, words, RELEASING, until, _move(case), "its window", later)


def booking(case: Case) -> Iterator[Requirement]:
    """It holds its place where it goes. A plan that is none is told of the lanes by whoever asks for it."""
    if case.is_plan:
        return
    start, end = case.planned
    name = case.environment.name
    if case.place is None:
        yield Requirement(
            _T.BOOKING, _S.MISSING, f"It holds no place in {name}; move it to take one.", RELEASING, None, _move(case), "its place"
        )
        return
    since, until = case.place
    # What starts takes its place along, which is refused where the lanes are taken.
    if case.is_starting or (since <= start and (until is None or until >= end)):
        yield Requirement(_T.BOOKING, _S.SATISFIED, f"It has its place in {name}.", "", None, case.url, "its place")
        return
    words = (
        moments.interval_words(since, until, case.zone, case.year) if until else moments.instant_words(since, case.zone, case.year)
    )
    sentence = f"Its place in {name} is for another time, {words}; move it to take one."
    yield Requirement(_T.BOOKING, _S.MISSING, sentence, RELEASING, None, _move(case), "its place")


def route_order(case: Case) -> Iterator[Requirement]:
    """It has been at every stop before, as it is now."""
    release = case.release
    if release.route_id is None:
        return
    if not case.is_on_route:
        sentence = f"{case.environment.name} is no stop of its route; choose another environment, or another route."
        yield Requirement(_T.ROUTE_ORDER, _S.FAILED, sentence, RELEASING, None, f"{release.get_absolute_url()}edit/", "its route")
        return
    missing = [passage for passage in case.passages if passage.passed_at is None]
    url = f"{release.get_absolute_url()}plan/"
    if not missing:
        before = ", ".join(passage.environment.name for passage in case.passages)
        words = f"It has been in {before}." if before else f"{case.environment.name} is the first stop of its route."
        yield Requirement(_T.ROUTE_ORDER, _S.SATISFIED, words, "", None, url, "its route")
        return
    first = ", ".join(_what_is_missing(passage) for passage in missing)
    sentence = f"It has to succeed in {first} first."
    yield Requirement(
        _T.ROUTE_ORDER, _S.MISSING, sentence, RELEASING, case.planned[0], url, "its route", _ahead(case, case.planned[0])
    )


def _what_is_missing(passage: Passage) -> str:
    parts = f" ({', '.join(passage.missing_parts)})" if passage.missing_parts else ""
    return f"{passage.environment.name}{parts}"


def soak(case: Case) -> Iterator[Requirement]:
    """At each stop it came by it has stayed as long as the route asks, and at the last before as long as the policies ask."""
    for passage, asked in asked_on(case.passages, case.asked.schedules):
        if passage.passed_at is not None:
            yield _soaked(case, passage, asked)


def _soaked(case: Case, passage: Passage, asked: list[tuple[int, str]]) -> Requirement:
    where, start = passage.environment.name, case.promotion.starts_at
    name, url = f"soak in {where}", f"{case.release.get_absolute_url()}plan/"

    def so(how: RequirementState, words: str, due_at: datetime | None = None) -> Requirement:
        return Requirement(_T.SOAK, how, words, RELEASING, due_at, url if how != _S.SATISFIED else case.url, name)

    try:
        soaks = [passage.soaked(hours, unit) for hours, unit in asked]
    except TooFar:
        return so(_S.ERRORED, f"The soak in {where} ends more than ten years ahead; shorten it on the route or in the policy.")
    longest = max(asked)
    hours = f"{longest[0]} {'working ' if longest[1] == SoakUnit.WORKING else ''}hour{'' if longest[0] == 1 else 's'}"
    if any(each.reached_at is None for each in soaks):
        return so(
            _S.MISSING, f"Another version took its place in {where} before it had soaked for {hours}; it has to go there again."
        )
    reached = max(each.reached_at for each in soaks if each.reached_at is not None)
    until = moments.instant_words(reached, case.zone, case.year)
    if reached > start:
        return so(_S.MISSING, f"It soaks in {where} until {until}, which is later than it begins; move it.", None)
    return so(_S.SATISFIED, f"It {'has soaked' if reached <= case.at else 'soaks'} in {where} until {until}.")


def prerequisites(case: Case) -> Iterator[Requirement]:
    """What it needs live first is there."""
    for need in case.needs:
        there = [(status, starts_at) for environment, status, starts_at in need.there if environment == case.environment.pk]
        named = need.name or "a restricted release (ask the PMO)"
        url = f"/releases/REL-{need.release}/" if need.name else ""
        name = need.name or "a restricted release"
        where = case.environment.name
        if any(status in SUCCESSES for status, _ in there):
            yield Requirement(_T.PREREQUISITE, _S.SATISFIED, f"{named} is in {where}, as it needs.", "", None, url, name)
            continue
        planned = min((starts_at for status, starts_at in there if status in UNFINISHED), default=None)
        when = "is not planned there"
        if planned is not None:
            when = "is planned there" + (f" for {moments.instant_words(planned, case.zone, case.year)}" if need.name else "")
        sentence = f"It needs {named} in {where} first, which {when}."
        due_at = case.planned[0]
        yield Requirement(
            _T.PREREQUISITE, _S.MISSING, sentence, f"whoever releases {name}", due_at, url, name, _ahead(case, due_at)
        )


def contributions(case: Case) -> Iterator[Requirement]:
    """The outputs it waits for are accepted for it, and delivered."""
    for feed in case.feeds:
        named = feed.name or "an output that is restricted (ask the PMO)"
        name, url = feed.name or "a restricted output", f"/outputs/{feed.output}/" if feed.name else ""
        due_at = case.planned[0]

        def so(how: RequirementState, words: str, who: str, where: str, name: str = name, due_at: datetime = due_at) -> Requirement:
            is_good = how == _S.SATISFIED
            return Requirement(
                _T.CONTRIBUTION,
                how,
                words,
                who,
                None if is_good else due_at,
                where,
                name,
                None if is_good else _ahead(case, due_at),
            )

        if feed.state == ContributionState.OFFERED:
            words = f"It waits for {named}, which is offered and not accepted yet; accept or decline it."
            yield so(_S.MISSING, words, RELEASING, case.release.get_absolute_url())
        elif feed.status in _DELIVERED:
            yield so(_S.SATISFIED, f"{named[:1].upper()}{named[1:]} is delivered.", "", url)
        elif feed.status == OutputStatus.CANCELLED:
            words = f"It waits for {named}, which its project has cancelled; decline it, or plan without it."
            yield so(_S.FAILED, words, RELEASING, case.release.get_absolute_url())
        else:
            day = f", and comes on {moments.day_words(feed.lies_on, case.year)}" if feed.lies_on and feed.name else ""
            yield so(_S.MISSING, f"It waits for {named}, which is not delivered yet{day}.", "its project manager", url)


def artefact_identity(case: Case) -> Iterator[Requirement]:
    """Each item of its candidate says where its definitive copy lies, and by what it is known to be the same that was tested."""
    url = case.release.get_absolute_url()
    items = [item for item in case.shown.values["items"] if item["change"] != ItemChange.REMOVED]
    if not case.shown.values["items"]:
        sentence = "It changes nothing yet: name the services it changes."
        yield Requirement(_T.ARTEFACT_IDENTITY, _S.MISSING, sentence, RELEASING, None, f"{url}items/new/", "what goes in")
        return
    nowhere = [
        item["service"]
        for item in items
        if item["artefact_identity"] != Identity.PER_ENVIRONMENT and not item["artefact_url"] and not item["artefact_digest"]
    ]
    if nowhere:
        verb = "has" if len(nowhere) == 1 else "have"
        sentence = f"{_listed(nowhere)} {verb} no definitive copy in candidate {case.shown.values['candidate']}; say where it lies."
        yield Requirement(
            _T.ARTEFACT_IDENTITY,
            _S.MISSING,
            sentence,
            RELEASING,
            case.planned[0],
            url,
            "definitive copies",
            _ahead(case, case.planned[0]),
        )
        return
    unsaid = [
        item["service"] for item in items if not item["artefact_url"] and item["artefact_identity"] != Identity.PER_ENVIRONMENT
    ]
    sentence = f"Candidate {case.shown.values['candidate']} says where everything lies."
    if unsaid:
        # Enough to know it by, but not to fetch it: who releases over it needs an address to go back to.
        what = f"it is known by {'its digest' if len(unsaid) == 1 else 'their digests'}"
        sentence = f"Where {_listed(unsaid)} lies is not said, but {what}; the next release over it needs an address to go back to."
    yield Requirement(_T.ARTEFACT_IDENTITY, _S.SATISFIED, sentence, "", None, url, "definitive copies")


def roll_back(case: Case) -> Iterator[Requirement]:
    """Where users are, there is a plan for the way back, and what is there now can still be fetched."""
    if case.environment.stage not in WITH_A_WAY_BACK:
        return
    url = f"{case.release.get_absolute_url()}edit/"
    due_at = case.planned[0]
    if not case.release.rollback_plan.strip():
        sentence = "It has no plan for rolling back; write down how what is there now comes back."
        yield Requirement(_T.ROLL_BACK, _S.MISSING, sentence, RELEASING, due_at, url, "the way back", _ahead(case, due_at))
    elif case.nowhere:
        sentence = f"What is there now of {_listed(list(case.nowhere))} has no definitive copy to go back to; say where it lies."
        yield Requirement(_T.ROLL_BACK, _S.MISSING, sentence, RELEASING, due_at, url, "the way back", _ahead(case, due_at))
    else:
        yield Requirement(
            _T.ROLL_BACK, _S.SATISFIED, "There is a way back: a plan, and what to go back to.", "", None, url, "the way back"
        )


def _move(case: Case) -> str:
    return case.url if case.is_plan else f"{case.url}move/"


def _ahead(case: Case, moment: datetime) -> datetime | None:
    return moment if moment > case.at else None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
