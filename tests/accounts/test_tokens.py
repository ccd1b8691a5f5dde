"""API tokens: made and revoked through both doors, and what one is good for."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import people, tokens
from accounts.authentication import needed_scope
from accounts.models import ApiToken
from accounts.vocabulary import Scope
from common.refusals import BadInput, NotAllowed, RuleBroken
from history.models import Change
from tests.accounts.conftest import confirm

ME, TOKENS = "/api/v1/me/", "/api/v1/tokens/"
FORM = {"name": "pipeline", "scopes": ["read", "write"], "days": "30"}


def make_on_the_page(client):
    confirm(client)
    return client.post("/me/tokens/", FORM)


def make_by_program(client, **changes):
    return client.post(
        TOKENS, {"name": "pipeline", "scopes": ["read", "write"], "days": 30} | changes, content_type="application/json"
    )


def bearer(secret):
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_the_page_shows_a_new_token_once(vera_the_viewer, browser_of):
    browser = browser_of(vera_the_viewer)
    answer = make_on_the_page(browser)
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert bearer(secret).get(ME).json()["email"] == vera_the_viewer.email
    assert secret not in browser.get("/me/").content.decode()


def test_the_page_asks_for_the_password_first(vera_the_viewer, browser_of):
    browser = browser_of(vera_the_viewer)
    answer = browser.post("/me/tokens/", FORM)
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not ApiToken.objects.exists()
    resumed = browser.post(answer["Location"], {"password": "a long enough secret"})
    assert resumed.context["secret"].startswith("rc_"), "what was begun goes on after the password"


def test_a_program_makes_a_token_with_its_own(vera_the_viewer, program_of):
    answer = make_by_program(program_of(vera_the_viewer))
    assert answer.status_code == 201
    body = answer.json()
    assert answer["Location"] == body["url"]
    assert answer["Cache-Control"] == "no-store"
    assert bearer(body["secret"]).get(ME).json()["scopes"] == ["read", "write"]
    assert "secret" not in bearer(body["secret"]).get(body["url"]).json()


def test_the_session_may_only_after_the_password(vera_the_viewer, browser_of):
    browser = browser_of(vera_the_viewer)
    assert make_by_program(browser).status_code == 403
    confirm(browser)
    assert make_by_program(browser).status_code == 201


def test_the_session_needs_its_csrf_token(vera_the_viewer, browser_of):
    signed_in = browser_of(vera_the_viewer)
    confirm(signed_in)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    assert strict.get(ME).status_code == 200
    assert make_by_program(strict).status_code == 403
    assert not ApiToken.objects.exists()


def test_a_token_gives_away_no_scope_it_lacks(vera_the_viewer, program_of):
    answer = make_by_program(program_of(vera_the_viewer, "read", "admin"), scopes=["read", "approve"])
    assert answer.status_code == 422
    assert "approve" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["fly"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 732}, "days"),
        ({"days": "soon"}, "days"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
    ],
)
def test_wrong_shapes_are_named(vera_the_viewer, program_of, browser_of, changes, field):
    answer = make_by_program(program_of(vera_the_viewer), **changes)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    browser = browser_of(vera_the_viewer)
    confirm(browser)
    page = browser.post("/me/tokens/", FORM | changes)
    assert page.status_code == 400
    assert list(page.context["new_token"].errors) == [field]


def test_both_doors_revoke(vera_the_viewer, program_of, browser_of):
    program, other = program_of(vera_the_viewer), program_of(vera_the_viewer)
    first, second = ApiToken.objects.order_by("pk")
    assert program.delete(f"{TOKENS}{second.pk}/").status_code == 204
    assert other.get(ME).status_code == 401
    assert browser_of(vera_the_viewer).post(f"/me/tokens/{first.pk}/revocation/").status_code == 302
    assert program.get(ME).status_code == 401


def test_both_doors_hide_the_tokens_of_others(vera_the_viewer, ada_the_administrator, program_of, browser_of):
    vera = program_of(vera_the_viewer)
    token = ApiToken.objects.get()
    ada = program_of(ada_the_administrator)
    assert ada.get(f"{TOKENS}{token.pk}/").status_code == 404
    assert ada.delete(f"{TOKENS}{token.pk}/").status_code == 404
    assert browser_of(ada_the_administrator).post(f"/me/tokens/{token.pk}/revocation/").status_code == 404
    assert [row["id"] for row in ada.get(TOKENS).json()["results"]] != [token.pk]
    assert vera.get(ME).status_code == 200


def test_an_expired_token_is_no_longer_good(vera_the_viewer, program_of):
    program = program_of(vera_the_viewer, days=2)
    now = timezone.now()
    with time_machine.travel(now + timedelta(hours=47)):
        assert program.get(ME).status_code == 200
    with time_machine.travel(now + timedelta(hours=48, minutes=1)):
        answer = program.get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"
    assert answer["Content-Type"] == "application/problem+json"


def test_the_token_of_a_deactivated_owner_is_no_longer_good(vera_the_viewer, program_of, operator):
    program = program_of(vera_the_viewer)
    people.deactivate(vera_the_viewer, by=operator)
    assert program.get(ME).status_code == 401


@pytest.mark.parametrize(
    "header", ["Bearer rc_" + "a" * 32, "Bearer ", "Bearer x", "Basic YTpi", "rc_" + "a" * 32, "Bearer rc_" + "é" * 32]
)
def test_another_header_is_a_401(db, header):
    answer = Client(headers={"Authorization": header}).get(ME)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_without_credentials_it_is_a_401(db):
    assert Client().get(ME).status_code == 401


def test_the_header_goes_before_the_session(vera_the_viewer, ada_the_administrator, program_of, browser_of):
    program = program_of(vera_the_viewer)
    program.cookies = browser_of(ada_the_administrator).cookies
    assert program.get(ME).json()["id"] == vera_the_viewer.pk


def test_authentication_is_one_query(vera_the_viewer, program_of, django_assert_num_queries):
    program = program_of(vera_the_viewer)
    program.get(ME)
    with django_assert_num_queries(3):  # the token with its owner and roles; the last number; the teams
        tag = program.get(ME)["ETag"]
    with django_assert_num_queries(2):  # the same without the teams
        assert program.get(ME, headers={"If-None-Match": tag}).status_code == 304


def test_tags_follow_what_changes_without_an_event(vera_the_viewer, program_of):
    program, other = program_of(vera_the_viewer), program_of(vera_the_viewer)
    for address in (TOKENS, f"{TOKENS}{ApiToken.objects.first().pk}/"):
        tag = program.get(address)["ETag"]
        assert program.get(address, headers={"If-None-Match": tag}).status_code == 304
        with time_machine.travel(timezone.now() + timedelta(minutes=2 if address == TOKENS else 4)):
            other.get(ME)
            assert program.get(address, headers={"If-None-Match": tag}).status_code == 200


def test_last_use_is_written_at_most_once_a_minute_and_is_no_event(vera_the_viewer, program_of):
    program = program_of(vera_the_viewer)
    now = timezone.now()
    used = []
    for seconds in (0, 30, 59, 61):
        with time_machine.travel(now + timedelta(seconds=seconds), tick=False):
            program.get(ME)
        used.append(ApiToken.objects.get().last_used_at)
    assert used[0] == used[1] == used[2]
    assert used[3] == now + timedelta(seconds=61)
    assert ApiToken.objects.get().revision == 1


class Reading:
    reads = True


class Approving:
    scope = Scope.APPROVE


class Administering:
    scope = Scope.ADMIN


class Usual:
    pass


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("view", "beyond_reading"), [(Usual, "write"), (Approving, "approve"), (Administering, "admin"), (Reading, "read")]
)
def test_the_scope_a_view_needs(method, view, beyond_reading):
    assert needed_scope(method, view()) == ("read" if method in {"GET", "HEAD", "OPTIONS"} else beyond_reading)


@pytest.mark.parametrize("scope", Scope.values)
def test_what_a_token_of_one_scope_may(vera_the_viewer, program_of, scope):
    program = program_of(vera_the_viewer, scope)
    assert program.get(ME).status_code == (200 if scope == "read" else 403)
    assert make_by_program(program, scopes=[scope]).status_code == (201 if scope == "admin" else 403)


def test_service_accounts_never_get_the_scope_to_decide(make_person, operator):
    robot = make_person("robot", kind="service")
    with pytest.raises(RuleBroken):
        tokens.make(robot, by=operator, name="x", scopes=["read", "approve"], days=1, at=timezone.now())
    token, _ = tokens.make(robot, by=operator, name="x", scopes=["write", "read"], days=1, at=timezone.now())
    assert token.scopes == ["read", "write"]


def test_who_may_make_whose_tokens(make_person, ada_the_administrator, vera_the_viewer):
    robot = make_person("robot", kind="service")

    def make(owner, by):
        return tokens.make(owner, by=by, name="x", scopes=["read"], days=1, at=timezone.now())

    make(robot, ada_the_administrator)
    make(vera_the_viewer, vera_the_viewer)
    for owner, by in [(vera_the_viewer, ada_the_administrator), (robot, vera_the_viewer), (ada_the_administrator, vera_the_viewer)]:
        with pytest.raises(NotAllowed):
            make(owner, by)


def test_a_token_needs_a_scope(vera_the_viewer):
    with pytest.raises(BadInput):
        tokens.make(vera_the_viewer, by=vera_the_viewer, name="x", scopes=[], days=1, at=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_the_secret_is_nowhere(vera_the_viewer, program_of, caplog, capfd):
    """Not in the token's row, not in history, not in a session, not in the logs of the request that made it or used it."""
    answer = make_by_program(program_of(vera_the_viewer))
    secret = answer.json()["secret"]
    bearer(secret).get(ME)
    bearer(secret).get("/api/v1/nowhere/")
    token = ApiToken.objects.get(name="pipeline")
    (change,) = Change.objects.filter(table_name="accounts_apitoken", row_id=token.pk)
    assert change.after["digest"] == change.after["prefix"] == change.after["name"] == "changed"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{secret}%"])
            assert cursor.fetchone() == (0,), table
    assert secret not in caplog.text
    assert secret not in "".join(capfd.readouterr())


