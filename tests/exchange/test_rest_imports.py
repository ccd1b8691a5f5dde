"""REST `imports/`: 200 with counts, 422 with row errors, 202 and progress, 409 while another runs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from accounts.vocabulary import Role, Scope
from common.locks import Lock
from exchange.models import Import
from exchange.tasks import bring
from exchange.vocabulary import ImportState
from projects.models import Milestone, Program
from tests.callers import BASE, Caller
from tests.exchange.calls import kept

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "code,name,manager,description\nP,Program,new@example.org,\n"


@pytest.fixture
def caller(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return Caller(Role.PMO, scopes=[Scope.READ, Scope.WRITE])


def post(caller, *contents, query="", name="rows.csv", **headers):
    files = [SimpleUploadedFile(name, content.encode()) for content in contents]
    return caller.client.post(f"/api/v1/imports/{query}", {"files": files}, headers=caller.headers | headers)


def test_files_are_imported_and_the_counts_answered(caller):
    answer = post(caller, GOOD)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["counts"] == {"programs": {"created": 1, "changed": 0, "unchanged": 0}}
    assert body["created"] == {"teams": 0, "people": 1}
    assert (body["state"], body["row_errors"]) == ("done", [])
    assert body["url"] == f"{BASE}imports/{body['id']}/"
    assert answer["Location"] == body["url"]
    assert caller.get(body["url"]).json() == body
    assert caller.rows("imports/") == [body]
    again = post(caller, GOOD).json()
    assert again["counts"]["programs"] == {"created": 0, "changed": 0, "unchanged": 1}


def test_a_dry_run_keeps_nothing(caller):
    before = kept()
    body = post(caller, GOOD, query="?dry_run=true").json()
    assert body["counts"]["programs"]["created"] == 1
    assert body["state"] == "checked"
    assert kept() == before


def test_wrong_rows_are_a_422_that_lists_them(caller):
    before = kept()
    answer = post(caller, GOOD, "slug,name,kind\na b,A,service\n")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    body = answer.json()
    assert body["detail"] == "1 row error; nothing was changed."
    (error,) = body["row_errors"]
    assert (error["file"], error["row"], error["column"]) == ("rows.csv", 2, "slug")
    assert kept() == before


def test_whoever_prefers_not_to_wait_is_answered_at_once(caller):
    answer = post(caller, GOOD, Prefer="respond-async, wait=10")
    assert (answer.status_code, answer["Preference-Applied"]) == (202, "respond-async")
    assert answer.json()["state"] == "waiting"
    tag = caller.get(answer["Location"])["ETag"]
    assert caller.get(answer["Location"], **{"If-None-Match": tag}).status_code == 304
    bring(answer.json()["id"])
    after = caller.get(answer["Location"], **{"If-None-Match": tag})
    assert (after.status_code, after.json()["state"]) == (200, "done")
    assert Program.objects.count() == 1


def test_calendars_are_told_what_they_become(caller):
    text = "BEGIN:VCALENDAR\nPRODID:x\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260301\nSUMMARY:A\nEND:VEVENT\nEND:VCALENDAR\n"
    assert post(caller, text).status_code == 422
    assert post(caller, text, query="?as=freeze").status_code == 400
    Program.objects.all().delete()
    assert post(caller, text, query="?as=milestone&prune=true").status_code == 200
    assert Milestone.objects.get().uid == "a"


def test_a_key_makes_it_happen_once(caller):
    first = post_fixed(caller, "one")
    again = post_fixed(caller, "one")
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotency-Replayed"] == "true"
    assert Import.objects.count() == 1


def test_a_refused_import_leaves_its_key_for_the_mended_files(caller):
    refused = post_fixed(caller, "once", GOOD.replace("P,", "new,"))
    assert (refused.status_code, refused.json()["number_of_errors"]) == (422, 1)
    assert post_fixed(caller, "once").status_code == 200


def test_a_key_of_a_dry_run_is_not_taken_for_the_import(caller):
    assert post_fixed(caller, "once", query="?dry_run=true").status_code == 200
    answer = post_fixed(caller, "once")
    assert (answer.status_code, Program.objects.count()) == (422, 0)
    assert "another request" in answer.json()["detail"]


def post_fixed(caller, key, content=GOOD, query=""):
    body = f'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n{content}\r\n--b--\r\n'
    headers = caller.headers | {"Idempotency-Key": key}
    address = f"/api/v1/imports/{query}"
    return caller.client.generic("POST", address, body, content_type="multipart/form-data; boundary=b", headers=headers)


def test_one_at_a_time(caller, monkeypatch):
    monkeypatch.setattr("exchange.actions.imports.PATIENCE_SECONDS", 1)
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [Lock.IMPORTS.value])
        answer = post(caller, GOOD)
        assert (answer.status_code, answer.json()["detail"][:27]) == (409, "Another import is under way")
        number = post(caller, GOOD, Prefer="respond-async").json()["id"]
        bring(number)
        assert Import.objects.get(pk=number).state == ImportState.WAITING
    finally:
        other.close()
    bring(number)
    assert Import.objects.get(pk=number).state == ImportState.DONE


def test_each_sees_their_own_and_needs_the_right_to_write(caller):
    number = post(caller, GOOD).json()["id"]
    stranger = Caller(Role.RELEASE_MANAGER)
    assert stranger.get(f"imports/{number}/").status_code == 404
    assert stranger.rows("imports/") == []
    assert [row["id"] for row in Caller(Role.AUDITOR).rows("imports/")] == [number]
    assert post(stranger, GOOD).status_code == 403
    assert post(Caller(scopes=[Scope.READ, Scope.WRITE]), GOOD).status_code == 403


@pytest.mark.parametrize(
    ("query", "content", "status"),
    [
        ("", "", 400),
        ("?x=1", GOOD, 400),
        ("?dry_run=yes", GOOD, 400),
        ("?into=team:x", GOOD, 400),
        ("?trust_history=true", GOOD, 403),
    ],
)
def test_what_is_not_understood_is_refused(caller, query, content, status):
    answer = post(caller, *([content] if content else []), query=query)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_other_bodies_are_refused(caller):
    assert caller.send("POST", "imports/", {"files": []}).status_code == 415
    answer = caller.client.generic(
        "POST", "/api/v1/imports/", b"x", content_type="multipart/form-data; boundary=b", headers=caller.headers
    )
    assert answer.status_code == 400
    assert Import.objects.count() == 0
