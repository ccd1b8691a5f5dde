"""Evidence through both doors: shown, refused, read again, and taken away as a file that runs nowhere."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.vocabulary import AccountKind, Role, Scope
from releases import tasks
from releases.models import Evidence
from tests.callers import API, BASE, Caller, change
from tests.factories import NOON, UserFactory
from tests.reading import signed_in, words
from tests.releases.evidence.reports import files, junit

pytestmark = pytest.mark.django_db
WRITE = (Scope.READ, Scope.WRITE)
HOSTILE = [
    (
        b"<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite>&x;</testsuite>",
        "junit",
        "r.xml",
        "It declares a document type",
    ),
    (b"PK\x03\x04", "junit", "r.xml", "It is a zip archive and no report"),
    (b"<svg onload='alert(1)'/>", "file", "picture.svg", "It is a page that can run scripts"),
    (b"<html><script>alert(1)</script>", "file", "report.pdf", "It is a page that can run scripts"),
    (b"", "file", "empty.txt", "The file is empty"),
]


class Sender(Caller):
    """A program of the release's side."""

    def show(self, gate: Any, **given: Any) -> Any:
        """Parts of multipart/form-data."""
        return self.client.post(f"{API}gates/{gate.pk}/evidence/", given, headers=self.headers)


def page_of(gate: Any) -> str:
    return f"{gate.get_absolute_url()}evidence/new/"


def test_a_program_shows_a_report_and_reads_it_again(gate: Any, rita: Any):
    robot = Sender(user=UserFactory(kind=AccountKind.SERVICE, roles=[Role.RELEASE_MANAGER]), scopes=WRITE)
    item = gate.release.items.first()
    answer = robot.show(gate, kind="junit", file=junit(2, failed=1), note="Nightly", item=item.pk)
    body = answer.json()
    assert answer.status_code == 201, body
    shown = Evidence.objects.get()
    assert answer["Location"] == body["url"] == f"{BASE}gates/{gate.pk}/evidence/{shown.pk}/"
    assert (body["kind"], body["candidate"], body["note"], body["item"]["id"]) == ("junit", 1, "Nightly", item.pk)
    assert (body["counts"]["tests"], body["falls_short"][:27]) == (2, "Asked is at least 3 tests, ")
    assert body["file"] == {
        "name": "report.xml",
        "size": shown.size,
        "sha256": shown.digest,
        "url": f"http://testserver/evidence/{shown.pk}/file",
    }
    assert robot.rows(f"gates/{gate.pk}/evidence/") == [body] == [robot.get(body["url"]).json()]
    assert robot.get(body["item"]["url"]).json()["id"] == item.pk


def test_notes_and_links_come_as_json(gate: Any, rita: Any):
    caller = Sender(user=rita, scopes=WRITE)
    address = f"gates/{gate.pk}/evidence/"
    note = caller.send("POST", address, {"kind": "note", "note": "Seen"}, **{"Idempotency-Key": "one"})
    again = caller.send("POST", address, {"kind": "note", "note": "Seen"}, **{"Idempotency-Key": "one"})
    link = caller.send("POST", address, {"kind": "link", "link": "https://ci.example/7"})
    assert (note.status_code, link.status_code, note.json()["file"]) == (201, 201, None)
    assert (again.content, link.json()["link"]) == (note.content, "https://ci.example/7")
    assert [row["kind"] for row in caller.rows(address)] == ["note", "link"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "kind"),
        ({"kind": "preparations"}, "kind"),
        ({"kind": "note"}, "note"),
        ({"kind": "note", "note": "x", "link": "https://ci.example/"}, "link"),
        ({"kind": "link", "link": "javascript:alert(1)"}, "link"),
        ({"kind": "junit"}, "file"),
        ({"kind": "file", "file": "not a file"}, "file"),
        ({"kind": "note", "note": "x", "item": 0}, "item"),
        ({"kind": "note", "note": "x", "digest": "0"}, "digest"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_at_either_door(gate: Any, rita: Any, given: Any, field: str):
    caller = Sender(user=rita, scopes=WRITE)
    for answer in (caller.send("POST", f"gates/{gate.pk}/evidence/", given), caller.show(gate, **given)):
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    if field not in ("digest", "item") and "file" not in given:
        page = signed_in(rita).post(page_of(gate), given)
        assert page.status_code == 400
        assert f'id="id_{field}_error"' in page.content.decode()
    assert not Evidence.objects.exists()


def test_no_part_stands_twice(gate: Any, rita: Any):
    answer = Sender(user=rita, scopes=WRITE).show(gate, kind="note", note=["one", "two"])
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"note": ["This stands more than once in the body; send it once."]},
    )


@pytest.mark.parametrize(("content", "kind", "name", "begins"), HOSTILE)
def test_hostile_files_are_refused_with_a_sentence_and_nothing_is_kept(
    gate: Any, rita: Any, own_folder: Any, content: bytes, kind: str, name: str, begins: str
):
    answer = Sender(user=rita, scopes=WRITE).show(gate, kind=kind, file=SimpleUploadedFile(name, content))
    assert answer.status_code == 422
    assert answer.json()["errors"]["file"][0].startswith(begins)
    page = signed_in(rita).post(page_of(gate), {"kind": kind, "file": SimpleUploadedFile(name, content), "note": "Kept here"})
    read = words(page.content.decode())
    assert (page.status_code, begins in read, "Kept here" in read) == (422, True, True)
    assert (files(own_folder), Evidence.objects.count()) == ([], 0)


