"""Files as programs write them: encodings, delimiters, line ends, shields, and which kind a header means."""

import io

import pytest

from environments.models import Environment, Service
from exchange.formats.shields import shielded, unshielded
from exchange.kinds import KINDS
from exchange.kinds.sheet import Source, read
from projects.models import Milestone, Project
from tests.exchange.calls import bring

ROWS = "slug,name,kind,owner\nledger,Größe & Co,component,finance\n"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content",
    [
        ROWS.encode(),
        b"\xef\xbb\xbf" + ROWS.encode(),
        ROWS.replace(",", ";").encode(),
        ROWS.replace("\n", "\r\n").encode(),
        ROWS.rstrip("\n").encode(),
        ROWS.replace("Größe & Co", '"Größe & Co"').encode(),
        (ROWS + "\n,,,\n").encode(),
        b"\xef\xbb\xbf" + ROWS.replace(",", ";").replace("\n", "\r\n").encode(),
        "owner,kind,slug,name\nfinance,component,ledger,Größe & Co\n".encode(),
        " slug , name ,kind,owner\n ledger , Größe & Co , component ,finance\n".encode(),
    ],
    ids=[
        "plain",
        "BOM",
        "semicolons",
        "CRLF",
        "no last line end",
        "quoted",
        "blank rows",
        "as a spreadsheet writes it",
        "other order",
        "blanks",
    ],
)
def test_all_mean_the_same(content):
    outcome = bring(content)
    assert outcome.row_errors == []
    assert list(Service.objects.values_list("slug", "name", "kind", "owner__slug")) == [
        ("ledger", "Größe & Co", "component", "finance")
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'=1+1", "=1+1"),
        ("'+49", "+49"),
        ("'-1", "-1"),
        ("'@home", "@home"),
        ("'\tx", "\tx"),
        ("'\rx", "\rx"),
        ("'quoted'", "'quoted'"),
        ("'", "'"),
        ("''=x", "'=x"),
        ("=1+1", "=1+1"),
    ],
)
def test_the_shield_of_an_export_is_taken_off_exactly(text, value):
    assert unshielded(text) == value


@pytest.mark.parametrize("text", ["=1+1", "'=1+1", "''@home", "-", "'", "'quoted'", "plain", "", "\r", "'\t"])
def test_whatever_is_shielded_comes_back_as_it_was(text):
    assert unshielded(shielded(text)) == text
    assert not shielded(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.django_db
def test_a_shielded_name_arrives_without_its_shield():
    bring("slug,name,kind\na,'=cmd(),service\n")
    assert Service.objects.get().name == "=cmd()"


@pytest.mark.parametrize(
    ("header", "noun"),
    [
        ("code,name,description", "programs"),
        ("code,name,program", "projects"),
        ("program,code,name", "milestones"),
        ("project,code,name,starts_on", "milestones"),
        ("project,code,name", "outputs"),
        ("project,code,name,due_on", "outputs"),
        ("slug,name,parent", "services"),
        ("slug,name,stage", "environments"),
        ("name,version", "releases"),
        ("key,risk", "releases"),
        ("release,environment", "promotions"),
        ("environment,status,release", "promotions"),
    ],
)
def test_the_header_tells_the_kind(header, noun):
    sheet = read(Source.of("any.name", f"{header}\n".encode()), KINDS, 10)
    assert sheet.kind is not None
    assert sheet.kind.noun == noun


@pytest.mark.django_db
def test_rows_are_counted_as_spreadsheets_do():
    outcome = bring('code,name,description\nA,A,"three\nlines\nhere"\n\nB B,B,\n')
    assert [(error.row, error.column) for error in outcome.row_errors] == [(4, "code")]


@pytest.mark.django_db
def test_a_description_keeps_its_lines():
    bring('code,name,scope\nA,A,"one\r\ntwo\tthree\n"\n')
    assert Project.objects.get().scope == "one\ntwo\tthree\n"


@pytest.mark.django_db
def test_lists_are_split_at_the_bar_and_keep_their_order():
    bring("slug,name,stage,parts\nprod,Production,production, us | eu |us||\n")
    assert Environment.objects.get().parts == ["us", "eu"]


@pytest.mark.django_db
def test_a_milestone_without_program_and_project_is_the_organisations():
    bring("program,code,name,starts_on\n,all-hands,All hands,2026-03-01\n")
    milestone = Milestone.objects.get()
    assert (milestone.program, milestone.project) == (None, None)


def test_of_a_file_no_more_is_held_than_a_line():
    class Counted(io.BytesIO):
        asked: list[int] = []

        def readline(self, size=-1):
            self.asked.append(size)
            return super().readline(size)

        def read(self, size=-1):
            self.asked.append(size)
            return super().read(size)

    content = b"slug,name,kind\n" + b"a,A,service\n" * 50
    sheet = read(Source("x.csv", len(content), lambda: Counted(content)), KINDS, 100)
    assert len(sheet.rows) == 50
    assert all(0 < size <= 1_000_000 for size in Counted.asked)


def test_more_rows_than_one_call_takes_are_refused():
    sheet = read(Source.of("x.csv", b"slug,name,kind\n" + b"a,A,service\n" * 11), KINDS, 10)
    assert not sheet.is_readable
    assert [(error.row, error.problem) for error in sheet.errors] == [
        (12, "One call takes at most 10 rows; bring the rest in another one.")
    ]
