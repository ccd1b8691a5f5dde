"""`manage.py import`: counts, row errors, exit status, and whose event it is."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.vocabulary import Role
from environments.models import Service
from exchange.models import Import
from history.models import Event
from projects.models import Milestone, Program
from tests.factories import ProgramFactory, UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments, **options):
    out, errors = io.StringIO(), io.StringIO()
    call_command("import", *map(str, arguments), stdout=out, stderr=errors, **options)
    return out.getvalue()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.csv").write_text("slug,name,owner,kind\npay,Pay,payments,service\n")
    (tmp_path / "B.CSV").write_text("code,name,description\nP,Program,\n")
    (tmp_path / "notes.txt").write_text("nothing to import")
    return tmp_path


def test_a_folder_stands_for_its_csv_files_and_the_counts_are_printed(folder):
    assert run(folder).splitlines() == [
        "read B.CSV: 1 rows",
        "read a.csv: 1 rows",
        "services: 1 rows",
        "programs: 1 rows",
        "numbering the event and keeping it all",
        "services: 1 created, 0 changed, 0 unchanged",
        "programs: 1 created, 0 changed, 0 unchanged",
        "created on the way: 1 teams",
    ]
    assert Program.objects.count() == Service.objects.count() == 1


def test_a_dry_run_says_so_and_keeps_nothing(folder):
    assert run(folder, "--dry-run").splitlines()[-1] == "This was a dry run; nothing was kept."
    assert Service.objects.count() == 0


def test_wrong_rows_are_named_and_nothing_is_changed(folder):
    (folder / "c.csv").write_text("slug,name,stage\np q,Prod,production\n")
    errors = io.StringIO()
    with pytest.raises(CommandError, match=r"^Nothing was changed\.$") as refusal:
        call_command("import", str(folder), stdout=io.StringIO(), stderr=errors)
    assert refusal.value.returncode == 1
    assert errors.getvalue().startswith("c.csv, row 2, column slug: “p q” can't stand in an address.")
    assert Service.objects.count() == 0


def test_of_many_wrong_rows_fifty_are_printed(tmp_path):
    (tmp_path / "a.csv").write_text("slug,name,kind\n" + "a b,A,service\n" * 60)
    errors = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import", str(tmp_path), stdout=io.StringIO(), stderr=errors)
    lines = errors.getvalue().splitlines()
    assert len(lines) == 51
    assert lines[-1] == "… and 10 more."


def test_xml_is_refused_by_name(tmp_path):
    (tmp_path / "plan.xml").write_text("x")
    with pytest.raises(CommandError, match="XML is not read yet"):
        run(tmp_path / "plan.xml")


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CommandError, match="There is no file"):
        run(tmp_path / "gone.csv")


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(CommandError, match=r"There is no \.csv, \.xlsx, \.ics or \.json file"):
        run(tmp_path)


def test_it_may_be_done_in_somebodys_name(folder):
    pia = UserFactory(email="pia@example.org", roles=[Role.PMO, Role.ENVIRONMENT_MANAGER])
    run(folder, "--by", "PIA@example.org")
    assert Event.objects.order_by("-pk").first().actor_id == pia.pk
    assert Import.objects.order_by("-pk").first().actor_id == pia.pk


def test_in_the_name_of_who_may_not_it_is_refused(folder):
    UserFactory(email="vera@example.org")
    with pytest.raises(CommandError, match="may import"):
        run(folder, "--by", "vera@example.org")
    with pytest.raises(CommandError, match="There is no active account"):
        run(folder, "--by", "nobody@example.org")


def test_only_administrators_trust_history(folder):
    UserFactory(email="rita@example.org", roles=[Role.RELEASE_MANAGER])
    with pytest.raises(CommandError, match="Only an administrator"):
        run(folder, "--trust-history", "--by", "rita@example.org")
    assert Service.objects.count() == 0


def test_calendars_go_where_they_are_told(tmp_path):
    ProgramFactory(code="P")
    for name, days in {"first.ics": (1, 2), "second.ics": (2, 3)}.items():
        events = "".join(f"BEGIN:VEVENT\nUID:{day}\nDTSTART;VALUE=DATE:2026030{day}\nSUMMARY:{day}\nEND:VEVENT\n" for day in days)
        (tmp_path / name).write_text(f"BEGIN:VCALENDAR\nPRODID:x\n{events}END:VCALENDAR\n")
        out = run(tmp_path / name, "--as", "milestone", "--into", "program:P", "--prune")
    assert out.splitlines()[-1] == "milestones: 1 created, 1 changed, 1 unchanged"
    assert list(Milestone.objects.filter(cancelled_at=None, program__code="P").values_list("code", flat=True)) == ["2", "3"]
    with pytest.raises(CommandError, match="Freezes and maintenance windows cannot be imported yet"):
        run(tmp_path / "first.ics", "--as", "freeze")