def test_what_is_too_large_is_refused_before_it_is_read(gate: Any, rita: Any):
    headers = Sender(user=rita, scopes=WRITE).headers
    sent: dict[str, Any] = {"CONTENT_LENGTH": "200000000", "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    answer = Client().post(f"{API}gates/{gate.pk}/evidence/", headers=headers, **sent)
    assert (answer.status_code, answer.json()["detail"][:26]) == (413, "At most 50 MB are taken at")


def test_neither_a_reader_nor_a_token_without_the_scope_shows_anything(gate: Any, rita: Any):
    note = {"kind": "note", "note": "Seen"}
    reader = UserFactory()
    for caller in (Sender(user=reader, scopes=WRITE), Sender(user=rita, scopes=(Scope.READ,))):
        assert caller.send("POST", f"gates/{gate.pk}/evidence/", note).status_code == 403
    page = signed_in(reader)
    assert (page.get(page_of(gate)).status_code, page.post(page_of(gate), note).status_code) == (403, 403)
    assert "Show evidence" not in page.get(gate.get_absolute_url()).content.decode()
    assert not Evidence.objects.exists()


def test_somebody_shows_a_file_on_the_page_and_everybody_reads_what_it_comes_to(gate: Any, rita: Any):
    page = signed_in(rita)
    before = words(page.get(gate.get_absolute_url()).content.decode())
    assert "It has not been shown a test report (JUnit XML)." in before
    form = page.get(page_of(gate)).content.decode()
    assert 'enctype="multipart/form-data"' in form
    assert '<option value="junit" selected' in form
    item = gate.release.items.get(service__slug="ledger")
    given = {"kind": "junit", "file": junit(2, failed=1, name="r & b.xml"), "note": "Nightly", "item": item.pk}
    assert page.post(page_of(gate), given).status_code == 302
    shown = Evidence.objects.get()
    assert (shown.item, shown.file_name) == (item, "r & b.xml")
    after = words(signed_in(UserFactory()).get(gate.get_absolute_url()).content.decode())
    assert "r & b.xml" in after
    assert "JUnit XML: 2 tests, 1 passed, 1 failed, 0 in error, 0 skipped" in after
    assert "It falls short. Asked is at least 3 tests, and there are 2" in after
    assert "Nightly" in after
    assert "by Rita Release , of ledger, candidate 1" in after


def test_a_gate_changed_since_is_not_shown_anything_unseen(gate: Any, rita: Any):
    change(gate, ask="Something else")
    answer = signed_in(rita).post(page_of(gate), {"kind": "note", "note": "Seen", "seen": str(gate.revision - 1)})
    assert (answer.status_code, Evidence.objects.count()) == (412, 0)


@pytest.fixture
def shown(gate: Any, rita: Any) -> Any:
    """A file whose name is not ASCII."""
    given = {"kind": "file", "file": SimpleUploadedFile("prüf 'x'.txt", b"<b>as it is</b> text")}
    assert signed_in(rita).post(page_of(gate), given).status_code == 302
    return Evidence.objects.get()


def test_a_file_is_taken_away_as_it_came_and_runs_nowhere(shown: Any):
    answer = signed_in(UserFactory()).get(f"/evidence/{shown.pk}/file")
    assert (answer.status_code, b"".join(answer)) == (200, b"<b>as it is</b> text")
    assert answer["Content-Disposition"] == "attachment; filename=\"pr_f 'x'.txt\"; filename*=UTF-8''pr%C3%BCf%20%27x%27.txt"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert (answer["Cache-Control"], answer["Content-Length"]) == ("private, no-store", str(shown.size))


def test_files_of_what_one_may_not_see_are_not_there(shown: Any, rita: Any):
    assert Client().get(f"/evidence/{shown.pk}/file").status_code == 302
    change(shown.gate.release, restricted_until=NOON.replace(year=2099))
    stranger = UserFactory()
    caller = Sender(user=stranger, scopes=WRITE)
    assert signed_in(stranger).get(f"/evidence/{shown.pk}/file").status_code == 404
    for place in ("", f"{shown.pk}/"):
        assert caller.get(f"gates/{shown.gate_id}/evidence/{place}").status_code == 404
    assert caller.send("POST", f"gates/{shown.gate_id}/evidence/", {"kind": "note", "note": "x"}).status_code == 404


def test_what_has_no_file_or_lost_it_says_so(shown: Any, rita: Any, own_folder: Any):
    next(path for path in own_folder.rglob(shown.digest)).unlink()
    answer = signed_in(rita).get(f"/evidence/{shown.pk}/file")
    assert (answer.status_code, "bring it back from a backup" in answer.content.decode()) == (404, True)
    note = Sender(user=rita, scopes=WRITE).send("POST", f"gates/{shown.gate_id}/evidence/", {"kind": "note", "note": "x"}).json()
    assert signed_in(rita).get(f"/evidence/{note['id']}/file").status_code == 404


def test_the_clock_sweeps(shown: Any, own_folder: Any):
    tasks.sweep_evidence()
    assert files(own_folder) == [shown.digest]


def test_the_documents_say_both_bodies():
    caller = Sender(user=UserFactory(), scopes=WRITE)
    paths = json.loads(caller.get("openapi.json").content)["paths"]
    content = paths["/api/v1/gates/{gate}/evidence/"]["post"]["requestBody"]["content"]
    assert "file" not in content["application/json"]["schema"]["properties"]
    assert content["multipart/form-data"]["schema"]["properties"]["file"] == {
        "type": "string",
        "format": "binary",
        "description": "Up to 50 MB; of a report as it was written, not packed. Choose it again after a refusal.",
    }
