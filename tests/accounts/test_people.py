"""Verbs on people, and who may use them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connections, transaction

from accounts import rules
from accounts.actions import people
from accounts.models import User
from accounts.vocabulary import Role
from common import labels
from common.refusals import BadInput, Conflict, NotAllowed, RuleBroken
from history.deeds import deed, record
from history.models import Change, Event
from tests.accounts.conftest import PASSWORD


def test_bringing_makes_strangers_inactive_and_finds_the_others(operator, vera_the_viewer):
    found = people.bring(["Vera@example.org", "new.person@example.org", " NEW.person@example.org "], by=operator)
    assert found.keys() == {"vera@example.org", "new.person@example.org"}
    assert found["vera@example.org"] == vera_the_viewer
    stranger = User.objects.get(email="new.person@example.org")
    assert (stranger.name, stranger.is_active, stranger.has_usable_password()) == ("New Person", False, False)


@pytest.mark.parametrize(
    "address", ["", "no", "a@", "a b@example.org", "x" * 250 + "@example.org", "a\x00@example.org", "a@example.org\r\nBcc: b@c.de"]
)
def test_what_is_no_address_is_refused_by_name(operator, address):
    with pytest.raises(BadInput) as refusal:
        people.bring([address], by=operator)
    assert "is not an e-mail address" in refusal.value.sentence
    assert User.objects.people().count() == 0


def test_bringing_costs_the_same_for_1_and_for_30(operator, django_assert_num_queries):
    for count in (1, 30):
        # savepoint, event's number, look-up, people, event, facts, end of the deed, savepoint; and what looks for approvals and
        # readiness that the changes bear on
        with django_assert_num_queries(10):
            people.bring([f"p{count}-{n}@example.org" for n in range(count)], by=operator)


@pytest.mark.django_db(transaction=True)
def test_bringing_again_changes_nothing(operator):
    people.bring(["a@example.org", "b@example.org"], by=operator)
    before = Event.objects.count()
    people.bring(["a@example.org", "b@example.org"], by=operator)
    assert Event.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_history_holds_no_name_and_no_address(operator, make_person):
    person = make_person("zacharias")
    people.set_roles(person, [Role.PMO], by=operator)
    for row in [
        *Change.objects.values_list("before", "after"),
        *Event.objects.values_list("reason", "facts__template", "facts__data"),
    ]:
        assert "zacharias" not in str(row).lower()


def test_roles_are_exactly_those_given(operator, vera_the_viewer):
    people.set_roles(vera_the_viewer, [Role.PMO, Role.AUDITOR], by=operator)
    assert vera_the_viewer.has_role(Role.PMO)
    people.set_roles(vera_the_viewer, [Role.RELEASE_MANAGER], by=operator)
    assert vera_the_viewer.role_names == {"Release manager"}


def test_the_last_administrator_stays_one(operator, ada_the_administrator, make_person):
    for verb in (
        lambda: people.set_roles(ada_the_administrator, [], by=operator),
        lambda: people.deactivate(ada_the_administrator, by=operator),
    ):
        with pytest.raises(RuleBroken):
            verb()
    make_person("second", Role.ADMINISTRATOR)
    people.deactivate(ada_the_administrator, by=operator)
    assert not User.objects.get(pk=ada_the_administrator.pk).is_active


def test_inactive_people_hold_no_role(operator, make_person):
    person = make_person("gone", Role.PMO)
    gone = people.deactivate(person, by=operator)
    assert not gone.has_role(Role.PMO)
    assert not gone.sees_everything


@pytest.mark.parametrize("role", [None, *Role])
def test_only_administrators_manage_people(role, make_person, vera_the_viewer):
    by = make_person("by", *([role] if role else []))
    may = role == Role.ADMINISTRATOR
    assert rules.may_manage_people(by) is may
    verbs = [
        lambda: people.add(by=by, email="x@example.org", name="X", password=PASSWORD),
        lambda: people.set_roles(vera_the_viewer, [Role.PMO], by=by),
        lambda: people.deactivate(vera_the_viewer, by=by),
        lambda: people.activate(vera_the_viewer, by=by),
        lambda: people.remove_second_factor(vera_the_viewer, by=by),
        lambda: people.make_nameless(vera_the_viewer, by=by),
    ]
    for verb in verbs:
        if may:
            verb()
        else:
            with pytest.raises(NotAllowed):
                verb()


def test_an_address_belongs_to_one_person(operator, vera_the_viewer):
    with pytest.raises(Conflict):
        people.add(by=operator, email="VERA@example.org", name="Another Vera")


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b"])
def test_a_name_is_printable_and_not_endless(operator, name):
    with pytest.raises(BadInput):
        people.add(by=operator, email="x@example.org", name=name)


def test_a_name_is_one_line(operator):
    assert (
        people.add(by=operator, email="x@example.org", name="Mallory\r\nBcc: all@example.org").name
        == "Mallory Bcc: all@example.org"
    )


def test_the_page_changes_zone_and_region(vera_the_viewer, browser_of):
    browser = browser_of(vera_the_viewer)
    assert browser.post("/me/preferences/", {"time_zone": "Asia/Kolkata", "region": "IN-KA"}).status_code == 302
    vera = User.objects.get(pk=vera_the_viewer.pk)
    assert (str(vera.zone), vera.region) == ("Asia/Kolkata", "IN-KA")


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"region": "de"},
        {"region": "Bavaria"},
        {"time_zone": "x" * 65},
    ],
)
def test_both_the_page_and_the_verb_refuse_wrong_preferences(vera_the_viewer, browser_of, wrong):
    values = {"time_zone": "", "region": ""} | wrong
    answer = browser_of(vera_the_viewer).post("/me/preferences/", values)
    assert answer.status_code == 400
    assert list(answer.context["preferences"].errors) == list(wrong)
    with pytest.raises(BadInput) as refusal:
        people.set_preferences(vera_the_viewer, by=vera_the_viewer, **values)
    assert list(refusal.value.errors) == list(wrong)


def test_without_a_zone_the_installations_counts(vera_the_viewer, settings):
    settings.DEFAULT_ZONE = "Europe/Berlin"
    assert str(vera_the_viewer.zone) == "Europe/Berlin"


def test_a_nameless_person_is_a_former_colleague_everywhere(operator, vera_the_viewer, client):
    people.make_nameless(vera_the_viewer, by=operator)
    nameless = User.objects.get(pk=vera_the_viewer.pk)
    assert str(nameless) == "former colleague"
    assert labels.of([("user", nameless.pk)], operator)["user", nameless.pk].text == "former colleague"
    assert client.post("/accounts/login/", {"login": "vera@example.org", "password": PASSWORD}).status_code == 200
    with pytest.raises(Conflict):
        people.activate(nameless, by=operator)


def test_the_database_keeps_addresses_in_lower_case_and_built_in_accounts_outside(operator):
    for wrong in (
        {"email": "Upper@example.org"},
        {"email": "x@example.org", "kind": "builtin", "is_active": True},
        {"kind": "ghost"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), deed(by=operator):
            record(User.objects.create(name="x", **wrong), "made", by=operator)


def test_the_built_in_accounts_stay(operator, ada_the_administrator):
    for verb in (people.activate, people.deactivate, people.make_nameless):
        with pytest.raises(RuleBroken):
            verb(User.objects.clock(), by=ada_the_administrator)


@pytest.mark.parametrize(
    ("role", "sees"),
    [(None, False), *[(role, role in {Role.PMO, Role.AUDITOR, Role.ADMINISTRATOR}) for role in Role]],
)
def test_who_sees_restricted_things(role, sees, make_person):
    assert make_person("by", *([role] if role else [])).sees_everything is sees


def test_the_built_in_accounts_see_everything(db):
    assert all(user.sees_everything for user in (User.objects.operator(), User.objects.clock(), User.objects.doorkeeper()))


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_end_each_others_access_at_once(operator, make_person):
    for turn in range(10):
        pair = [make_person(f"{name}{turn}", Role.ADMINISTRATOR) for name in ("ada", "bob")]
        ready = Barrier(2)

        def end(person: User, ready: Barrier = ready) -> str:
            try:
                ready.wait()
                people.deactivate(person, by=operator)
            except RuleBroken:
                return "refused"
            else:
                return "ended"
            finally:
                connections.close_all()

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(end, pair)) == ["ended", "refused"]
        left = User.objects.active().get(groups__name=Role.ADMINISTRATOR)
        with deed(by=operator):
            # For the next turn, past the rule.
            left.groups.clear()
            record(left, "changed_roles", by=operator)
