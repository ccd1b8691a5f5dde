"""Bringing environments and services: who may, parents before children, circles, owners."""

import random
from datetime import timedelta
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Team, User
from accounts.vocabulary import Role
from common.bringing import WrongRows, circles
from environments.actions import bookings, environments, services
from environments.models import Dependency, Environment, Service
from tests.factories import NOON, EnvironmentFactory, MembershipFactory, ServiceFactory, UserFactory


def row(slug, **values):
    return {"slug": slug, "name": slug.title()} | values


@pytest.mark.django_db
def test_environment_managers_may_and_the_owner_team_may_change_its_own():
    emma, olaf, stan = UserFactory(roles=[Role.ENVIRONMENT_MANAGER]), UserFactory(), UserFactory(roles=[Role.PMO])
    team = MembershipFactory(user=olaf).team
    EnvironmentFactory(slug="prod", owner=team)
    ServiceFactory(slug="pay", owner=team)
    for bring, own, new in (
        (partial(environments.bring, at=NOON), row("prod"), row("test", stage="test")),
        (services.bring, row("pay"), row("ledger")),
    ):
        assert bring([own], by=olaf).changed == 1
        with pytest.raises(WrongRows, match="Only environment managers"):
            bring([new], by=olaf)
        with pytest.raises(WrongRows, match="Only environment managers"):
            bring([own | {"name": "Other"}], by=stan)
        assert bring([new], by=emma).created == 1


@pytest.mark.django_db
def test_a_new_service_is_written_once_with_its_parent_whatever_the_order():
    chain = [row("a", parent=""), *[row(child, parent=parent) for parent, child in ("ab", "bc", "cd", "de")]]
    random.Random(7).shuffle(chain)
    services.bring(chain, by=User.objects.operator())
    assert dict(Service.objects.values_list("slug", "parent__slug")) == {"a": None, "b": "a", "c": "b", "d": "c", "e": "d"}
    assert set(Service.objects.values_list("revision", flat=True)) == {1}


@pytest.mark.django_db
def test_parents_may_change_places_in_one_call():
    operator = User.objects.operator()
    services.bring([row("a"), row("b", parent="a")], by=operator)
    services.bring([row("b", parent=""), row("a", parent="b")], by=operator)
    assert dict(Service.objects.values_list("slug", "parent__slug")) == {"a": "b", "b": None}


@pytest.mark.django_db
def test_dependencies_are_the_whole_list():
    operator = User.objects.operator()
    services.bring([row("a", depends_on=["b", "c"]), row("b"), row("c")], by=operator)
    services.bring([row("a", depends_on=["c"])], by=operator)
    assert [(found.service.slug, found.needs.slug) for found in Dependency.objects.all()] == [("a", "c")]
    assert services.bring([row("a", depends_on=["c"])], by=operator).unchanged == 1


@pytest.mark.django_db
def test_every_row_of_a_circle_is_named_and_only_these():
    with pytest.raises(WrongRows) as refusal:
        services.bring(
            [row("a", depends_on=["b"]), row("b", depends_on=["c"]), row("c", depends_on=["a", "d"]), row("d")],
            by=User.objects.operator(),
        )
    assert [(wrong.row, wrong.column) for wrong in refusal.value.wrong] == [(0, "depends_on"), (1, "depends_on"), (2, "depends_on")]
    assert Service.objects.count() == 0


@pytest.mark.django_db
def test_a_long_chain_is_no_circle_and_no_trouble():
    chain = [row("s0")] + [row(f"s{place}", depends_on=[f"s{place - 1}"]) for place in range(1, 1_500)]
    assert services.bring(chain, by=User.objects.operator()).created == 1_500


@pytest.mark.django_db
def test_owners_nobody_knows_are_made_as_empty_teams():
    environments.bring([row("prod", stage="production", owner="operations")], by=User.objects.operator(), at=NOON)
    assert Environment.objects.get().owner == Team.objects.get(slug="operations")


@pytest.mark.django_db
def test_what_an_environment_clears_gets_its_default():
    operator = User.objects.operator()
    environments.bring([row("prod", stage="production", lanes=2, time_zone="Asia/Tokyo", parts=["eu"])], by=operator, at=NOON)
    environments.bring([row("prod", lanes=None, time_zone="", parts=[])], by=operator, at=NOON)
    found = Environment.objects.get()
    assert (found.lanes, found.time_zone, found.parts, found.stage) == (None, "UTC", [], "production")


@pytest.mark.django_db
def test_fewer_lanes_than_are_booked_ahead_are_refused_by_the_row():
    operator = User.objects.operator()
    environment = EnvironmentFactory(slug="prod", lanes=3)
    for _ in range(3):
        bookings.book(environment, by=operator, starts_at=NOON, ends_at=NOON + timedelta(hours=1))
    with pytest.raises(WrongRows, match="cannot have 2 lanes only"):
        environments.bring([row("prod", lanes=2)], by=operator, at=NOON)
    assert environments.bring([row("prod", lanes=2)], by=operator, at=NOON + timedelta(hours=1)).changed == 1


@given(st.dictionaries(st.integers(0, 6), st.lists(st.integers(0, 6), max_size=3), max_size=7))
def test_circles_are_found_exactly_where_something_can_be_reached_from_itself(edges):
    def reached(start):
        seen, ahead = set(), list(edges.get(start, ()))
        while ahead:
            node = ahead.pop()
            if node not in seen:
                seen.add(node)
                ahead += edges.get(node, ())
        return seen

    on_circles = {node for node in range(7) if node in reached(node)}
    found = circles(edges)
    assert set().union(*found) <= on_circles
    # Each strongly connected part shows one walk; every circle touches one of them.
    assert bool(found) == bool(on_circles)
    for walk in found:
        assert walk[0] == walk[-1]
        assert all(target in edges[origin] for origin, target in pairwise(walk))
