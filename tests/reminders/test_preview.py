"""What a rule would have said lately, through both doors: reckoned, and nothing of it written."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.vocabulary import Role, Scope
from projects.actions import outputs
from reminders.models import Delivery, Reminder, Rule
from reminders.queries.preview import preview
from tests.callers import Caller, change
from tests.factories import NOON, EnvironmentFactory, OutputFactory, ProjectFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.reading import signed_in, words
from tests.reminders.saying import said_at, says

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def rosa() -> Any:
    return UserFactory(name="Rosa", roles=[Role.RELEASE_MANAGER])


def ahead(at: datetime, **values: Any) -> Any:
    """A promotion that was asked for, at an instant (UTC)."""
    release = ReleaseFactory(release_manager=UserFactory(), **values)
    place = EnvironmentFactory(time_zone="UTC")
    times = {"starts_at": at, "ends_at": at + timedelta(hours=2), "requested_at": at - 20 * DAY}
    return PromotionFactory(release=release, environment=place, status="requested", **times)


def said(rule: Rule, reader: Any, at: datetime = NOON) -> list[tuple[str, list[str]]]:
    return [(f"{one.due_at:%m-%d}", sorted(each.user.name for each in one.recipients)) for one in preview(rule, reader, at).sayings]


def test_it_counts_what_stands_and_what_was_said_of_what_is_over(rosa):
    rule = says("promotion_ahead", -1)
    over = ahead(NOON - 5 * DAY, name="Over")
    said_at(NOON - 6 * DAY)
    change(over, status="succeeded")
    coming = ahead(NOON + 1 * DAY, name="Coming")
    names = [coming.release.release_manager.name, over.release.release_manager.name]
    assert said(rule, rosa) == [("03-10", [names[0]]), ("03-04", [names[1]])]
    rule.offsets = [-2, -1]
    assert [day for day, _ in said(rule, rosa)] == ["03-10", "03-09", "03-04", "03-03"]


def test_nothing_is_written_and_nothing_ahead_or_older_is_counted(rosa):
    rule = says("promotion_ahead", -1)
    ahead(NOON + 9 * DAY)
    ahead(NOON - 40 * DAY)
    found = preview(rule, rosa, NOON)
    assert (found.said, found.messages, found.people, found.days, found.is_cut) == (0, 0, [], [], False)
    assert (Reminder.objects.count(), Delivery.objects.count()) == (0, 0)


def test_what_happened_is_read_from_history(rosa):
    rule = says("output_accepted", 0, unit="hours", to=["project_manager"])
    paula = UserFactory(name="Paula")
    output = OutputFactory(project=ProjectFactory(manager=paula), status="delivered", delivered_on=NOON.date())
    outputs.change(output, {"status": "accepted"}, by=paula)
    found = preview(rule, rosa, datetime.now(UTC))
    assert (found.said, [user.name for user, _ in found.people]) == (1, ["Paula"])


def test_who_heard_then_is_counted_though_others_are_there_now(rosa):
    rule = says("promotion_ahead", -1)
    promotion = ahead(NOON - 5 * DAY)
    said_at(NOON - 6 * DAY)
    before, now = promotion.release.release_manager, UserFactory(name="Now")
    change(promotion.release, release_manager=now)
    assert said(rule, rosa) == [("03-04", sorted([before.name, now.name]))]


def test_what_the_reader_may_not_see_is_in_no_count(rosa):
    rule = says("promotion_ahead", -1)
    ahead(NOON + 1 * DAY, name="Secret", restricted_until=NOON + 400 * DAY)
    found = preview(rule, UserFactory(), NOON)
    assert (found.said, found.sayings, found.people, found.days) == (0, [], [], [])


def test_many_cost_as_many_queries_as_few(rosa):
    rule = says("promotion_ahead", -1)
    ahead(NOON + 1 * DAY)
    with CaptureQueriesContext(connection) as few:
        preview(rule, rosa, NOON)
    for _ in range(9):
        ahead(NOON + 1 * DAY)
    with CaptureQueriesContext(connection) as many:
        assert preview(rule, rosa, NOON).said == 10
    assert len(many) == len(few)


def test_both_doors_try_other_values_and_say_what_is_wrong(rosa):
    rule = says("promotion_ahead", -1, name="Ahead")
    ahead(datetime.now(UTC) - timedelta(hours=1), name="Ledger")
    page = signed_in(rosa)
    assert "It would have said nothing" not in words(page.get("/reminders/rules/rule-0/preview/").content.decode())
    shown = words(page.get("/reminders/rules/rule-0/preview/?offsets=nine").content.decode())
    assert "This cannot be shown" in shown
    assert "Write whole numbers" in shown
    by = Caller(user=rosa, scopes=(Scope.READ,))
    assert by.send("POST", "reminder-rules/rule-0/preview/", {"offsets": [30]}).json()["said"] == 0
    assert by.get("reminder-rules/rule-0/preview/").json()["said"] == 1
    refused = by.send("POST", "reminder-rules/rule-0/preview/", {"offsets": ["nine"]})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["offsets"])
    rule.refresh_from_db()
    assert rule.offsets == [-1]


def test_what_no_rule_may_say_is_not_tried_either(rosa):
    """A rule that looks back for years would ask for everything there ever was."""
    says("promotion_ahead", -1)
    refused = Caller(user=rosa).send("POST", "reminder-rules/rule-0/preview/", {"offsets": [-1440]})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["offsets"])
    asked = "name=Ahead&is_on=on&unit=working_days&offsets=-1440&audiences=owner&severity=normal&channels=email&assumed_days=5"
    shown = words(signed_in(rosa).get(f"/reminders/rules/rule-0/preview/?{asked}").content.decode())
    assert "An offset lies at most 60 working days before or after" in shown
