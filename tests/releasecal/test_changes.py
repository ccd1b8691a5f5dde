"""REST `changes/`: events in commit order, each caller only what they may see, and nothing skipped."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts.models import User
from accounts.vocabulary import Role
from environments.actions import bookings
from history.deeds import deed, record
from projects.models import Project
from releasecal.changes import feed
from tests.callers import BASE, Caller, change, in_a_deed
from tests.factories import (
    NOON,
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    MilestoneFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    ServiceFactory,
    StopFactory,
    TeamFactory,
)

pytestmark = pytest.mark.django_db(transaction=True)


def told(caller: Caller, query: str) -> tuple[list[dict[str, Any]], int]:
    answer = caller.get(f"changes/?{query}")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()["events"], answer.json()["last"]


def follow(caller: Caller, number: int, limit: int) -> list[dict[str, Any]]:
    """All events after a number, as a program that keeps a copy asks for them."""
    found: list[dict[str, Any]] = []
    while True:
        events, last = told(caller, f"after={number}&limit={limit}")
        if not events:
            assert last >= number
            return found
        found += events
        number = last


def kinds(event: dict[str, Any]) -> set[tuple[str, int]]:
    return {(thing["kind"], thing["id"]) for thing in event["objects"]}


def test_without_after_it_tells_the_present_end():
    caller = Caller()
    _, end = told(caller, "")
    ReleaseFactory()
    assert told(caller, "") == ([], end + 1)
    assert [event["number"] for event in told(caller, f"after={end}")[0]] == [end + 1]


def test_an_event_has_facts_with_sentences_and_the_things_that_changed():
    caller = Caller()
    _, end = told(caller, "")
    environment = EnvironmentFactory(name="Production", slug="prod")
    (event,), last = told(caller, f"after={end}")
    thing = {"kind": "environment", "id": environment.pk, "url": f"{BASE}environments/prod/"}
    assert event.pop("at").endswith("Z")
    assert last == end + 1
    assert event == {
        "number": end + 1,
        "actor": {"id": User.objects.clock().pk, "name": "The clock"},
        "reason": "",
        "facts": [{"verb": "made", "subject": thing, "sentence": "The clock made Production"}],
        "objects": [thing],
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_events_follow_the_order_of_commits_at_any_size(limit: int):
    caller = Caller()
    _, end = told(caller, "")
    made: list[Any] = [ServiceFactory() for _ in range(7)]
    events = follow(caller, end, limit)
    assert [event["number"] for event in events] == list(range(end + 1, end + 8))
    assert [event["objects"][0]["id"] for event in events] == [each.pk for each in made]


def test_a_row_between_two_things_is_a_change_of_what_it_hangs_on():
    caller = Caller()
    project, release, output_service = ProjectFactory(), ReleaseFactory(), ServiceFactory()
    contribution = ContributionFactory(release=release)
    route = RouteFactory()
    version = route.versions.create  # a stop hangs on a version, and that on its route
    _, end = told(caller, "")
    item = ItemFactory(release=release, service=output_service)
    output = contribution.output
    in_a_deed(output, lambda: output.services.add(output_service))
    in_a_deed(project, lambda: project.restricted_to.add(TeamFactory()))
    in_a_deed(route, lambda: version(number=1))
    stop = StopFactory(version=route.versions.get())
    change(item, version="2.0")
    events = {event["number"]: event for event in follow(caller, end, 100)}
    of = [kinds(event) for event in events.values()]
    assert {("item", item.pk), ("release", release.pk)} in of
    assert {("output", output.pk)} in of
    assert any(("project", project.pk) in things for things in of)
    assert of.count({("route", route.pk)}) == 2
    # The last change names only the column that changed, and still finds its release.
    assert kinds(events[max(events)]) == {("item", item.pk), ("release", release.pk)}
    assert stop.pk


def test_restricted_things_are_absent_and_what_is_beside_them_is_not():
    caller, pmo = Caller(), Caller(Role.PMO)
    project = ProjectFactory(code="SECRET", name="The takeover", restricted_until=NOON + timedelta(days=3650))
    _, end = told(pmo, "")
    milestone = MilestoneFactory(project=project, name="Signing")
    release = ReleaseFactory(name="Nova", version="1")
    with deed(by=pmo.user, reason="the takeover needs it"):
        release.name = "Nova two"
        release.save()
        record(release, "renamed", by=pmo.user)
        record(release, "made_ready", by=pmo.user, template="{actor} made {subject} ready for {project}", project=project)
        record(project, "prepared", by=pmo.user)
    events = follow(caller, end, 1)
    assert [event["number"] for event in events] == [end + 2, end + 3]
    assert [fact["sentence"] for fact in events[1]["facts"]] == [
        f"{pmo.user.name} renamed Nova two 1",
        f"{pmo.user.name} made Nova two 1 ready for restricted, ask the PMO",
    ]
    assert events[1]["reason"] == ""
    assert "takeover" not in str(events)
    assert "Signing" not in str(events)
    seen = follow(pmo, end, 1)
    assert [event["number"] for event in seen] == [end + 1, end + 2, end + 3]
    assert len(seen[2]["facts"]) == 3
    assert seen[2]["reason"] == "the takeover needs it"
    assert ("milestone", milestone.pk) in kinds(seen[0])


def test_a_deleted_thing_of_a_restricted_one_is_not_told_of():
    caller, pmo = Caller(), Caller(Role.PMO)
    secret = ProjectFactory(restricted_until=NOON + timedelta(days=3650))
    milestones = [MilestoneFactory(project=project, name="Signing") for project in (secret, ProjectFactory())]
    _, end = told(pmo, "")
    for milestone in milestones:
        number, project = milestone.pk, milestone.project
        in_a_deed(milestone, lambda number=number, project=project: project.milestones.filter(pk=number).delete())
    assert [event["number"] for event in follow(pmo, end, 10)] == [end + 1, end + 2]
    (event,) = follow(caller, end, 10)
    assert event["number"] == end + 2
    assert event["facts"][0]["sentence"] == f"The clock changed milestone {milestones[1].pk} (no longer there)"


def test_a_place_that_something_restricted_held_is_not_told_of_when_it_is_gone():
    caller = Caller()
    promotion = PromotionFactory(release__restricted_until=NOON + timedelta(days=3650))
    clock = User.objects.clock()
    number = told(caller, "")[1]
    with deed(by=clock):
        bookings.hold(promotion, promotion.environment, by=clock, starts_at=NOON, ends_at=None)
        record(promotion, "planned", by=clock)
    with deed(by=clock):
        bookings.release_hold(promotion, by=clock, at=NOON)
        record(promotion, "cancelled", by=clock)
    events, last = told(caller, f"after={number}")
    assert (events, last) == ([], number + 2)


def test_the_end_of_a_restriction_is_seen_as_an_event():
    caller = Caller()
    project = ProjectFactory(code="SECRET", restricted_until=NOON)
    _, end = told(caller, "")
    change(project, name="Still secret")
    change(Project.objects.get(pk=project.pk), restricted_until=None)
    events = follow(caller, end, 1)
    assert events[-1]["objects"] == [{"kind": "project", "id": project.pk, "url": f"{BASE}projects/SECRET/"}]


def test_tokens_are_nobody_elses_business():
    caller = Caller()
    _, end = told(caller, "")
    Caller(user=caller.user)
    assert "apitoken" not in str(follow(caller, end, 10))


@pytest.mark.parametrize("what", ["team", "role"])
def test_after_a_change_of_rights_a_copy_starts_anew(what: str):
    caller, other = Caller(), Caller()
    _, before = told(caller, "")
    if what == "team":
        MembershipFactory(user=caller.user, team=TeamFactory())
    else:
        in_a_deed(caller.user, lambda: caller.user.groups.set(Group.objects.filter(name=Role.PMO)))
    _, last = told(other, "")
    gone = caller.get(f"changes/?after={before}")
    assert (gone.status_code, gone["Content-Type"]) == (410, "application/problem+json")
    assert "irror anew" in gone.json()["detail"]
    # Everything from the beginning, what came since, and other people's copies are as before.
    assert caller.get("changes/?after=0").status_code == 200
    assert caller.get(f"changes/?after={last}").status_code == 200
    assert other.get(f"changes/?after={before}").status_code == 200


def test_an_answer_ends_before_it_grows_too_large(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(feed, "MOST_CHANGES", 3)
    caller = Caller()
    _, end = told(caller, "")
    for _ in range(2):
        PromotionFactory()
    events, last = told(caller, f"after={end}")
    assert 1 <= len(events) <= 3
    assert last == events[-1]["number"]
    assert [event["number"] for event in follow(caller, end, 1000)] == list(range(end + 1, told(caller, "")[1] + 1))


def test_unchanged_is_a_304():
    caller = Caller()
    tag = caller.get("changes/?after=0")["ETag"]
    assert caller.get("changes/?after=0", **{"If-None-Match": tag}).status_code == 304
    ReleaseFactory()
    assert caller.get("changes/?after=0", **{"If-None-Match": tag}).status_code == 200


def test_costs_the_same_for_one_event_and_for_thirty():
    caller = Caller()
    _, end = told(caller, "")
    ReleaseFactory()
    one = caller.queries(f"changes/?after={end}")
    for _ in range(29):
        ReleaseFactory()
    assert len(told(caller, f"after={end}")[0]) == 30
    assert caller.queries(f"changes/?after={end}") == one


@pytest.mark.parametrize(
    ("query", "named"),
    [("after=-1", "after"), ("after=x", "after"), ("after=" + "9" * 30, "after"), ("after=9223372036854775808", "after"),
     ("after=", "after"), ("after=1&after=2", "after"), ("limit=0", "limit"), ("since=1", "since")],
)  # fmt: skip
def test_what_is_not_understood_is_a_problem_that_names_it(query: str, named: str):
    answer = Caller().get(f"changes/?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [named])
