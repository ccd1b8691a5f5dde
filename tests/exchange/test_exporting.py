"""Exports: importing one changes nothing, in every format; nothing in them is taken for a formula; nobody exports what is hidden."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import BadInput
from exchange.kinds import KINDS, Calendars
from exchange.kinds.holdings import EXAMPLES, HOLDINGS
from exchange.kinds.sheet import Source, read
from exchange.queries import example, export
from history.models import Head
from projects.models import Milestone, Program
from tests.exchange.calls import bring
from tests.factories import (
    ArtefactFactory,
    CandidateFactory,
    ContributionFactory,
    ItemFactory,
    MilestoneFactory,
    OutputFactory,
    ProgramFactory,
    ProjectFactory,
    ReleaseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
FORMS = ["csv", "xlsx", "json"]
NAMES = ["=1+1", "+49", "-1", "@home", "'=x", "''@y", "'quoted'", 'a,b;c"d', "Größe 💶", "12.50"]


def told(noun, form="csv", by=None):
    content, _ = export(noun, form, by or User.objects.operator())
    return content


@pytest.fixture
def several(organisation):
    """Every noun, with names that spreadsheets like to take for something else."""
    for number, name in enumerate(NAMES):
        program = ProgramFactory(code=f"P{number}", name=name, description=f"{name}\nsecond line\t.", manager=UserFactory())
        MilestoneFactory(
            project=None, program=program, name=name, code=f"m{number}", description=f"{name}\n", uid=name, calendar=name
        )
    bring("release,environment,parts,starts_at,ends_at\npayments@2.0,prod,eu|us,2027-01-01T10:00Z,2027-01-01T11:00:01.5Z\n")
    MilestoneFactory(project=None, program=None, cancelled_at=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.usefixtures("several")
@pytest.mark.parametrize("form", FORMS)
def test_importing_an_export_changes_nothing(form):
    head = Head.objects.get().number
    outcome = bring(*(Source.of(f"{noun}.{form}", told(noun, form)) for noun in HOLDINGS))
    assert outcome.row_errors == []
    assert list(outcome.counts) == list(HOLDINGS)
    assert {(brought.created, brought.changed) for brought in outcome.counts.values()} == {(0, 0)}
    assert all(brought.unchanged for brought in outcome.counts.values())
    assert Head.objects.get().number == head


@pytest.mark.usefixtures("several")
def test_importing_exported_milestones_as_a_calendar_changes_nothing():
    head = Head.objects.get().number
    outcome = bring(Source.of("m.ics", told("milestones", "ics")), calendars=Calendars("milestone", prune=True))
    assert outcome.row_errors == []
    assert vars(outcome.counts["milestones"]) == {"created": 0, "changed": 0, "unchanged": Milestone.objects.count()}
    assert Head.objects.get().number == head


@pytest.mark.usefixtures("several")
def test_an_exported_calendar_moves_what_was_moved_in_it():
    content = told("milestones", "ics").replace(b"SUMMARY:Gr", b"SUMMARY:Neue Gr")
    bring(Source.of("m.ics", content), calendars=Calendars("milestone"))
    assert list(Milestone.objects.filter(name__startswith="Neue").values_list("code", flat=True)) == ["m8"]


@pytest.mark.usefixtures("several")
def test_no_cell_is_a_formula():
    rows = list(csv.reader(io.StringIO(told("programs").decode("utf-8-sig"))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    sheet = load_workbook(io.BytesIO(told("programs", "xlsx"))).active
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    assert sheet["B3"].value == "=1+1"
    assert json.loads(told("programs", "json"))[1]["name"] == "=1+1"


def test_what_a_column_cannot_tell_is_left_out():
    release = ReleaseFactory()
    candidate = release.candidates.first() or CandidateFactory(release=release)
    for address in ("https://a", "https://b"):
        item = ItemFactory(release=release)
        ArtefactFactory(item=item, candidate=candidate, address=address)
    content, left_out = export("releases", "csv", User.objects.operator())
    assert left_out == ["artefact_url"]
    outcome = bring(content)
    assert vars(outcome.counts["releases"])["unchanged"] == 1


def test_an_export_holds_what_its_reader_may_see():
    viewer = UserFactory(roles=[Role.RELEASE_MANAGER])
    hidden = ProjectFactory(restricted_until=datetime.now(UTC) + timedelta(days=1))
    ContributionFactory(release=ReleaseFactory(), output=OutputFactory(project=hidden))
    ProgramFactory(code="SEEN")
    assert json.loads(told("projects", "json", by=viewer)) == []
    content, left_out = export("releases", "json", viewer)
    assert left_out == ["outputs"]
    assert hidden.code not in content.decode()


def test_an_export_is_narrowed_by_filters_and_words():
    for status in ("active", "closed"):
        ProjectFactory(code=status, status=status)
    content, _ = export("projects", "json", User.objects.operator(), given={"status": ["active"]})
    assert [row["code"] for row in json.loads(content)] == ["active"]
    content, _ = export("projects", "json", User.objects.operator(), words="closed")
    assert [row["code"] for row in json.loads(content)] == ["closed"]


@pytest.mark.parametrize(
    ("noun", "form", "sentence"),
    [("teams", "csv", "nothing called “teams”"), ("projects", "pdf", "“pdf” is no format"), ("projects", "ics", "Only milestones")],
)
def test_what_cannot_be_exported_is_said(noun, form, sentence):
    with pytest.raises(BadInput, match=sentence):
        told(noun, form)


@pytest.mark.parametrize("noun", list(EXAMPLES))
def test_a_template_has_every_column_and_a_row_that_can_be_read(noun):
    sheet = read(Source.of("t.csv", example(noun, "csv")), KINDS, 10)
    assert sheet.errors == []
    assert sheet.kind.noun == noun
    assert set(sheet.rows[0]) == set(sheet.kind.columns) - {"key"}


def test_the_templates_of_all_nouns_can_be_imported_together():
    outcome = bring(*(Source.of(f"{noun}.xlsx", example(noun, "xlsx")) for noun in reversed(EXAMPLES)))
    assert outcome.row_errors == []
    assert {(brought.created, brought.unchanged) for brought in outcome.counts.values()} == {(1, 0)}


def test_the_command_writes_to_a_file(tmp_path):
    ProgramFactory(code="P")
    call_command("export", "programs", "--format", "xlsx", "--output", str(tmp_path / "p.xlsx"))
    assert bring(Source.at(tmp_path / "p.xlsx")).row_errors == []
    assert Program.objects.count() == 1
    with pytest.raises(CommandError, match="Only milestones"):
        call_command("export", "programs", "--format", "ics")
