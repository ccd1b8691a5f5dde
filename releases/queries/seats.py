"""Who has approved what, counted: the seats that policies ask to be taken before a promotion, and who sits in them.

Each rule is counted by itself, and all have to be met. A person takes one seat, whether they speak for themselves or stand in for
somebody who is away. Whoever asked for the promotion, or changed what an approval of it covers, takes none, nor do those who stand in
for them. What counts is decided here alone: `count` knows no database.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import IntegerField, Value
from django.db.models.functions import Cast

from accounts.models import Absence, Membership, Team, User
from accounts.vocabulary import AccountKind, Role
from policies.queries import Seats, Speakers, Standards, standards_kept
from policies.verdicts import seat
from policies.vocabulary import Urgency
from releases.models import Approval, Author, Promotion
from releases.queries import digests
from releases.queries.digests import Shown
from releases.vocabulary import ApprovalDecision


@dataclass(frozen=True)
class Away:
    """`user` is away in `[starts_at, ends_at)`, UTC, and `delegate` stands in."""

    user: int
    delegate: int
    starts_at: datetime
    ends_at: datetime

    def covers(self, moment: datetime) -> bool:
        return self.starts_at <= moment < self.ends_at


@dataclass(frozen=True)
class Yes:
    """A standing approval: by whom, standing in for whom, for which seats (None: any), to what, and how long (UTC)."""

    by: int
    for_delegator: int | None
    speakers: Speakers | None
    digest: str
    at: datetime
    lapses_at: datetime | None

    @property
    def speaks(self) -> int:
        """Whose seat it is."""
        return self.for_delegator or self.by


@dataclass(frozen=True)
class People:
    """Whoever may decide: `may` says for which seats each may speak, `away` who stands in for whom, `deciders` who decides at all."""

    may: Mapping[int, frozenset[Speakers]]
    deciders: Set[int]
    away: Sequence[Away] = ()

    def excluded(self, barred: Set[int], moment: datetime) -> frozenset[int]:
        """Those in `barred`, and at that moment whoever stands in for them, or for whom who stands in for them."""
        found = set(barred)
        waiting = list(barred)
        while waiting:
            user = waiting.pop()
            new = {each.delegate for each in self.away if each.user == user and each.covers(moment)} - found
            found |= new
            waiting += new
        return frozenset(found)

    def delegators(self, user: int, moment: datetime) -> list[int]:
        """For whom somebody stands in at a moment."""
        return sorted({each.user for each in self.away if each.delegate == user and each.covers(moment)})


@dataclass(frozen=True)
class Counted:
    """The seats taken by which of the approvals: `seats` by their place in the list, None for those that do not count."""

    taken: Mapping[Speakers, int]
    seats: tuple[Speakers | None, ...]
    people: frozenset[int]


def count(
    needs: Mapping[Speakers, int], given: Sequence[Yes], *, digest: str, barred: Set[int], people: People, at: datetime
) -> Counted:
    """Fill the seats with the approvals that hold at an instant for what has this digest; earlier ones keep a seat."""
    holding: list[int] = []
    speaking: list[frozenset[Speakers]] = []
    used: set[int] = set()
    for place, yes in enumerate(given):
        if yes.digest != digest or (yes.lapses_at is not None and yes.lapses_at <= at):
            continue
        if yes.by not in people.deciders or {yes.by, yes.speaks} & people.excluded(barred, yes.at):
            continue
        if {yes.by, yes.speaks} & used:
            continue
        rules = people.may.get(yes.speaks, frozenset())
        if yes.speakers is not None:
            rules &= {yes.speakers}
        used |= {yes.by, yes.speaks}
        holding.append(place)
        speaking.append(rules)
    seating = seat(needs, speaking)
    seats: list[Speakers | None] = [None] * len(given)
    for place, taken in zip(holding, seating.seats, strict=True):
        seats[place] = taken
    return Counted(seating.taken, tuple(seats), frozenset(used))


@dataclass(frozen=True)
class SeatsStanding:
    """How the approvals of one promotion stand at an instant.

    `needs`, `taken` and `missing` are people by seats; `who_may` names, for seats that are missing, the people who could take one
    now, those who stand in for them included; `excluded` are the people who may not, whatever they may speak for. `in_emergency`
    is what is missing still before a break-fix may run, None where its rules let none run sooner. `approvals` are those that stand,
    with the seats they take.
    """

    asked: tuple[Seats, ...]
    needs: Mapping[Speakers, int]
    taken: Mapping[Speakers, int]
    missing: Mapping[Speakers, int]
    who_may: Mapping[Speakers, tuple[int, ...]]
    excluded: frozenset[int]
    shown: Shown
    approvals: tuple[tuple[Approval, Speakers | None], ...]
    spoken: frozenset[int]
    people: People = field(repr=False)
    in_emergency: Mapping[Speakers, int] | None = None

    @property
    def is_met(self) -> bool:
        return not self.missing

    @property
    def is_met_in_emergency(self) -> bool:
        """Whether a break-fix may run on what there is; the rest follows."""
        return self.in_emergency is not None and not self.in_emergency

    @property
    def next_lapse(self) -> datetime | None:
        """When the first of the approvals that count lapses."""
        ends = [approval.lapses_at for approval, seated in self.approvals if seated is not None and approval.lapses_at is not None]
        return min(ends, default=None)

    def seats_of(self, speakers: Speakers) -> Seats:
        return next(each for each in self.asked if each.speakers == speakers)


def standing(
    promotions: Collection[Promotion],
    at: datetime,
    *,
    known: Standards | None = None,
    shown: Mapping[int, Shown] | None = None,
    authors: Mapping[int, Collection[int]] | None = None,
) -> dict[int, SeatsStanding]:
    """How the approvals of promotions stand at an instant (UTC): a fixed number of queries for any number of them.

    Verbs give the standards as they are in their transaction. `shown` are the digests and `authors` who changed what, by promotion,
    where the caller has them already.
    """
    if not promotions:
        return {}
    known = known or standards_kept()
    shown = shown if shown is not None else digests.of(promotions, known)
    asked = {one.pk: known.asked(shown[one.pk].traits, one.environment.stage).seats for one in promotions}
    given: dict[int, list[Approval]] = defaultdict(list)
    found = Approval.objects.filter(promotion__in=[one.pk for one in promotions], decision=ApprovalDecision.APPROVE)
    for approval in found.standing().select_related("rule", "by", "for_delegator").order_by("pk"):
        given[approval.promotion_id].append(approval)
    barred: dict[int, set[int]] = defaultdict(set)
    if authors is None:
        for promotion, user in Author.objects.filter(promotion__in=[one.pk for one in promotions]).values_list("promotion", "user"):
            barred[promotion].add(user)
    else:
        barred.update({promotion: set(users) for promotion, users in authors.items()})
    since = min((approval.at for some in given.values() for approval in some), default=at)
    people = people_for({each.speakers for seats in asked.values() for each in seats}, since=min(since, at))
    return {
        one.pk: _standing(
            one,
            asked[one.pk],
            given.get(one.pk, []),
            barred[one.pk] | ({one.requested_by_id} if one.requested_by_id else set()),
            shown[one.pk],
            people,
            at,
        )
        for one in promotions
    }


def _standing(
    promotion: Promotion,
    asked: tuple[Seats, ...],
    given: Sequence[Approval],
    barred: Set[int],
    shown: Shown,
    people: People,
    at: datetime,
) -> SeatsStanding:
    needs = {each.speakers: each.people for each in asked}
    said = [as_yes(approval) for approval in given]

    def counted(wanted: Mapping[Speakers, int]) -> Counted:
        return count(wanted, said, digest=shown.digest, barred=barred, people=people, at=at)

    whole = counted(needs)
    missing = {speakers: most - whole.taken[speakers] for speakers, most in needs.items() if whole.taken[speakers] < most}
    excluded = people.excluded(barred, at)
    sooner: dict[Speakers, int] | None = None
    if promotion.release.urgency == Urgency.BREAK_FIX and any(each.emergency is not None for each in asked):
        fewer = {each.speakers: each.people if each.emergency is None else each.emergency for each in asked}
        taken = counted(fewer).taken
        sooner = {speakers: most - taken[speakers] for speakers, most in fewer.items() if taken[speakers] < most}
    return SeatsStanding(
        asked=asked,
        needs=needs,
        taken=whole.taken,
        missing=missing,
        who_may={speakers: _who_may(speakers, people, excluded | whole.people, at) for speakers in missing},
        excluded=excluded,
        shown=shown,
        approvals=tuple(zip(given, whole.seats, strict=True)),
        spoken=whole.people,
        people=people,
        in_emergency=sooner,
    )


def as_yes(approval: Approval) -> Yes:
    """What an approval says, without its row."""
    speakers = Speakers(approval.rule.team_id, approval.rule.role) if approval.rule is not None else None
    return Yes(approval.by_id, approval.for_delegator_id, speakers, approval.digest, approval.at, approval.lapses_at)


def capacities(user: int, standing: SeatsStanding, speakers: Speakers | None, at: datetime) -> list[int | None]:
    """In whose place somebody may speak for these seats (None: any): None is their own, others those they stand in for.

    The first takes a seat that is missing, if any of them does. Empty for who may not, or has spoken.
    """
    people = standing.people
    if user not in people.deciders or user in standing.excluded or user in standing.spoken:
        return []
    wanted = frozenset(standing.needs) if speakers is None else frozenset({speakers}) & frozenset(standing.needs)
    others = [each for each in people.delegators(user, at) if each not in standing.excluded and each not in standing.spoken]
    able = [each for each in [user, *others] if people.may.get(each, frozenset()) & wanted]
    able.sort(key=lambda each: not _fills(people.may[each] & wanted, standing))
    return [None if each == user else each for each in able]


def is_asked(user: int, standing: SeatsStanding, at: datetime) -> bool:
    """Whether a yes of somebody would take one more seat: whether a promotion waits for them."""
    if standing.is_met:
        return False
    wanted = frozenset(standing.needs)
    return any(
        _fills(standing.people.may[user if instead is None else instead] & wanted, standing)
        for instead in capacities(user, standing, None, at)[:1]
    )


def _fills(rules: frozenset[Speakers], standing: SeatsStanding) -> bool:
    """Whether one more who speaks for these would take one more seat."""
    said = [
        standing.people.may.get(yes.speaks, frozenset()) & (frozenset(standing.needs) if yes.speakers is None else {yes.speakers})
        for yes in (as_yes(approval) for approval, seated in standing.approvals if seated is not None)
    ]
    return sum(seat(standing.needs, [*said, rules]).taken.values()) > sum(standing.taken.values())


def _who_may(speakers: Speakers, people: People, without: Set[int], at: datetime) -> tuple[int, ...]:
    own = {user for user, rules in people.may.items() if speakers in rules and user not in without}
    instead = {each.delegate for each in people.away if each.user in own and each.covers(at)}
    return tuple(sorted((own | instead) & people.deciders - without))


def people_for(wanted: Collection[Speakers], *, since: datetime) -> People:
    """Whoever may speak for seats, and who stood in for whom from an instant (UTC) on. Two queries.

    Service accounts and auditors decide nothing, and the inactive no more.
    """
    teams = {each.team for each in wanted if each.team is not None}
    roles = {each.role for each in wanted if each.role} | {Role.AUDITOR}
    no_team, no_role = Cast(Value(None), IntegerField()), Value("")
    rows: Iterable[tuple[int, int | None, str]] = (
        Membership.objects.filter(team__in=teams, **_acting("user"))
        .values_list("user", "team", no_role)
        .union(
            Team.objects.filter(pk__in=teams, **_acting("lead")).order_by().values_list("lead", "pk", no_role),
            User.objects.filter(groups__name__in=roles, **_acting()).order_by().values_list("pk", no_team, "groups__name"),
        )
    )
    may: dict[int, set[Speakers]] = defaultdict(set)
    for user, team, role in rows:
        may[user].add(Speakers(team, role))
    away = [
        Away(*row)
        for row in Absence.objects.not_over(since)
        .filter(delegate__isnull=False, **_acting("delegate"))
        .order_by("pk")
        .values_list("user", "delegate", "starts_at", "ends_at")
    ]
    auditors = {user for user, rules in may.items() if Speakers(None, Role.AUDITOR) in rules}
    deciders = (may.keys() | {each.delegate for each in away}) - auditors
    return People({user: frozenset(rules) for user, rules in may.items() if user not in auditors}, deciders, away)


def _acting(path: str = "") -> dict[str, Any]:
    way = f"{path}__" if path else ""
    return {f"{way}is_active": True, f"{way}kind": AccountKind.PERSON}
