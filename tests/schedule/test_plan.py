"""The plan of a range: both indexes, and never a walk through all of time."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from common.statements import Statement
from schedule import queries
from schedule.branches.sight import Sight
from schedule.vocabulary import Narrowing, Span
from tests.schedule.crowds import crowd

pytestmark = pytest.mark.django_db


def test_a_month_of_many_years_is_read_by_two_indexes(monkeypatch: pytest.MonkeyPatch):
    crowd(50_000, "2016-01-01", "2026-01-01")
    plans: list[str] = []
    run = Statement.run

    def explained(statement: Statement, values: dict) -> list:
        plans.append("\n".join(row[0] for row in run(Statement(f"EXPLAIN {statement.sql}", statement.parameters), values)))
        return run(statement, values)

    monkeypatch.setattr(Statement, "run", explained)
    span = Span.of_days(date(2021, 3, 1), date(2021, 4, 1), ZoneInfo("UTC"))
    found = queries.keys(Sight.of(User.objects.clock()), span, Narrowing(), limit=101)
    assert len(found) == 101
    [plan] = plans
    assert "promotion_during" in plan
    assert "promotion_start" in plan
    assert "Seq Scan on releases_promotion" not in plan


def test_what_was_compiled_once_is_not_compiled_again(django_assert_num_queries):
    sight = Sight.of(User.objects.clock())
    for month in (3, 4):
        span = Span.of_days(date(2021, month, 1), date(2021, month + 1, 1), ZoneInfo("UTC"))
        with django_assert_num_queries(1):
            queries.keys(sight, span, Narrowing(), limit=101)
