"""The page of imports: check first, see what is wrong in a table, say yes, follow it; files are one's own and kept for an hour."""

import csv
import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.vocabulary import Role
from exchange.actions import waiting
from exchange.models import Import
from exchange.tasks import bring, take_up
from exchange.vocabulary import ImportState
from projects.models import Milestone, Program
from tests.exchange.calls import kept
from tests.factories import ProgramFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
GOOD = "code,name,description\nP,Program,\n"


@pytest.fixture
def pmo(client, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    person = UserFactory(roles=[Role.PMO])
    client.force_login(person)
    return person


def upload(client, *contents, **fields):
    files = [SimpleUploadedFile(f"{place}.csv", content.encode()) for place, content in enumerate(contents)]
    return client.post("/imports/", {"files": files, **fields})


def latest():
    return Import.objects.order_by("pk").last()


def folders(tmp_path):
    return list((tmp_path / "imports").glob("*/*"))


def test_files_are_checked_first_and_imported_by_a_yes(client, pmo, tmp_path):
    before = kept()
    answer = upload(client, GOOD)
    checked = latest()
    assert answer["Location"] == f"/imports/{checked.pk}/"
    assert b"Waiting for a worker" in client.get(answer["Location"]).content
    bring(checked.pk)
    assert kept() == before
    page = client.get(answer["Location"]).content.decode()
    assert "What it would do" in page
    assert "Import it" in page
    answer = client.post(f"/imports/{checked.pk}/confirmation/")
    asked = latest()
    assert answer["Location"] == f"/imports/{asked.pk}/"
    assert not Program.objects.exists()
    bring(asked.pk)
    assert Program.objects.get().code == "P"
    assert "All of it is kept." in client.get(answer["Location"]).content.decode()
    assert folders(tmp_path) == []
    assert client.post(f"/imports/{checked.pk}/confirmation/").status_code == 409
    assert latest().pk == asked.pk


def test_row_errors_stand_in_a_table_and_nothing_is_kept(client, pmo):
    upload(client, GOOD, "slug,name,kind\na b,<b>,service\n")
    bring(latest().pk)
    page = client.get(latest().get_absolute_url()).content.decode()
    assert "1 row error" in page
    assert '<th scope="row">1.csv</th><td data-label="Row">2</td><td data-label="Column">slug</td>' in page
    assert "Import it" not in page
    assert client.post(f"/imports/{latest().pk}/confirmation/").status_code == 409
    assert not Program.objects.exists()


def test_progress_is_asked_for_under_a_tag(client, pmo):
    upload(client, GOOD)
    address = latest().get_absolute_url()
    part = client.get(address, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b'hx-trigger="every 1s"' in part.content
    again = {"HX-Request": "true", "If-None-Match": part["ETag"]}
    assert client.get(address, headers=again).status_code == 304
    bring(latest().pk)
    after = client.get(address, headers=again)
    assert after.status_code == 200
    assert b"hx-trigger" not in after.content


def test_others_see_neither_the_import_nor_its_files(client, pmo):
    upload(client, GOOD)
    bring(latest().pk)
    client.force_login(UserFactory(roles=[Role.PMO]))
    assert client.get(latest().get_absolute_url()).status_code == 404
    assert client.post(f"/imports/{latest().pk}/confirmation/").status_code == 404
    client.force_login(UserFactory(roles=[Role.AUDITOR, Role.PMO]))
    assert client.get(latest().get_absolute_url()).status_code == 200
    assert client.post(f"/imports/{latest().pk}/confirmation/").status_code == 403


def test_who_may_not_write_anything_imports_nothing(client, pmo):
    client.force_login(UserFactory())
    page = client.get("/imports/").content.decode()
    assert 'type="file"' not in page
    assert "An administrator can give you such a role." in page
    assert upload(client, GOOD).status_code == 403
    assert latest() is None


def test_what_was_typed_stays_and_the_field_is_pointed_at(client, pmo):
    answer = client.post("/imports/", {"into": "team:X"})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'value="team:X"' in page
    assert "“team:X” is no target" in page
    answer = client.post("/imports/", {"into": ""})
    assert 'aria-invalid="true"' in answer.content.decode()
    assert "Choose at least one file." in answer.content.decode()


def test_calendars_go_where_they_are_told(client, pmo):
    ProjectFactory(code="PAY")
    text = "BEGIN:VCALENDAR\nPRODID:x\nBEGIN:VEVENT\nUID:a\nDTSTART;VALUE=DATE:20260301\nSUMMARY:A\nEND:VEVENT\nEND:VCALENDAR\n"
    upload(client, text, into="project:PAY")
    bring(latest().pk)
    client.post(f"/imports/{latest().pk}/confirmation/")
    bring(latest().pk)
    assert Milestone.objects.get().project.code == "PAY"


def test_after_an_hour_the_files_are_gone(client, pmo, tmp_path):
    upload(client, GOOD)
    bring(latest().pk)
    (folder,) = folders(tmp_path)
    later = timezone.now() + timedelta(hours=1, seconds=1)
    hour = time.time() - 3601
    os.utime(folder, (hour, hour))
    Import.objects.update(kept_until=timezone.now())
    assert client.post(f"/imports/{latest().pk}/confirmation/").status_code == 409
    waiting.take_up(at=later)
    assert folders(tmp_path) == []


def test_what_nobody_was_woken_for_is_taken_up_and_what_nobody_ends_is_ended(client, pmo):
    upload(client, GOOD)
    Import.objects.update(started_at=timezone.now() - timedelta(minutes=1))
    take_up()
    assert latest().state == ImportState.CHECKED
    Import.objects.update(state=ImportState.RUNNING, started_at=timezone.now() - timedelta(hours=1))
    take_up()
    assert latest().state == ImportState.BROKEN
    page = client.get(latest().get_absolute_url()).content.decode()
    assert "ended by an error of the program" in page


def test_files_are_kept_under_names_of_ours(client, pmo, tmp_path):
    file = SimpleUploadedFile("x.csv", GOOD.encode())
    file._name = "..\u202e/evil\r\n.csv"
    asked = waiting.ask([file], by=pmo, at=timezone.now(), dry_run=True)
    (folder,) = folders(tmp_path)
    assert [path.name for path in Path(folder).iterdir()] == ["0"]
    assert asked.files[0]["name"].isprintable()


def test_a_list_is_downloaded_as_it_is_narrowed(client, pmo):
    ProgramFactory(code="A", name="=cmd")
    ProgramFactory(code="B", name="Other")
    assert b'href="/exports/programs.csv?q=Other"' in client.get("/programs/?q=Other").content
    answer = client.get("/exports/programs.csv?q=cmd&sort=name")
    assert answer["Content-Disposition"] == 'attachment; filename="programs.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["code"], row["name"]) for row in rows] == [("A", "'=cmd")]
    assert client.get("/exports/teams.csv").status_code == 404
    assert client.get("/exports/projects.csv?status=nonsense").status_code == 400


def test_templates_are_downloaded(client, pmo):
    for form in ("csv", "xlsx"):
        answer = client.get(f"/imports/templates/releases.{form}")
        assert answer["Content-Disposition"] == f'attachment; filename="releases-template.{form}"'
    assert client.get("/imports/templates/releases.json").status_code == 400
