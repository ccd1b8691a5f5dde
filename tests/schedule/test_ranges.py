"""The one source of entries against a model that looks at every row: ranges, filters, limits and cursors, over changes of the clocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from common.intervals import day_begins
from projects.models import Milestone, Output, Project
from releases.models import Promotion
from schedule import queries
from schedule.branches.sight import Sight
from schedule.vocabulary import Cursor, Key, Narrowing, Span
from tests import factories

ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "Australia/Lord_Howe", "America/Havana", "America/Los_Angeles")]
#: Around the nights on which the clocks of these zones change in 2026, and the turns of months.
NIGHTS = [date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4), date(2026, 10, 25), date(2026, 11, 1)]
days = st.one_of(st.sampled_from(NIGHTS), st.dates(date(2026, 2, 20), date(2026, 11, 20)))

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Known:
    """A row as the model knows it: an interval of instants, or of days."""

    kind: str
    number: int
    first: Any
    end: Any
    environment: int | None = None
    project: int | None = None

    def key(self, zone: ZoneInfo) -> Key:
        return Key(self.first if self.kind == "promotion" else day_begins(self.first, zone), self.kind, self.number)

    def overlaps(self, span: Span) -> bool:
        begin, end = (span.start, span.end) if self.kind == "promotion" else (span.first, span.beyond)
        return bool(self.first < end and self.end > begin)


@pytest.fixture
def organisation() -> list[Known]:
    """Rows that begin and end at, just before and just after the moments where mistakes are made."""
    environments = [factories.EnvironmentFactory() for _ in range(2)]
    projects = [factories.ProjectFactory(starts_on=None, ends_on=None) for _ in range(2)]
    project = projects[0]
    for at, night in enumerate(NIGHTS):
        midnight = datetime(night.year, night.month, night.day, tzinfo=UTC)
        for hours, length in ((-24, 1), (-2, 3), (-1, 1), (0, 2), (0, 50), (1, 1), (13.5, 0.5)):
            start = midnight + timedelta(hours=hours)
            factories.PromotionFactory(environment=environments[at % 2], starts_at=start, ends_at=start + timedelta(hours=length))
        for shift, length in ((-1, 0), (0, 0), (0, 3), (0, 40)):
            first = night + timedelta(days=shift)
            factories.MilestoneFactory(project=project, starts_on=first, ends_on=first + timedelta(days=length) if length else None)
        factories.OutputFactory(project=projects[at % 2], due_on=night, forecast_on=night + timedelta(days=1))
        factories.OutputFactory(project=projects[at % 2], due_on=None)
        factories.ProjectFactory(starts_on=night - timedelta(days=100), ends_on=night)
    return list(known())


def known() -> Iterator[Known]:
    day = timedelta(days=1)
    for promotion in Promotion.objects.all():
        yield Known("promotion", promotion.pk, promotion.starts_at, promotion.ends_at, promotion.environment_id)
    for milestone in Milestone.objects.all():
        yield Known(
            "milestone",
            milestone.pk,
            milestone.starts_on,
            (milestone.ends_on or milestone.starts_on) + day,
            None,
            milestone.project_id,
        )
    for output in Output.objects.exclude(due_on=None):
        yield Known(
            "output",
            output.pk,
            output.forecast_on or output.due_on,
            (output.forecast_on or output.due_on) + day,
            None,
            output.project_id,
        )
    for project in Project.objects.exclude(starts_on=None):
        yield Known("project", project.pk, project.starts_on, project.ends_on + day, None, project.pk)


def expected(rows: list[Known], span: Span) -> list[Key]:
    return sorted(row.key(span.zone) for row in rows if row.overlaps(span))


def everybody() -> Sight:
    return Sight.of(User.objects.clock())


def asked(first: date, length: int, zone: ZoneInfo) -> Span:
    return Span.of_days(first, first + timedelta(days=length), zone)


relaxed = settings(max_examples=40)


@relaxed
@given(first=days, length=st.integers(1, 70), zone=st.sampled_from(ZONES))
def test_a_range_gives_what_overlaps_it_in_order(organisation: list[Known], first: date, length: int, zone: ZoneInfo):
    span = asked(first, length, zone)
    assert queries.keys(everybody(), span, Narrowing(), limit=10_000) == expected(organisation, span)


@relaxed
@given(first=days, length=st.integers(1, 70), zone=st.sampled_from(ZONES), limit=st.integers(1, 12), backwards=st.booleans())
def test_a_walk_by_cursor_is_the_whole(
    organisation: list[Known], first: date, length: int, zone: ZoneInfo, limit: int, backwards: bool
):
    span, sight = asked(first, length, zone), everybody()
    whole = expected(organisation, span)
    if backwards:
        walked: list[Key] = []
        cursor = Cursor(Key(datetime(2100, 1, 1, tzinfo=UTC), "z", 0), backwards=True)
        while page := queries.keys(sight, span, Narrowing(), limit=limit, cursor=cursor):
            walked = page + walked
            cursor = Cursor(page[0], backwards=True)
    else:
        page = queries.keys(sight, span, Narrowing(), limit=limit)
        walked = list(page)
        while page := queries.keys(sight, span, Narrowing(), limit=limit, cursor=Cursor(walked[-1])) if walked else []:
            walked += page
    assert walked == whole


@relaxed
@given(
    first=days, length=st.integers(1, 40), kinds=st.sets(st.sampled_from(["promotion", "output", "milestone", "project", "freeze"]))
)
def test_kinds_choose_and_one_to_come_finds_nothing(organisation: list[Known], first: date, length: int, kinds: set[str]):
    span = asked(first, length, ZONES[0])
    found = queries.keys(everybody(), span, Narrowing(kinds=tuple(sorted(kinds))), limit=10_000)
    assert found == [key for key in expected(organisation, span) if not kinds or key.kind in kinds]


@relaxed
@given(first=days, length=st.integers(1, 70), zone=st.sampled_from(ZONES))
def test_the_cells_of_a_table_count_every_entry_on_every_day(organisation: list[Known], first: date, length: int, zone: ZoneInfo):
    span = asked(first, length, zone)
    cells = queries.cells(everybody(), span, Narrowing(), most=2)
    alike = {(cell.kind, cell.first, cell.last): cell.alike for cell in cells}
    assert sum(alike.values()) == len(expected(organisation, span)) == queries.count(everybody(), span, Narrowing())
    for at in range(length):
        day = span.first + timedelta(days=at)
        counted = sum(number for (_, start, end), number in alike.items() if start <= day <= end)
        assert counted == len(expected(organisation, asked(day, 1, zone))), day


def test_of_entries_with_the_same_days_no_more_than_asked_for_are_drawn():
    for _ in range(5):
        factories.PromotionFactory()
    cells = queries.cells(everybody(), asked(date(2026, 3, 1), 31, ZONES[0]), Narrowing(), most=3)
    assert [(cell.kind, cell.alike) for cell in cells] == [("promotion", 5)] * 3


def test_environment_and_project_narrow(organisation: list[Known]):
    span = asked(date(2026, 1, 1), 365, ZONES[1])
    environment = next(row.environment for row in organisation if row.environment)
    found = queries.keys(everybody(), span, Narrowing(environments=(environment,)), limit=1000)
    assert found == sorted(row.key(span.zone) for row in organisation if row.environment == environment)
    project = next(row.project for row in organisation if row.kind == "milestone" and row.project)
    found = queries.keys(everybody(), span, Narrowing(projects=(project,)), limit=1000)
    assert found == sorted(row.key(span.zone) for row in organisation if row.project == project)
