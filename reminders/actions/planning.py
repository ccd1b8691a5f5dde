"""Planning: which reminders follow from how things stand, and from what happened.

What is planned is a consequence: made anew as a whole, or for the releases and projects that something happened to, with the same
answer. Whoever plans holds an advisory lock, so that any number of clocks and workers are as good as one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection, transaction
from django.db.models import Q
from psycopg2.extras import execute_values

from common.locks import Lock, take, take_if_free
from history.models import Event, Fact
from history.queries import last_number
from projects.models import Output
from releases.models import Contribution, Gate, Prerequisite, Promotion, Release
from reminders.models import Epoch, Reminder, Rule
from reminders.occasions import ALL, DATED, TOLD, Moment, News, Scope
from reminders.queries.offsets import all_due, digest_of, span_of
from reminders.vocabulary import HORIZON, LATE, LOOKED_BACK, NEWS_FOR, Occasion, ReminderState

#: A pass over everything comes round so often, for what comes into sight by itself.
EVERY: Final = timedelta(hours=1)
#: With more releases or projects than these, everything is planned anew instead.
MOST_SCOPES: Final = 2_000
_EVENTS_AT_ONCE: Final = 5_000

Key = tuple[int, int, datetime]
Scopes = dict[Scope, set[int]]


@dataclass(frozen=True)
class _Wanted:
    """One reminder as it should be. `may_come`: it is made if it isn't there; else it is only left alone where it is, of this moment."""

    rule: Rule
    moment: Moment
    due_at: datetime
    may_come: bool

    @property
    def key(self) -> Key:
        return self.rule.pk, self.moment.subject, self.due_at

    def comes_before(self, other: "_Wanted") -> bool:
        return (not self.may_come, self.moment.at) < (not other.may_come, other.moment.at)


@dataclass
class _Read:
    """What facts come to: what has to be planned anew, what is to be told, and since when (UTC) things may be otherwise."""

    since: datetime
    scopes: Scopes = field(default_factory=lambda: {Scope.RELEASE: set(), Scope.PROJECT: set()})
    everything: bool = False
    news: list[News] = field(default_factory=list)


def plan(*, at: datetime) -> int:
    """Plan everything from how things stand at an instant (UTC), and cancel what is no longer true; gives how many rows it wrote.

    While somebody else plans, nothing: they do.
    """
    with transaction.atomic():
        if not _alone():
            return 0
        epoch = Epoch.objects.present()
        floor = at - LATE
        if epoch.planned_at:
            # Nobody looked for long: what came into sight and was due meanwhile is said late.
            floor = min(floor, max(epoch.planned_at + HORIZON, at - LOOKED_BACK))
        written = _follow(None, at, floor, epoch.held_until)
        Epoch.objects.update(planned_at=at)
    return written


def plan_for(*, releases: Collection[int] = (), projects: Collection[int] = (), at: datetime) -> int:
    """The same for some releases and projects (ids) alone; waits for whoever plans."""
    with transaction.atomic():
        take(Lock.PLANNING_REMINDERS)
        scopes = {Scope.RELEASE: set(releases), Scope.PROJECT: set(projects)}
        return _follow(scopes, at, at - LATE, Epoch.objects.present().held_until)


def catch_up(*, at: datetime) -> int:
    """Read what happened since it was last asked: tell it, and plan anew what it concerns; a full pass when one is due.

    Numbers of events follow commits without holes, so that each is read once, however many ask. Gives how many rows were written. While
    somebody else plans, what has just happened is left to them, or to the next look.
    """
    written = 0
    while True:
        with transaction.atomic():
            if not _alone():
                return written
            epoch = Epoch.objects.present()
            last = last_number()
            if epoch.read_until is None or epoch.read_until > last:
                # Nothing was ever told here, or a backup was restored: what lies before was told, or never will be.
                Epoch.objects.update(read_until=last)
                break
            until = min(last, epoch.read_until + _EVENTS_AT_ONCE)
            if until == epoch.read_until:
                break
            read = _read(epoch.read_until, until, at)
            written += _tell(read.news, at, epoch.held_until)
            if read.everything or sum(map(len, read.scopes.values())) > MOST_SCOPES:
                written += _follow(None, at, read.since, epoch.held_until)
            else:
                written += _follow(read.scopes, at, read.since, epoch.held_until)
            Epoch.objects.update(read_until=until)
    planned_at = Epoch.objects.values_list("planned_at", flat=True).get()
    # A clock that was put back is no reason to wait.
    if planned_at is None or not planned_at <= at < planned_at + EVERY:
        written += plan(at=at)
    return written


