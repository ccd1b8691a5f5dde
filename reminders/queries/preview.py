"""What a rule would have said lately: reckoned from how things and people are known now, written nowhere."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from accounts.models import User
from history.models import Event, Fact
from releases.models import Gate, Promotion
from reminders.models import Delivery, Reminder, Rule
from reminders.occasions import ALL, DATED, TOLD, Dated, Moment, News, Span, Told
from reminders.queries.letters import Letter, Letters
from reminders.queries.offsets import all_due, span_of
from reminders.queries.recipients import Recipient, recipients
from reminders.queries.visibility import Seen
from reminders.vocabulary import Audience, DeliveryState, Occasion, ReminderState

LOOKED_BACK: Final = timedelta(days=30)
#: Of more only the last are reckoned with.
MOST: Final = 2_000
#: So many things are told one by one, and so many people.
SHOWN: Final = 50

_SAID: Final = (ReminderState.ADDRESSED, ReminderState.HELD)


@dataclass(frozen=True)
class Saying:
    """One thing that would have been said, at `due_at` (UTC), to whom."""

    due_at: datetime
    letter: Letter
    recipients: Sequence[Recipient]


@dataclass(frozen=True)
class Preview:
    """What would have been said in `[since, until)`, UTC, as far as the reader may see it; the rest is in no count either.

    `people` and `days` count messages, the most and the latest first; `sayings` are the last `SHOWN`. `is_cut`: there is more than
    `MOST` of it.
    """

    since: datetime
    until: datetime
    said: int
    people: Sequence[tuple[User, int]]
    days: Sequence[tuple[date, int]]
    sayings: Sequence[Saying]
    is_cut: bool

    @property
    def messages(self) -> int:
        return sum(number for _, number in self.people)


def preview(rule: Rule, reader: User, at: datetime) -> Preview:
    """What a rule, saved or not, would have said to whom in the thirty days before an instant (UTC), as one person may see it.

    Its moments are those of which something was said on its occasion then, those that still stand, and for what happens the facts of
    history. Its people are those of today, besides those to whom this rule spoke. So it may count what was in order by then, and not
    what nobody was reminded of and is over. Nothing is written; days are those of the reader's clock.
    """
    since = at - LOOKED_BACK
    everything = sorted(_reminders(rule, since, at), key=lambda one: (one.due_at, one.subject_id))
    reminders = everything[-MOST:]
    to = _recipients(rule, reminders, at) if reminders else {}
    seen = Seen((one.subject_kind, one.subject_id) for one in reminders)
    visible = [one for one in reminders if to[one.pk] and seen.by(reader, (one.subject_kind, one.subject_id))]
    users = {each.user.pk: each.user for one in visible for each in to[one.pk]}
    people = Counter(each.user.pk for one in visible for each in to[one.pk])
    days = Counter(day for one in visible for day in [one.due_at.astimezone(reader.zone).date()] * len(to[one.pk]))
    last = visible[: -SHOWN - 1 : -1]
    letters = Letters(last)
    return Preview(
        since=since,
        until=at,
        said=len(visible),
        people=[(users[number], count) for number, count in people.most_common(SHOWN)],
        days=sorted(days.items(), reverse=True),
        sayings=[Saying(one.due_at, letters.letter(one, reader, Audience(to[one.pk][0].audience)), to[one.pk]) for one in last],
        is_cut=len(everything) > MOST,
    )


def _reminders(rule: Rule, since: datetime, until: datetime) -> list[Reminder]:
    """The reminders a rule would have come to, each with a number of its own; none of them is saved."""
    kind = ALL[Occasion(rule.occasion)].kind
    due = {
        (moment.subject, each): moment
        for moment in _moments(rule, since, until)
        for each in all_due(rule, moment)
        if since <= each < until
    }
    return [
        Reminder(
            pk=number,
            rule=rule,
            subject_kind=kind,
            subject_id=subject,
            scope_id=moment.scope,
            due_at=each,
            moment_at=moment.at,
            zone=moment.zone,
        )
        for number, ((subject, each), moment) in enumerate(due.items(), start=1)
    ]


def _moments(rule: Rule, since: datetime, until: datetime) -> Iterator[Moment]:
    occasion = Occasion(rule.occasion)
    span = span_of(rule, until, between=(since, until))
    if occasion in TOLD:
        yield from _happened(TOLD[occasion], span)
    else:
        yield from _once_said(DATED[occasion], span)
        yield from DATED[occasion].moments(span)


def _happened(occasion: Told, span: Span) -> Iterator[Moment]:
    """Day by day, so that what happened to the same thing again is told again."""
    events = Event.objects.filter(at__gte=span.since, at__lt=span.at)
    facts = Fact.objects.filter(event__in=events, subject_kind=occasion.kind).order_by("event__number", "position")
    by_day: dict[date, list[News]] = defaultdict(list)
    for kind, number, verb, happened_at, data in facts.values_list("subject_kind", "subject_id", "verb", "event__at", "data"):
        columns = data.get("columns", ())
        named = frozenset(columns) if isinstance(columns, list) else frozenset[str]()
        by_day[happened_at.date()].append(News(kind, number, verb, happened_at, named))
    for news in by_day.values():
        yield from occasion.happened(news)


def _once_said(occasion: Dated, span: Span) -> list[Moment]:
    """The moments of which any rule on this occasion said something, as they were then."""
    said = Reminder.objects.filter(rule__occasion=occasion.name, state__in=_SAID, **span.instants("moment_at"))
    rows = list(said.order_by().values_list("subject_id", "scope_id", "moment_at", "zone").distinct())
    regions = _regions(occasion.kind, {subject for subject, *_ in rows})
    return [Moment(subject, scope, at, zone, regions.get(subject, "")) for subject, scope, at, zone in rows]


def _regions(kind: str, numbers: set[int]) -> Mapping[int, str]:
    """By whose holidays days are counted."""
    if kind == "promotion":
        return dict(Promotion.objects.filter(pk__in=numbers).values_list("pk", "environment__region"))
    if kind == "gate":
        return dict(Gate.objects.filter(pk__in=numbers, owner_team__isnull=False).values_list("pk", "owner_team__region"))
    return {}


def _recipients(rule: Rule, reminders: Sequence[Reminder], at: datetime) -> dict[int, list[Recipient]]:
    """To whom each would go, by its number: who heard of it by this rule then, as far as it still says it to them, and who would now."""
    found = {number: {each.user.pk: each for each in some} for number, some in recipients(reminders, at).items()}
    for number, recipient in _heard(rule, reminders):
        found[number].setdefault(recipient.user.pk, recipient)
    return {number: list(some.values()) for number, some in found.items()}


def _heard(rule: Rule, reminders: Sequence[Reminder]) -> Iterable[tuple[int, Recipient]]:
    numbers = {(one.subject_id, one.due_at): one.pk for one in reminders}
    dues = [one.due_at for one in reminders]
    rows: Any = Delivery.objects.filter(reminder__rule=rule.pk, reminder__due_at__gte=min(dues), reminder__due_at__lte=max(dues))
    rows = rows.exclude(state=DeliveryState.SKIPPED).filter(audience__in=rule.audiences)
    for row in rows.select_related("recipient", "reminder"):
        number = numbers.get((row.reminder.subject_id, row.reminder.due_at))
        if number is not None:
            yield number, Recipient(row.recipient, Audience(row.audience), row.instead_of_id)
