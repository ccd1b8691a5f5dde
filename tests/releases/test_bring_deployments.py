"""What is where follows from the promotions, in whatever order these arrive."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from environments.actions import environments
from history.deeds import deed, record
from releases.actions import deployments, promotions, releases
from releases.actions.deployments import version_order
from releases.models import Deployment, Item, Promotion, Release
from tests.factories import EnvironmentFactory, ServiceFactory

AT = datetime(2026, 11, 20, tzinfo=UTC)
START = datetime(2026, 1, 1, tzinfo=UTC)


def bring_releases(*rows):
    releases.bring(rows, by=User.objects.operator())


def bring_promotions(*rows):
    promotions.bring(rows, by=User.objects.operator(), at=AT)


def arrival(release, day, environment="prod", status="succeeded", **values):
    ends_at = START + timedelta(days=day)
    row = {
        "release": release,
        "environment": environment,
        "starts_at": ends_at - timedelta(hours=1),
        "ends_at": ends_at,
        "status": status,
    }
    return row | values


def stays():
    """What is and was there: by place, version and days since the start."""

    def day(moment):
        return moment and (moment - START).days

    found = Deployment.objects.order_by("environment__slug", "service__slug", "part", "line", "begins_at")
    return [
        (environment, service, part, line, version, day(begins_at), day(ends_at))
        for environment, service, part, line, version, begins_at, ends_at in found.values_list(
            "environment__slug", "service__slug", "part", "line", "version", "begins_at", "ends_at"
        )
    ]


@pytest.fixture
def places(db):
    EnvironmentFactory(slug="prod")
    EnvironmentFactory(slug="sites", parts=["eu", "us"])
    ServiceFactory(slug="a")
    ServiceFactory(slug="b")


@pytest.fixture
def house(places):
    bring_releases(*[{"name": "a", "version": version, "services": ["a"]} for version in ("1", "2", "3")])


@pytest.mark.usefixtures("house")
def test_one_ends_as_the_next_begins():
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5))
    assert stays() == [("prod", "a", "", "", "1", 1, 5), ("prod", "a", "", "", "2", 5, None)]


@pytest.mark.usefixtures("house")
def test_live_is_the_last_one_put_there_even_if_it_is_older():
    bring_promotions(arrival("a@2", 1), arrival("a@1", 5))
    assert stays()[-1] == ("prod", "a", "", "", "1", 5, None)


@pytest.mark.usefixtures("house")
def test_history_may_arrive_late():
    bring_promotions(arrival("a@3", 9))
    bring_promotions(arrival("a@1", 1))
    bring_promotions(arrival("a@2", 5))
    assert [(version, begins, ends) for *_, version, begins, ends in stays()] == [("1", 1, 5), ("2", 5, 9), ("3", 9, None)]


@pytest.mark.usefixtures("house")
@pytest.mark.parametrize("status", ["failed", "rolled_back", "cancelled", "missed"])
def test_what_did_not_succeed_was_never_there(status):
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5, status=status))
    assert stays() == [("prod", "a", "", "", "1", 1, None)]


@pytest.mark.usefixtures("house")
def test_what_turns_out_to_have_failed_gives_its_place_back():
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5))
    bring_promotions(arrival("a@2", 5, status="rolled_back"))
    assert stays() == [("prod", "a", "", "", "1", 1, None)]


@pytest.mark.usefixtures("house")
def test_at_the_same_instant_the_higher_version_wins():
    bring_promotions(arrival("a@3", 5), arrival("a@2", 5), arrival("a@1", 1))
    assert stays() == [("prod", "a", "", "", "1", 1, 5), ("prod", "a", "", "", "3", 5, None)]


@pytest.mark.usefixtures("house")
def test_lines_stand_side_by_side():
    bring_releases({"name": "a", "version": "1", "line": "one"})
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5))
    assert stays() == [("prod", "a", "", "", "2", 5, None), ("prod", "a", "", "one", "1", 1, None)]


@pytest.mark.usefixtures("house")
def test_a_promotion_into_the_whole_reaches_every_part():
    bring_promotions(arrival("a@1", 1, "sites"), arrival("a@2", 5, "sites", parts=["eu"]))
    assert stays() == [
        ("sites", "a", "eu", "", "1", 1, 5),
        ("sites", "a", "eu", "", "2", 5, None),
        ("sites", "a", "us", "", "1", 1, None),
    ]


@pytest.mark.usefixtures("house")
def test_an_environment_that_gets_parts_has_in_each_what_was_in_all_of_it():
    bring_promotions(arrival("a@1", 1))
    environments.bring([{"slug": "prod", "parts": ["east", "west"]}], by=User.objects.operator(), at=AT)
    assert stays() == [("prod", "a", "east", "", "1", 1, None), ("prod", "a", "west", "", "1", 1, None)]


@pytest.mark.usefixtures("house")
def test_an_item_that_is_removed_ends_the_line():
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5))
    operator = User.objects.operator()
    with deed(by=operator):
        item = Item.objects.get(release__version="2")
        item.change = "removed"
        item.save(update_fields=["change"])
        record(item.release, "changed", by=operator)
        deployments.recompute(deployments.places_of([item.release_id]), by=operator)
    assert stays() == [("prod", "a", "", "", "1", 1, 5)]


@pytest.mark.usefixtures("house")
def test_rows_that_are_right_already_stay_untouched():
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5))
    before = dict(Deployment.objects.values_list("pk", "revision"))
    bring_promotions(arrival("a@3", 9))
    after = dict(Deployment.objects.values_list("pk", "revision"))
    assert sorted(after[pk] - revision for pk, revision in before.items()) == [0, 1]


@pytest.mark.django_db
def test_what_was_live_on_a_day_is_one_question():
    EnvironmentFactory(slug="prod")
    ServiceFactory(slug="a")
    bring_releases({"name": "a", "version": "1", "services": ["a"]}, {"name": "a", "version": "2", "services": ["a"]})
    bring_promotions(arrival("a@1", 1), arrival("a@2", 5))
    versions = [
        Deployment.objects.live_at(START + timedelta(days=day)).values_list("version", flat=True) for day in (0, 1, 4, 5, 9)
    ]
    assert [list(found) for found in versions] == [[], ["1"], ["1"], ["2"], ["2"]]


LADDER = [
    "v0.9",
    "1.0.dev1",
    "1.0a1",
    "1.0-beta.2",
    "1.0rc1",
    "1.0rc2",
    "1.0",
    "1.0.post1",
    "1.0.1",
    "1.9",
    "1.10",
    "2.0.0-SNAPSHOT",
    "2.0.0",
]


@pytest.mark.parametrize(("lower", "higher"), list(pairwise(LADDER)))
def test_versions_are_ordered_as_people_count(lower, higher):
    assert version_order(lower) < version_order(higher)


def test_the_whole_ladder_sorts():
    assert sorted(set(LADDER), key=version_order) == LADDER


@given(st.text(max_size=12), st.text(max_size=12))
def test_different_texts_never_weigh_the_same(one, other):
    assert (version_order(one) == version_order(other)) == (one == other)


# --- one row at a time or all at once, in any order

VERSIONS = ("1.9", "1.10", "2.0rc1")
RELEASES = [
    {"name": name, "version": version, "services": services, "line": line, "status": "planned"}
    for name, services, line in (("a", ["a"], ""), ("b", ["a", "b"], ""), ("c", ["b"], "x"))
    for version in VERSIONS
]
TARGETS = [(release, environment) for release in RELEASES for environment in ("prod", "sites")]


@st.composite
def calls(draw):
    """Promotion rows, each target once, and the same rows in another order."""
    rows = []
    for target in draw(st.lists(st.sampled_from(range(len(TARGETS))), unique=True, max_size=8)):
        release, environment = TARGETS[target]
        parts = draw(st.sampled_from([[], ["eu"], ["us", "eu"]])) if environment == "sites" else []
        status = draw(st.sampled_from(["succeeded", "succeeded_with_issues", "failed", "rolled_back", "draft"]))
        name = f"{release['name']}@{release['version']}"
        rows.append(arrival(name, draw(st.integers(1, 4)), environment, status, parts=parts))
    return rows, draw(st.permutations(rows))


def everything():
    promoted = Promotion.objects.values_list("release__name", "release__version", "environment__slug", "parts", "status", "ends_at")
    return (
        sorted(Release.objects.values_list("name", "version", "status", "line")),
        sorted(Item.objects.values_list("release__name", "release__version", "service__slug", "version")),
        sorted((*row[:3], tuple(row[3]), *row[4:]) for row in promoted),
        stays(),
        sorted(
            Deployment.objects.values_list(
                "begins_at", "environment__slug", "service__slug", "part", "release__name", "promotion__parts"
            )
        ),
    )


@pytest.mark.django_db
@settings(max_examples=15, phases=[Phase.generate])
@given(calls())
def test_one_row_at_a_time_equals_all_at_once_in_any_order(places, drawn):
    rows, shuffled = drawn
    found = []
    for is_at_once in (True, False):
        point = transaction.savepoint()
        if is_at_once:
            bring_releases(*RELEASES)
            bring_promotions(*rows)
        else:
            for release in reversed(RELEASES):
                bring_releases(release)
            for row in shuffled:
                bring_promotions(row)
        found.append(everything())
        transaction.savepoint_rollback(point)
    assert found[0] == found[1]