def _alone() -> bool:
    """Whether nobody else plans until this transaction ends."""
    return take_if_free(Lock.PLANNING_REMINDERS)


# --- what is planned


def _follow(scopes: Scopes | None, at: datetime, floor: datetime, held_until: datetime | None) -> int:
    """Make what is planned be what follows; `floor`: what was due since then may still come, though it was never planned."""
    rules = [rule for rule in Rule.objects.on() if rule.occasion in DATED]
    concerned = [rule for rule in rules if scopes is None or scopes[DATED[Occasion(rule.occasion)].scope]]
    cancelled = 0
    if scopes is None:
        cancelled = Reminder.objects.planned().filter(rule__is_on=False).update(state=ReminderState.CANCELLED)
    if not concerned:
        return cancelled
    present = _present(concerned, scopes)
    wanted: dict[Key, _Wanted] = {}
    for rule, moment in _moments(concerned, scopes, at):
        for each in _of_moment(rule, moment, at, floor):
            # Of two moments that speak at the same time, such as of two approvals that lapse, the earlier one counts.
            is_there = each.key in present and present[each.key].moment_at == each.moment.at
            if (each.may_come or is_there) and (each.key not in wanted or each.comes_before(wanted[each.key])):
                wanted[each.key] = each
    cancelled += _cancel([found.pk for key, found in present.items() if key not in wanted])
    return cancelled + _write(list(wanted.values()), held_until)


def _moments(rules: Sequence[Rule], scopes: Scopes | None, at: datetime) -> Iterator[tuple[Rule, Moment]]:
    """The moments of which each rule may speak; rules of the same occasion ask it once, for all that any of them wants to know."""
    together: dict[tuple[Occasion, int], list[Rule]] = defaultdict(list)
    for rule in rules:
        together[Occasion(rule.occasion), rule.assumed_days].append(rule)
    for (name, _), some in together.items():
        occasion = DATED[name]
        spans = [span_of(rule, at, None if scopes is None else scopes[occasion.scope]) for rule in some]
        widest = replace(spans[0], since=min(span.since for span in spans), until=max(span.until for span in spans))
        for moment in occasion.moments(widest):
            for rule in some:
                yield rule, moment


def _of_moment(rule: Rule, moment: Moment, at: datetime, floor: datetime) -> Iterable[_Wanted]:
    """When a rule speaks of a moment. What is past comes only as the last word while the moment is still ahead, or since `floor`."""
    due = all_due(rule, moment)
    passed = [each for each in due if each <= at]
    last_before = passed[-1] if passed and moment.at > at else None
    for each in due:
        is_ahead = at < each <= at + HORIZON
        is_late = each <= at and (each == last_before or each > floor)
        yield _Wanted(rule, moment, each, (is_ahead or is_late) and each >= rule.on_since)


class _Present(NamedTuple):
    """What waits to be said: its row, and of which moment it is."""

    pk: int
    moment_at: datetime


def _present(rules: Sequence[Rule], scopes: Scopes | None) -> dict[Key, _Present]:
    """What waits to be said by rules, of the scopes."""
    waiting = Reminder.objects.filter(state__in=(ReminderState.PLANNED, ReminderState.HELD))
    by_scope: dict[Scope, list[int]] = defaultdict(list)
    for rule in rules:
        by_scope[DATED[Occasion(rule.occasion)].scope].append(rule.pk)
    asked = Q(pk__in=[])
    for scope, numbers in by_scope.items():
        asked |= Q(rule__in=numbers, **({} if scopes is None else {"scope_id__in": scopes[scope]}))
    rows = waiting.filter(asked).order_by().values_list("rule_id", "subject_id", "due_at", "pk", "moment_at")
    return {(rule, subject, due): _Present(number, moment) for rule, subject, due, number, moment in rows}


def _cancel(numbers: Sequence[int]) -> int:
    waiting = Reminder.objects.filter(pk__in=numbers, state__in=(ReminderState.PLANNED, ReminderState.HELD))
    return waiting.update(state=ReminderState.CANCELLED) if numbers else 0


_WRITE: Final = """
    INSERT INTO reminders_reminder AS r (rule_id, subject_kind, subject_id, scope_id, due_at, moment_at, zone, digest, state) VALUES %s
    ON CONFLICT (rule_id, subject_kind, subject_id, due_at) DO UPDATE
    SET scope_id = excluded.scope_id, moment_at = excluded.moment_at, zone = excluded.zone, digest = excluded.digest,
        state = CASE WHEN r.state = 'held' THEN r.state ELSE excluded.state END
    WHERE r.state = 'cancelled' OR (r.state IN ('planned', 'held') AND r.digest <> excluded.digest)
"""


