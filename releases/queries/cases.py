"""All that a verdict looks at, fetched for any number of promotions in the same few queries, and for plans that are no promotions yet."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject

from environments.models import Booking, Environment, RouteVersion, Stop
from environments.vocabulary import Stage
from policies.queries import Asked, Standards, standards_kept
from policies.vocabulary import EvidenceKind
from releases.models import (
    Artefact,
    Author,
    Candidate,
    Contribution,
    Deployment,
    Gate,
    Item,
    Obligation,
    Prerequisite,
    Promotion,
    Release,
    Waiver,
)
from releases.queries import digests, gates, preparations, seats, soaks
from releases.queries.builds import Build, builds_from
from releases.queries.digests import Contents, Shown
from releases.queries.seats import SeatsStanding
from releases.queries.soaks import Passage
from releases.vocabulary import (
    SUCCESSES,
    UNFINISHED,
    Extent,
    GateState,
    Identity,
    ItemChange,
    PromotionStatus,
    ReleaseStatus,
    Strength,
)

#: As what promotions hold their places.
_HOLDER: Final = "promotion"
#: Where a way back has to be ready before anything goes in.
WITH_A_WAY_BACK: Final = frozenset({Stage.PRODUCTION, Stage.RECOVERY})


class Feed(NamedTuple):
    """An output that a release waits for; `name` is empty when it is restricted."""

    output: int
    name: str
    state: str
    status: str
    lies_on: date | None


@dataclass(frozen=True)
class Need:
    """A release needed live first, and where it is planned or was: environment, status, start. `name` is empty when it is restricted."""

    release: int
    name: str
    there: tuple[tuple[int, str, datetime], ...]


class Debt(NamedTuple):
    """What a break-fix of a service still owes, until when; `release` is empty when it is restricted."""

    promotion: int
    release: str
    service: str
    what: str
    due_at: datetime


class Toll(NamedTuple):
    """A gate before a promotion: its state, why in a sentence, and until when it is waived, if it is."""

    gate: Gate
    state: str
    sentence: str
    waived_until: datetime | None


@dataclass(frozen=True)
class Case:
    """One promotion beside all that bears on it. It begins and ends where it is tested; a plan that is none has no number above zero.

    `planned` is the interval it has. Its gates are as they are for its candidate; `place` is the interval it holds there (None: none,
    an end of None: open); `nowhere` the services whose present version there has no definitive copy. `members` are those of a package.
    """

    promotion: Promotion
    planned: tuple[datetime, datetime]
    asked: Asked
    policies: Mapping[int, int]
    gates: Sequence[Toll]
    seats: SeatsStanding
    shown: Shown
    passages: Sequence[Passage]
    is_on_route: bool
    has_items: bool
    place: tuple[datetime, datetime | None] | None
    feeds: Sequence[Feed]
    needs: Sequence[Need]
    debts: Sequence[Debt]
    nowhere: Sequence[str]
    at: datetime
    is_starting: bool = False
    members: "tuple[Case, ...]" = ()

    @property
    def release(self) -> Release:
        return self.promotion.release

    @property
    def environment(self) -> Environment:
        return self.promotion.environment

    @property
    def is_plan(self) -> bool:
        """Whether nothing of it is written yet."""
        return self.promotion.pk < 0

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.environment.time_zone)

    @property
    def year(self) -> int:
        """The one that sentences need not name."""
        return self.at.astimezone(self.zone).year

    @property
    def url(self) -> str:
        return self.release.get_absolute_url() if self.is_plan else self.promotion.get_absolute_url()


class _Around(NamedTuple):
    """What a release waits for, needs, is held up by, what of its services lies nowhere (by environment), and whether it had candidates."""

    feeds: tuple[Feed, ...]
    needs: tuple[Need, ...]
    debts: tuple[Debt, ...]
    nowhere: tuple[tuple[int, str], ...]
    has_several: bool


class _Found(NamedTuple):
    """A promotion with what lies around it, its place, and who changed what approvals of it cover."""

    promotion: Promotion
    around: _Around
    place: tuple[datetime, datetime | None] | None
    authors: tuple[int, ...]


def planned(release: Release, environment: Environment, starts_at: datetime, ends_at: datetime, *, number: int = -1) -> Promotion:
    """A promotion that is only asked about, of the newest candidate of a release; never saved. `number` is below zero."""
    candidate = Candidate.objects.filter(release=release).order_by("-number").first()
    return _plan(release, environment, candidate or Candidate(pk=0, release=release), starts_at, ends_at, number)


def cases(
    promotions: Sequence[Promotion], at: datetime, *, known: Standards | None = None, is_starting: bool = False
) -> list[Case]:
    """The cases of promotions in their order, those that are gone left out. `known` are the standards of a transaction that changes them.

    `is_starting`: they are to begin at `at`, and to last as long as they are planned. The same queries for any number of promotions.
    """
    written = _written({each.pk for each in promotions if each.pk > 0})
    asked = written | _unwritten([each for each in promotions if each.pk < 0])
    found = [asked[each.pk] for each in promotions if each.pk in asked]
    known = known or standards_kept()
    members = _members([each.promotion for each in found])
    everything = [*found, *(member for some in members.values() for member in some)]
    made = _made(everything, at, known, is_starting=is_starting)
    return [
        replace(
            made[each.promotion.pk],
            members=tuple(made[member.promotion.pk] for member in members.get(each.promotion.pk, ())),
        )
        for each in found
    ]


def _made(found: Sequence[_Found], at: datetime, known: Standards, *, is_starting: bool) -> dict[int, Case]:
    if not found:
        return {}
    promotions = [each.promotion for each in found]
    planned_for = {each.pk: (each.starts_at, each.ends_at) for each in promotions}
    if is_starting:
        for each in promotions:
            each.starts_at, each.ends_at = at, at + (each.ends_at - each.starts_at)
    contents, builds = _contents(found)
    shown = digests.of(promotions, known, contents=contents)
    authors = {each.promotion.pk: each.authors for each in found}
    standing = seats.standing(promotions, at, known=known, shown=shown, authors=authors)
    stops = _stops({each.release_id: each.release for each in promotions}.values())
    passages = soaks.passages(promotions, stops=stops, builds=builds)
    gates_of = _gates(promotions, at, is_starting=is_starting)
    cases: dict[int, Case] = {}
    for one in found:
        each, beside = one.promotion, one.around
        traits = shown[each.pk].traits
        own_stops = stops.get(each.release_id, ())
        cases[each.pk] = Case(
            promotion=each,
            planned=planned_for[each.pk],
            asked=known.asked(traits, each.environment.stage),
            policies={version.pk: version.policy_id for version in known.versions},
            gates=gates_of.get(each.pk, ()),
            seats=standing[each.pk],
            shown=shown[each.pk],
            passages=passages[each.pk],
            is_on_route=not own_stops or any(stop.environment_id == each.environment_id for stop in own_stops),
            has_items=bool(shown[each.pk].values["items"]),
            place=one.place,
            feeds=beside.feeds,
            needs=beside.needs,
            debts=beside.debts,
            nowhere=[service for environment, service in beside.nowhere if environment == each.environment_id],
            at=at,
            is_starting=is_starting,
        )
    return cases


# --- promotions, written and not


def _written(ids: Collection[int]) -> dict[int, _Found]:
    if not ids:
        return {}
    return {each.pk: _found(each) for each in _promotions().filter(pk__in=ids)}


@cache
def _promotions() -> Any:
    """Promotions with all that lies around them. Made once: putting it together costs as much as asking it."""
    places = Booking.objects.filter(holder_kind=_HOLDER, holder_id=OuterRef("pk"))
    return Promotion.objects.select_related("release", "candidate", "environment").annotate(
        place_from=Subquery(places.values("starts_at")[:1]),
        place_until=Subquery(places.values("ends_at")[:1]),
        author_ids=ArraySubquery(Author.objects.filter(promotion=OuterRef("pk")).order_by().values("user")),
        **_beside("release"),
    )


def _unwritten(plans: Sequence[Promotion]) -> dict[int, _Found]:
    """What lies around plans that are no promotions; one query."""
    if not plans:
        return {}
    rows = Release.objects.filter(pk__in={each.release_id for each in plans}).annotate(**_beside("pk"))
    beside = {each.pk: _around(each) for each in rows}
    return {each.pk: _Found(each, beside[each.release_id], None, ()) for each in plans if each.release_id in beside}


def _found(row: Any) -> _Found:
    place = (row.place_from, row.place_until) if row.place_from else None
    return _Found(row, _around(row), place, tuple(row.author_ids))


def _plan(
    release: Release, environment: Environment, candidate: Candidate, starts_at: datetime, ends_at: datetime, number: int
) -> Promotion:
    return Promotion(
        pk=number,
        release=release,
        environment=environment,
        candidate=candidate,
        starts_at=starts_at,
        ends_at=ends_at,
        status=PromotionStatus.DRAFT,
    )


def _members(promotions: Collection[Promotion]) -> dict[int, list[_Found]]:
    """How the members of packages go where their package goes: as they are planned there themselves, else together with it."""
    packages = {each.release_id for each in promotions if each.release.extent == Extent.PACKAGE}
    if not packages:
        return {}
    newest = Candidate.objects.filter(release=OuterRef("pk")).order_by("-number").values("pk")[:1]
    members = list(
        Release.objects.filter(package__in=packages)
        .exclude(status__in=(ReleaseStatus.CANCELLED, ReleaseStatus.RETIRED))
        .annotate(newest=Subquery(newest))
        .order_by("pk")
    )
    environments = {each.environment_id for each in promotions}
    own = Promotion.objects.filter(release__in=members, environment__in=environments, status__in=UNFINISHED | SUCCESSES)
    there: dict[tuple[int, int], list[int]] = defaultdict(list)
    done: set[tuple[int, int]] = set()
    for pk, release, environment, status in own.order_by("starts_at", "id").values_list("pk", "release", "environment", "status"):
        if status in SUCCESSES:
            done.add((release, environment))
        else:
            there[release, environment].append(pk)
    written = _written({pk for some in there.values() for pk in some})
    found: dict[int, list[_Found]] = defaultdict(list)
    plans: list[tuple[int, Promotion]] = []
    number = min((each.pk for each in promotions), default=0)
    for each in promotions:
        for member in members:
            place = (member.pk, each.environment_id)
            if member.package_id != each.release_id or (place in done and place not in there):
                continue
            if place in there:
                found[each.pk].append(written[there[place][0]])
                continue
            number = min(number, 0) - 1
            candidate = Candidate(pk=member.newest or 0, release=member)
            plans.append((each.pk, _plan(member, each.environment, candidate, each.starts_at, each.ends_at, number)))
    beside = _unwritten([plan for _, plan in plans])
    for package, plan in plans:
        found[package].append(beside[plan.pk])
    return found


# --- what is around them


def _stops(releases: Iterable[Release]) -> dict[int, list[Stop]]:
    """The stops of each release with a route, by the version it is pinned to, else by the newest; one query."""
    travelling = [release for release in releases if release.route_id is not None]
    if not travelling:
        return {}
    newest = RouteVersion.objects.filter(route__in={release.route_id for release in travelling})
    pinned = {release.route_version_id for release in travelling} - {None}
    rows = (
        Stop.objects.filter(
            Q(version__in=newest.order_by("route_id", "-number").distinct("route_id").values("pk")) | Q(version__in=pinned)
        )
        .select_related("environment", "version")
        .order_by("position", "id")
    )
    by_version: dict[int, list[Stop]] = defaultdict(list)
    last: dict[int, tuple[int, int]] = {}
    for stop in rows:
        by_version[stop.version_id].append(stop)
        last[stop.version.route_id] = max(last.get(stop.version.route_id, (0, 0)), (stop.version.number, stop.version_id))
    return {
        release.pk: by_version.get(release.route_version_id or last.get(release.route_id or 0, (0, 0))[1], [])
        for release in travelling
    }


def _beside(way: str) -> dict[str, Any]:
    """What bears on a release from outside, as lists of JSON to annotate rows with; `way` is where their release stands."""
    project = "output__project__"
    feeds = Contribution.objects.filter(release=OuterRef(way), strength=Strength.HARD).standing().order_by("id")
    needs = Prerequisite.objects.filter(release=OuterRef(way)).order_by("id", "needs__promotions__starts_at")
    owing = "promotion__release__"
    services = Item.objects.filter(release=OuterRef(OuterRef(way))).values("service")
    debts = Obligation.objects.unmet().filter(**{f"{owing}items__service__in": services}).order_by("due_at", "id")
    live = Deployment.objects.live().filter(service__in=services, environment__stage__in=WITH_A_WAY_BACK)
    copies = Artefact.objects.filter(item=OuterRef("item"), candidate=OuterRef("promotion__candidate"))
    lost = live.filter(~Exists(copies.filter(~Q(address="") | Q(identity=Identity.PER_ENVIRONMENT)))).exclude(
        item__change=ItemChange.REMOVED
    )
    there = "needs__promotions__"
    told: Mapping[str, Any] = {
        "feeds": feeds.values(
            row=JSONObject(
                output="output",
                name="output__name",
                state="state",
                status="output__status",
                lies_on="output__lies_on",
                hidden=Coalesce(f"{project}restricted_until", f"{project}program__restricted_until"),
            )
        ),
        "needs": needs.values(
            row=JSONObject(
                release="needs",
                name="needs__name",
                version="needs__version",
                hidden="needs__restricted_until",
                environment=f"{there}environment",
                status=f"{there}status",
                starts_at=f"{there}starts_at",
            )
        ),
        "debts": debts.values(
            row=JSONObject(
                promotion="promotion",
                name=f"{owing}name",
                version=f"{owing}version",
                hidden=f"{owing}restricted_until",
                service=f"{owing}items__service__name",
                what=Coalesce("gate__name", "rule__name"),
                due_at="due_at",
            )
        ),
        "nowhere": lost.order_by("service__name").values(row=JSONObject(environment="environment", service="service__name")),
    }
    later = Candidate.objects.filter(release=OuterRef(way), number__gt=1)
    return {f"beside_{name}": ArraySubquery(each) for name, each in told.items()} | {"beside_later": Exists(later)}


def _around(row: Any) -> _Around:
    return _Around(
        _feeds(row.beside_feeds),
        _needs(row.beside_needs),
        _debts(row.beside_debts),
        tuple((each["environment"], each["service"]) for each in row.beside_nowhere),
        row.beside_later,
    )


def _contents(found: Sequence[_Found]) -> tuple[Contents, Mapping[int, Build] | None]:
    """What is in these releases, and their builds where there are several to tell apart: two queries, or three."""
    releases = {each.promotion.release_id for each in found}
    several = {each.promotion.release_id for each in found if each.around.has_several}
    items: dict[int, list[Item]] = defaultdict(list)
    for item in Item.objects.filter(release__in=releases).select_related("service").order_by("service__slug"):
        items[item.release_id].append(item)
    wanted = Q(pk__in={each.promotion.candidate_id for each in found})
    if several:
        wanted |= Q(release__in=several)
    built: dict[int, dict[int, tuple[str, str, str, str | None]]] = defaultdict(dict)
    candidates: dict[int, int] = {}
    # From the candidates, since one may have been built of nothing.
    columns = ("pk", "release", *(f"artefacts__{name}" for name in ("item", "address", "identity", "digest", "version")))
    for candidate, release, item, address, identity, digest, version in Candidate.objects.filter(wanted).values_list(*columns):
        candidates[candidate] = release
        if item is not None:
            built[candidate][item] = (address, identity, digest, version)
    contents = Contents(items, built, several)
    if not several:
        return contents, None
    rows = [
        (item.pk, item.release_id, item.service_id, item.service.name, item.version, item.change)
        for some in items.values()
        for item in some
    ]
    artefacts = {(candidate, item): build for candidate, builds in built.items() for item, build in builds.items()}
    return contents, builds_from(candidates, rows, artefacts)


def _feeds(rows: Iterable[Mapping[str, Any]]) -> tuple[Feed, ...]:
    return tuple(
        Feed(
            row["output"],
            "" if row["hidden"] else row["name"],
            row["state"],
            row["status"],
            date.fromisoformat(row["lies_on"]) if row["lies_on"] else None,
        )
        for row in rows
    )


def _needs(rows: Iterable[Mapping[str, Any]]) -> tuple[Need, ...]:
    names: dict[int, str] = {}
    there: dict[int, list[tuple[int, str, datetime]]] = defaultdict(list)
    for row in rows:
        names[row["release"]] = "" if row["hidden"] else f"{row['name']} {row['version']}"
        if row["environment"] is not None:
            there[row["release"]].append((row["environment"], row["status"], datetime.fromisoformat(row["starts_at"])))
    return tuple(Need(release, name, tuple(there[release])) for release, name in names.items())


def _debts(rows: Iterable[Mapping[str, Any]]) -> tuple[Debt, ...]:
    return tuple(
        Debt(
            row["promotion"],
            "" if row["hidden"] else f"{row['name']} {row['version']}",
            row["service"],
            row["what"],
            datetime.fromisoformat(row["due_at"]),
        )
        for row in rows
    )


@cache
def _asked_gates() -> Any:
    """What is asked of releases, with the instant until which it is waived, the newest candidate, and what a gate follows from."""
    waivers = Waiver.objects.filter(gate=OuterRef("pk"), end=None).order_by("-expires_at").values("expires_at")[:1]
    newest = Candidate.objects.filter(release=OuterRef("release")).order_by("-number").values("pk")[:1]
    needs = models.Case(models.When(rule__evidence=EvidenceKind.PREPARATIONS, then=preparations.as_rows()))
    narrow = Gate.objects.asked().select_related("rule__version", "owner_team", "release")
    return narrow.annotate(waived_until=Subquery(waivers), newest=Subquery(newest), needs=needs)


def _gates(promotions: Sequence[Promotion], at: datetime, *, is_starting: bool) -> dict[int, list[Toll]]:
    """What stands before each promotion. Kept states are of the newest candidate; what starts, or goes with another one, is asked anew."""
    stages = {each.environment.stage for each in promotions}
    rows = _asked_gates().filter(release__in={each.release_id for each in promotions}, stage__in=stages)
    by_release: dict[int, list[Any]] = defaultdict(list)
    for gate in rows.order_by("due_on", "id"):
        by_release[gate.release_id].append(gate)
    found: dict[int, list[Toll]] = defaultdict(list)
    exactly: list[tuple[Promotion, Any]] = []
    for each in promotions:
        for gate in by_release.get(each.release_id, ()):
            if gate.stage != each.environment.stage:
                continue
            if is_starting or (each.candidate_id or None) != gate.newest:
                exactly.append((each, gate))
            else:
                until = gate.waived_until if gate.state == GateState.WAIVED else None
                found[each.pk].append(Toll(gate, gate.state, _kept_words(gate), until))
    states = gates.states_of([(gate, each.candidate_id or None) for each, gate in exactly], at)
    for each, gate in exactly:
        standing = states[gate.pk, each.candidate_id or None]
        found[each.pk].append(Toll(gate, standing.state, standing.sentence, standing.changes_at))
    return found


def _kept_words(gate: Any) -> str:
    """Why a gate is what it is kept as; of one that follows from what audiences need, what is missing."""
    missing = preparations.of_rows(gate.needs).missing(gate.area) if gate.state == GateState.OPEN and gate.needs is not None else ""
    return missing or _KEPT_WORDS[gate.state]


_KEPT_WORDS: Final[Mapping[str, str]] = {
    GateState.OPEN: "It is open.",
    GateState.PASSED: "It is passed.",
    GateState.FAILED: "It failed.",
    GateState.WAIVED: "It is waived.",
}
