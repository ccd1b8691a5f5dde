"""Statements that are composed once: what is filled in later, what is kept, and for whom."""

import pytest

from accounts.models import User
from common.kept import Kept
from common.statements import Among, Statement, compiled, for_all, joined, statement
from tests import factories


@pytest.mark.django_db
def test_ids_are_given_as_it_is_run():
    users = [factories.UserFactory(name=name) for name in ("Ada", "Bob", "Cai")]
    asked = compiled(User.objects.filter(Among("pk")).order_by("name").values_list("name"))
    assert asked.run({"ids": [users[2].pk, users[0].pk]}) == [("Ada",), ("Cai",)]
    assert asked.run({"ids": []}) == []


@pytest.mark.django_db
def test_no_more_rows_than_the_limit():
    for name in ("Ada", "Bob", "Cai"):
        factories.UserFactory(name=name)
    asked = compiled(User.objects.people().order_by("name").values_list("name")).limited()
    assert asked.run({"limit": 2}) == [("Ada",), ("Bob",)]


def test_what_nothing_can_match_asks_nothing(django_assert_num_queries, db):
    nothing = compiled(User.objects.none())
    with django_assert_num_queries(0):
        assert nothing.run() == nothing.limited().run({"limit": 1}) == joined([nothing, nothing], "SELECT (", ")").run() == []


@pytest.mark.django_db
def test_what_cannot_match_is_left_out_of_a_union():
    assert joined([Statement(), Statement("SELECT 1"), Statement("SELECT 2")], tail=" ORDER BY 1").run() == [(1,), (2,)]


def test_a_statement_is_built_once_and_only_what_may_be_kept_is_kept():
    built = []

    def build() -> Statement:
        built.append(1)
        return Statement("SELECT 1")

    for _ in range(2):
        statement(("test", "for one"), build, keep=lambda: False)
    assert len(built) == 2
    for _ in range(2):
        statement(("test", "for all"), build, keep=for_all)
    assert len(built) == 3


def test_the_longest_unused_is_given_up():
    kept = Kept(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