def _write(wanted: Sequence[_Wanted], held_until: datetime | None) -> int:
    """Insert what is not there, have what was cancelled be planned again, and leave alone what was said."""
    if not wanted:
        return 0
    rows = [
        (
            each.rule.pk,
            ALL[Occasion(each.rule.occasion)].kind,
            each.moment.subject,
            each.moment.scope,
            each.due_at,
            each.moment.at,
            each.moment.zone,
            digest_of(each.moment),
            ReminderState.HELD.value if held_until and each.due_at <= held_until else ReminderState.PLANNED.value,
        )
        for each in wanted
    ]
    written = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), 1_000):
            execute_values(cursor.cursor, _WRITE, rows[start : start + 1_000], page_size=1_000)
            written += cursor.rowcount
    return written


# --- what happened


def _tell(news: Sequence[News], at: datetime, held_until: datetime | None) -> int:
    wanted: dict[Key, _Wanted] = {}
    for rule in Rule.objects.on():
        occasion = TOLD.get(Occasion(rule.occasion))
        for moment in occasion.happened(news) if occasion else ():
            for each in (_Wanted(rule, moment, due, True) for due in all_due(rule, moment)):
                if each.due_at >= rule.on_since:
                    wanted[each.key] = each
    return _write(list(wanted.values()), held_until)


def _read(after: int, until: int, at: datetime) -> _Read:
    """What the facts of events with numbers in `(after, until]` come to."""
    events = dict(Event.objects.filter(number__gt=after, number__lte=until).values_list("pk", "at"))
    read = _Read(since=max(min(at - LATE, *events.values()), at - NEWS_FOR))
    facts = Fact.objects.filter(event__in=events, subject_kind__in=_KINDS).order_by("event__number", "position")
    seen: dict[str, set[int]] = defaultdict(set)
    for event, kind, number, verb, data in facts.values_list("event_id", "subject_kind", "subject_id", "verb", "data"):
        columns = data.get("columns", ())
        named = frozenset(columns) if isinstance(columns, list) else frozenset[str]()
        seen[kind].add(number)
        read.everything |= kind == "rule" or (kind in _EVERYWHERE and bool(named & _EVERYWHERE[kind]))
        if events[event] > at - NEWS_FOR:
            read.news.append(News(kind, number, verb, events[event], named))
    releases, projects = read.scopes[Scope.RELEASE], read.scopes[Scope.PROJECT]
    releases |= seen["release"]
    for kind, rows in (("promotion", Promotion.objects), ("gate", Gate.objects)):
        if seen[kind]:
            releases |= set(rows.filter(pk__in=seen[kind]).values_list("release_id", flat=True))
    if seen["output"]:
        projects |= set(Output.objects.filter(pk__in=seen["output"]).values_list("project_id", flat=True))
    projects |= seen["project"]
    # An output may put a release at risk, and a release those that need it or belong to it.
    if seen["output"]:
        releases |= set(Contribution.objects.filter(output__in=seen["output"]).values_list("release_id", flat=True))
    if releases:
        projects |= set(Contribution.objects.filter(release__in=releases).values_list("output__project_id", flat=True))
        others = Prerequisite.objects.filter(needs__in=releases).values_list("release_id", flat=True)
        releases |= set(others) | set(Release.objects.filter(package__in=releases).values_list("pk", flat=True))
    return read


_KINDS: Final = ("release", "promotion", "gate", "output", "project", "environment", "team", "rule")
#: What lies under so much that everything is planned anew: clocks and calendars, besides the rules themselves.
_EVERYWHERE: Final[Mapping[str, frozenset[str]]] = {
    "environment": frozenset({"time_zone", "region"}),
    "team": frozenset({"region"}),
}


def stands(reminders: Iterable[Reminder], at: datetime) -> set[int]:
    """Those of reminders (ids), with their rules, of which it is still true at an instant (UTC) what they say: asked before they are sent.

    A fixed number of queries for each rule among them. What happened stays true.
    """
    by_rule: dict[Rule, list[Reminder]] = defaultdict(list)
    for reminder in reminders:
        by_rule[reminder.rule].append(reminder)
    found: set[int] = set()
    for rule, some in by_rule.items():
        occasion = DATED.get(Occasion(rule.occasion))
        if not rule.is_on:
            continue
        if occasion is None:
            found |= {one.pk for one in some}
            continue
        asked = [one.due_at for one in some]
        span = span_of(rule, at, {one.scope_id for one in some}, between=(min(asked), max(asked)))
        due = {(moment.subject, each) for moment in occasion.moments(span) for each in all_due(rule, moment)}
        found |= {one.pk for one in some if (one.subject_id, one.due_at) in due}
    return found
