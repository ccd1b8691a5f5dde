"""Watching a saved view of the calendar: its holder hears of what is in it, as far as each may see."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.vocabulary import Scope
from common.refusals import NotVisible
from reminders.actions import addressing, planning, subscriptions
from reminders.models import Delivery, Subscription
from reminders.queries.recipients import still_concerned
from reminders.vocabulary import Attention
from schedule.actions import saved_views
from tests import factories
from tests.callers import Caller, change, in_a_deed
from tests.factories import NOON
from tests.reading import signed_in, words
from tests.reminders.saying import heard, said_at, says

DAY = timedelta(days=1)
DUE = NOON - DAY - timedelta(hours=3)
WATCH, MUTE = Attention.WATCH, Attention.MUTE

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera() -> Any:
    return factories.UserFactory(name="Vera")


@pytest.fixture
def olga() -> Any:
    return factories.UserFactory(name="Olga")


@pytest.fixture
def production() -> Any:
    return factories.EnvironmentFactory(slug="prod", name="Production")


def promotion(environment: Any, **values: Any) -> Any:
    return factories.PromotionFactory(environment=environment, status="requested", requested_at=NOON - 20 * DAY, **values)


def view(owner: Any, *, is_shared: bool = False, **filters: Any) -> Any:
    return saved_views.keep(by=owner, name=f"View {owner.saved_views.count()}", filters=filters, is_shared=is_shared)


def test_who_watches_a_view_hears_of_what_is_in_it_and_of_nothing_else(vera: Any, production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    subscriptions.subscribe(view(vera, environment=["prod"]), WATCH, by=vera)
    inside = promotion(production)
    promotion(factories.EnvironmentFactory())
    (one,) = said_at(DUE)
    assert (one.recipient, one.reminder.subject_id, one.audience) == (vera, inside.pk, "subscribers")


def test_every_kind_of_thing_on_the_calendar_is_matched_by_the_filters_of_its_kind(vera: Any):
    project: Any = factories.ProjectFactory(code="PAY")
    says("output_due", 0, to=["subscribers"])
    says("gate_due", 0, to=["subscribers"])
    subscriptions.subscribe(view(vera, project=["PAY"]), WATCH, by=vera)
    output: Any = factories.OutputFactory(project=project, due_on=NOON.date())
    factories.OutputFactory(due_on=NOON.date())
    gate: Any = factories.GateFactory(due_on=NOON.date())
    factories.GateFactory(due_on=NOON.date())
    factories.ContributionFactory(release=gate.release, output=output)
    found = {(one.reminder.subject_kind, one.reminder.subject_id) for one in said_at(DUE + DAY)}
    assert found == {("output", output.pk), ("gate", gate.pk)}


def test_a_view_of_one_kind_tells_of_that_kind_only(vera: Any, production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    subscriptions.subscribe(view(vera, kind=["gate"]), WATCH, by=vera)
    promotion(production)
    assert heard(DUE) == []


def test_who_muted_a_view_is_spared_what_is_in_it_but_for_what_is_urgent(vera: Any, production: Any):
    says("promotion_ahead", -1)
    says("promotion_ahead", -1, severity="urgent")
    subscriptions.subscribe(view(vera, environment=["prod"]), MUTE, by=vera)
    promotion(production, release__release_manager=vera)
    assert [one.reminder.rule.severity for one in said_at(DUE)] == ["urgent"]


def test_a_view_that_is_changed_is_watched_as_it_is_then(vera: Any, production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    kept = view(vera, environment=["prod"])
    subscriptions.subscribe(kept, WATCH, by=vera)
    promotion(production)
    factories.EnvironmentFactory(slug="test")
    saved_views.change(kept, {"filters": {"environment": ["test"]}}, by=vera)
    assert heard(DUE) == []


def test_a_shared_view_is_watched_by_others_until_it_is_not_shared_any_more(vera: Any, olga: Any, production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    kept = view(olga, is_shared=True, environment=["prod"])
    subscriptions.subscribe(kept, WATCH, by=vera)
    subscriptions.subscribe(kept, WATCH, by=olga)
    promotion(production)
    assert heard(DUE) == ["Olga", "Vera"]
    Delivery.objects.all().delete()
    saved_views.change(kept, {"is_shared": False}, by=olga)
    promotion(production, release__version="9")
    assert heard(DUE) == ["Olga"]


def test_what_was_addressed_to_them_is_not_sent_once_the_view_is_closed(vera: Any, olga: Any, production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    kept = view(olga, is_shared=True, environment=["prod"])
    subscriptions.subscribe(kept, WATCH, by=vera)
    promotion(production)
    (one,) = said_at(DUE)
    assert still_concerned([one.reminder], DUE) == {one.reminder.pk: {vera.pk}}
    saved_views.change(kept, {"is_shared": False}, by=olga)
    assert still_concerned([one.reminder], DUE) == {one.reminder.pk: set()}


def test_a_private_view_of_another_is_not_there(vera: Any, olga: Any):
    kept = view(olga)
    with pytest.raises(NotVisible):
        subscriptions.subscribe(kept, WATCH, by=vera)
    assert (
        signed_in(vera).post("/me/reminders/subscriptions/", {"subject": f"savedview:{kept.pk}", "attention": "watch"}).status_code
        == 404
    )
    answer = Caller(user=vera, scopes=(Scope.READ, Scope.WRITE)).send("POST", "subscriptions/", {"subject": f"savedview:{kept.pk}"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["subject"])


@pytest.mark.parametrize("belongs", [True, False])
def test_through_a_view_nobody_learns_what_restricted_things_are_behind_a_release(
    vera: Any, olga: Any, production: Any, belongs: bool
):
    """The view names a restricted project; that a release carries something of it is not for everybody who may see the release."""
    says("promotion_ahead", -1, to=["subscribers"])
    team: Any = factories.TeamFactory()
    project: Any = factories.ProjectFactory(code="SECRET", manager=olga)
    output: Any = factories.OutputFactory(project=project)
    kept = view(olga, is_shared=True, project=["SECRET"])
    for person in (olga, vera):
        subscriptions.subscribe(kept, WATCH, by=person)
    asked = promotion(production)
    factories.ContributionFactory(release=asked.release, output=output)
    if belongs:
        in_a_deed(team, lambda: Membership.objects.create(team=team, user=vera))
    change(project, restricted_until=NOON + 9_000 * DAY)
    in_a_deed(project, lambda: project.restricted_to.set([team]))
    assert heard(DUE) == (["Olga", "Vera"] if belongs else ["Olga"])


def test_who_may_not_see_what_is_in_a_view_does_not_hear_of_it(vera: Any, production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    subscriptions.subscribe(view(vera, environment=["prod"]), WATCH, by=vera)
    change(promotion(production).release, restricted_until=NOON + 9_000 * DAY)
    assert heard(DUE) == []


def test_a_batch_costs_as_much_for_one_watcher_and_one_thing_as_for_many(production: Any):
    says("promotion_ahead", -1, to=["subscribers"])
    owner: Any = factories.UserFactory()
    kept = view(owner, is_shared=True, environment=["prod"])
    costs = []
    for count in (1, 9):
        for number in range(count):
            subscriptions.subscribe(kept, WATCH, by=factories.UserFactory())
            promotion(production, release__version=f"{count}.{number}")
        planning.plan(at=DUE)
        with CaptureQueriesContext(connection) as captured:
            addressing.address(at=DUE)
        costs.append(len(captured))
    assert costs[0] == costs[1]


# --- doors


def test_it_is_watched_muted_and_neither_on_the_page_of_views(vera: Any, olga: Any):
    own, shared = view(vera), view(olga, is_shared=True)
    browser = signed_in(vera)
    for kept in (own, shared):
        for word, said in (("watch", "· you watch it"), ("mute", "· you muted it"), ("", "")):
            answer: Any = browser.post("/me/reminders/subscriptions/", {"subject": f"savedview:{kept.pk}", "attention": word})
            assert (answer.status_code, answer.url) == (302, "/views/")
            page = words(browser.get("/views/").content.decode())
            assert said in page
            if not word:
                assert "· you" not in page
    assert not Subscription.objects.exists()


def test_what_one_hears_names_the_view_and_leads_to_the_calendar(vera: Any, olga: Any, production: Any):
    kept = view(olga, is_shared=True, environment=["prod"])
    subscriptions.subscribe(kept, WATCH, by=vera)
    browser = signed_in(vera)
    page = browser.get("/me/reminders/").content.decode()
    assert 'href="/?view=month&amp;environment=prod"' in page
    assert "View 0 saved view" in words(page)
    saved_views.change(kept, {"is_shared": False}, by=olga)
    page = words(browser.get("/me/reminders/").content.decode())
    assert "View 0" not in page
    assert "restricted, ask Olga" in page


def test_programs_watch_a_view(vera: Any):
    kept = view(vera)
    caller = Caller(user=vera, scopes=(Scope.READ, Scope.WRITE))
    body = caller.send("POST", "subscriptions/", {"subject": f"savedview:{kept.pk}"}).json()
    assert body["subject"] == {"kind": "savedview", "id": kept.pk, "url": None}
    assert (body["attention"], body["team"]) == ("watch", None)


def test_the_page_of_views_costs_the_same_for_one_and_for_many(vera: Any, django_assert_num_queries: Any):
    browser = signed_in(vera)
    costs = []
    for count in (1, 9):
        for _ in range(count):
            subscriptions.subscribe(view(vera), WATCH, by=vera)
        browser.get("/views/")
        with CaptureQueriesContext(connection) as captured:
            browser.get("/views/")
        costs.append(len(captured))
    assert costs[0] == costs[1]