def test_the_list_pages_without_gaps(vera_the_viewer, program_of):
    program = program_of(vera_the_viewer)
    for _ in range(6):
        make_by_program(program)
    everything = [row["id"] for row in program.get(TOKENS).json()["results"]]
    assert everything == sorted(everything, reverse=True)
    found, address = [], f"{TOKENS}?limit=3&count=true"
    while address:
        page = program.get(address).json()
        assert page["count"] == 7
        found += [row["id"] for row in page["results"]]
        last, address = page, page["next"]
    assert found == everything
    assert [row["id"] for row in program.get(last["previous"]).json()["results"]] == everything[3:6]


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "colour=red"])
def test_unknown_parameters_are_a_400(vera_the_viewer, program_of, query):
    assert program_of(vera_the_viewer).get(f"{TOKENS}?{query}").status_code == 400


def test_lists_cost_the_same_at_1_and_at_30_rows(vera_the_viewer, program_of, django_assert_num_queries):
    program = program_of(vera_the_viewer)
    program.get(TOKENS)
    for rows in (1, 30):
        while ApiToken.objects.count() < rows:
            program_of(vera_the_viewer)
        with django_assert_num_queries(4):  # the token, the last number, the last use, the page
            assert len(program.get(TOKENS).json()["results"]) == rows


def test_the_command_prints_the_token_alone(vera_the_viewer, capsys):
    call_command("token", "VERA@example.org", "--scopes", "read,write", "--days", "3")
    printed = capsys.readouterr()
    assert printed.err == ""
    assert bearer(printed.out.strip()).get(ME).json()["scopes"] == ["read", "write"]


@pytest.mark.parametrize(
    "arguments", [["nobody@example.org"], ["vera@example.org", "--scopes", "fly"], ["vera@example.org", "--days", "0"]]
)
def test_the_command_refuses_in_one_sentence(vera_the_viewer, capsys, arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("token", *arguments)
    assert "\n" not in str(refusal.value)
    assert capsys.readouterr().out == ""
    assert not ApiToken.objects.exists()
