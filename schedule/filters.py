"""What the calendar is narrowed by, on its page and in REST; and the ranges REST asks for."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, QueryDict

from common.filters import Filters, Named, OneOf
from common.intervals import Interval, read_moment
from common.refusals import BadInput
from environments.models import Environment, Service
from projects.models import Program, Project
from releases.models import Promotion, Release
from releases.vocabulary import Commitment
from schedule.queries.narrowings import STATUSES, YES_OR_NO, one_of_both
from schedule.vocabulary import KINDS, MOST_DAYS, Narrowing, Span


class EntryFilter(Filters):
    """Of every kind: what the entry concerns, or for promotions, what its release changes and carries."""

    kind = OneOf([(kind, kind) for kind in KINDS], "What it is.")
    environment = Named(Environment, "slug", "Where it happens, by slug.", path="environment")
    service = Named(Service, "slug", "A service it concerns or its release changes, by slug.", path="service")
    program = Named(Program, "code", "A program it belongs to or its release carries outputs of, by code.", path="program")
    project = Named(Project, "code", "A project it belongs to or its release carries outputs of, by code.", path="project")
    release = Named(Release, "key", "Its release, by key.", path="release")
    status = OneOf([(status, status) for status in STATUSES], "Where it stands.")
    commitment = OneOf(Commitment, "How firmly its release is meant.")
    threatened = OneOf(YES_OR_NO, "Whether it is a promotion that opens before something its release waits for.")


#: The names of the filters.
FILTERS: Final[tuple[str, ...]] = tuple(EntryFilter.base_filters)


def read_narrowing(given: QueryDict, request: HttpRequest, words: str) -> tuple[Narrowing, dict[str, str]]:
    """The filters of an address and the words searched for; and what was not understood, as a sentence by its parameter."""
    if given.keys().isdisjoint(FILTERS):
        return Narrowing(words=words), {}
    form = EntryFilter(given, queryset=Promotion.objects.none(), request=request).form
    problems = {name: str(sentences[0]) for name, sentences in form.errors.items()}
    chosen: dict[str, Any] = form.cleaned_data
    narrowing = Narrowing(
        kinds=_tuple(chosen, "kind"),
        environments=_tuple(chosen, "environment"),
        services=_tuple(chosen, "service"),
        programs=_tuple(chosen, "program"),
        projects=_tuple(chosen, "project"),
        releases=_tuple(chosen, "release"),
        statuses=_tuple(chosen, "status"),
        commitments=_tuple(chosen, "commitment"),
        words=words,
        threatened=one_of_both(_tuple(chosen, "threatened")),
    )
    return narrowing, problems


def read_span(given: QueryDict, now: datetime) -> Span:
    """`[from, to)` of days (UTC) or instants, at most 800 days apart; by default the month that the other end, else `now`, lies in.

    Raises BadInput that names the parameter.
    """
    start, end = (_moment(given, name) for name in ("from", "to"))
    if start is None:
        start = _month_of(end - timedelta(microseconds=1) if end else now.astimezone(UTC))
    if end is None:
        end = _month_after(start)
    if end <= start:
        raise _refused("to", "to must lie after from; it is the first moment that is left out.")
    if end - start > timedelta(days=MOST_DAYS):
        raise _refused("to", f"from and to lie more than {MOST_DAYS} days apart; ask in parts.")
    return Span.of_instants(Interval(start, end))


def month_after(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def month_before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _moment(given: QueryDict, name: str) -> datetime | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return read_moment(text)
    except BadInput as refusal:
        raise _refused(name, f"{name}: {refusal.sentence}") from None


def _month_of(moment: datetime) -> datetime:
    return datetime(moment.year, moment.month, 1, tzinfo=UTC)


def _month_after(moment: datetime) -> datetime:
    first = month_after(moment.date())
    return datetime(first.year, first.month, 1, tzinfo=UTC)


def _refused(name: str, sentence: str) -> BadInput:
    return BadInput(sentence, errors={name: [sentence]})


def _tuple(chosen: dict[str, Any], name: str) -> tuple[Any, ...]:
    return tuple(sorted(set(chosen.get(name) or ())))
