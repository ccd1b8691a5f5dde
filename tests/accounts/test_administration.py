"""The administration: for administrators only, and every save a deed."""

import pytest

from accounts.models import Team, User
from accounts.vocabulary import Role
from history.models import Change, Event

PEOPLE, TEAMS = "/admin/accounts/user/", "/admin/accounts/team/"
PERSON = {"email": "Nina@Example.org", "name": "Nina Newcomer", "kind": "person", "time_zone": "", "region": ""}
MEMBERS = {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}


@pytest.fixture
def administration(ada_the_administrator, browser_of):
    return browser_of(ada_the_administrator)


@pytest.mark.parametrize("role", [None, *Role])
def test_it_opens_for_administrators_only(role, make_person, browser_of):
    browser = browser_of(make_person("by", *([role] if role else [])))
    expected = 200 if role == Role.ADMINISTRATOR else 403
    for address in ("/admin/", PEOPLE, f"{PEOPLE}add/", TEAMS):
        answer = browser.get(address, follow=True)
        assert answer.status_code == expected, address


def test_strangers_are_led_to_the_sign_in(client, db):
    answer = client.get("/admin/", follow=True)
    assert answer.request["PATH_INFO"] == "/accounts/login/"


@pytest.mark.django_db(transaction=True)
def test_adding_a_person_is_one_event(administration, ada_the_administrator):
    roles = [User.groups.field.related_model.objects.get(name=name).pk for name in ("PMO", "Auditor")]
    assert administration.post(f"{PEOPLE}add/", PERSON | {"roles": roles}).status_code == 302
    nina = User.objects.get(email="nina@example.org")
    assert nina.role_names == {"PMO", "Auditor"}
    assert not nina.has_usable_password()
    event = Event.objects.latest("id")
    assert event.actor_id == ada_the_administrator.pk
    assert {(fact.verb, fact.subject_id) for fact in event.facts.all()} == {("joined", nina.pk), ("changed_roles", nina.pk)}
    assert {change.event_id for change in Change.objects.filter(row_id=nina.pk, table_name="accounts_user")} == {event.pk}


@pytest.mark.django_db(transaction=True)
def test_a_refused_save_leaves_nothing(administration, ada_the_administrator):
    """Taking one's own last administrator role is against a rule: the other changes of the same form are taken back too."""
    form = PERSON | {"email": ada_the_administrator.email, "name": "Renamed", "roles": []}
    before = Event.objects.count()
    assert administration.post(f"{PEOPLE}{ada_the_administrator.pk}/change/", form).status_code == 422
    ada = User.objects.get(pk=ada_the_administrator.pk)
    assert (ada.name, ada.role_names) == (ada_the_administrator.name, {"Administrator"})
    assert Event.objects.count() == before


@pytest.mark.django_db(transaction=True)
def test_a_form_ends_nobodys_access(administration, ada_the_administrator):
    """That is a verb's business, which keeps the last administrator."""
    administrator = User.groups.field.related_model.objects.get(name=Role.ADMINISTRATOR).pk
    form = PERSON | {"email": ada_the_administrator.email, "is_active": "", "roles": [administrator]}
    assert administration.post(f"{PEOPLE}{ada_the_administrator.pk}/change/", form).status_code == 302
    ada = User.objects.get(pk=ada_the_administrator.pk)
    assert (ada.name, ada.is_active) == (PERSON["name"], True)


@pytest.mark.django_db(transaction=True)
def test_teams_and_their_members_are_told(administration, vera_the_viewer):
    form = {
        "slug": "a",
        "name": "A",
        "region": "",
        "parent": "",
        "lead": "",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
    }
    assert administration.post(f"{TEAMS}add/", form | {"memberships-0-user": vera_the_viewer.pk}).status_code == 302
    team = Team.objects.get(slug="a")
    assert team.pk in vera_the_viewer.team_ids
    told = {(fact.verb, fact.subject_kind, fact.subject_id) for fact in Event.objects.latest("id").facts.all()}
    assert told == {("added", "team", team.pk), ("changed_members", "team", team.pk)}


def test_a_circle_of_teams_is_said_at_the_field(administration, db):
    for slug, parent in (("top", ""), ("below", "top")):
        above = Team.objects.get(slug=parent).pk if parent else ""
        form = {"slug": slug, "name": slug, "region": "", "parent": above, "lead": ""} | MEMBERS
        assert administration.post(f"{TEAMS}add/", form).status_code == 302
    top, below = Team.objects.get(slug="top"), Team.objects.get(slug="below")
    form = {"slug": "top", "name": "top", "region": "", "parent": below.pk, "lead": ""} | MEMBERS
    answer = administration.post(f"{TEAMS}{top.pk}/change/", form)
    assert answer.status_code == 200
    assert "cannot be above its own parent" in answer.content.decode()


@pytest.mark.parametrize("action", ["deactivate", "activate", "remove_second_factor"])
def test_actions_on_many_use_the_verbs(administration, vera_the_viewer, ada_the_administrator, action):
    answer = administration.post(PEOPLE, {"action": action, "_selected_action": [vera_the_viewer.pk, 1]}, follow=True)
    assert "The built-in accounts stay as they are." in answer.content.decode()
    assert User.objects.get(pk=vera_the_viewer.pk).is_active is (action != "deactivate")


def test_people_are_not_deleted(administration, vera_the_viewer):
    assert administration.post(f"{PEOPLE}{vera_the_viewer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=vera_the_viewer.pk).exists()


def test_built_in_accounts_cannot_be_changed(administration):
    form = PERSON | {"email": "taken-over@example.org"}
    assert administration.post(f"{PEOPLE}1/change/", form).status_code == 403
    assert User.objects.operator().email == "operator@releasecal.invalid"


def test_it_shows_the_tables_made_for_it_and_no_others(administration):
    page = administration.get("/admin/").content.decode()
    assert "/admin/accounts/user/" in page
    for path in (
        "/admin/auth/group/",
        "/admin/mfa/authenticator/",
        "/admin/socialaccount/socialapp/",
        "/admin/account/emailaddress/",
    ):
        assert path not in page
        assert administration.get(path).status_code == 404
