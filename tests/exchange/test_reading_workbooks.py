"""XLSX wherever CSV: cells as their columns want them, sheets as files, and what is refused before or while it is opened."""

import io
import zipfile
from datetime import date, datetime

import pytest
from openpyxl import Workbook

from environments.models import Service
from exchange.formats.bounds import Unfit
from exchange.formats.workbook import look_at
from exchange.kinds.sheet import Source
from projects.models import Milestone, Program, Project
from tests.exchange.calls import bring, kept

pytestmark = pytest.mark.django_db


def workbook(*sheets, **titled):
    book = Workbook()
    book.remove(book.active)
    for title, rows in [*((f"Sheet {number}", rows) for number, rows in enumerate(sheets, start=1)), *titled.items()]:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return Source.of("plan.xlsx", file.getvalue())


def problem(source):
    before = kept()
    outcome = bring(source)
    assert kept() == before
    assert outcome.row_errors, "it was taken"
    error = outcome.row_errors[0]
    return error.file, error.row, error.problem


def test_cells_are_read_as_their_columns_want_them():
    outcome = bring(
        workbook(
            [
                ["code", "name", "status", "starts_on", "ends_on", "budget", "currency"],
                [4711, "=not a formula but text"[1:], "active", date(2026, 3, 1), datetime(2026, 3, 31), 125000.5, "EUR"],
                [],
                ["PAY", "Payments", None, None, None, 200, None],
            ]
        )
    )
    assert outcome.row_errors == []
    assert list(Project.objects.order_by("code").values_list("code", "starts_on", "ends_on", "budget")) == [
        ("4711", date(2026, 3, 1), date(2026, 3, 31), 125000.5),
        ("PAY", None, None, 200),
    ]


def test_each_sheet_is_a_file_and_they_may_refer_to_each_other():
    outcome = bring(
        workbook(
            Milestones=[["project", "code", "name", "starts_on"], ["PAY", "m", "M", "2026-03-01"]],
            Projects=[["code", "name", "program"], ["PAY", "Payments", "P"]],
            Programs=[["code", "name", "description"], ["P", "Program", "x"]],
            Notes=[],
        )
    )
    assert outcome.row_errors == []
    assert (Program.objects.count(), Project.objects.count(), Milestone.objects.count()) == (1, 1, 1)


def test_wrong_cells_are_named_by_sheet_and_row():
    source = workbook(
        Services=[["slug", "name", "kind"], ["a", "A", "service"], [None], ["b b", "B", "service"]],
        Programs=[["code", "name", "description"], ["P", "Program", "x"]],
    )
    assert problem(source)[:2] == ("plan.xlsx, sheet Services", 4)


def test_formulas_and_errors_are_refused_by_their_cell():
    file, row, sentence = problem(workbook([["slug", "name", "kind"], ["a", "=1+1", "service"]]))
    assert (file, row) == ("plan.xlsx", 2)
    assert sentence == "The cell B2 holds a formula; put its value there (copy, paste special, values)."
    assert problem(workbook([["slug", "name"], ["a", "#REF!"]]))[2] == "The cell B2 holds the error #REF!; put a value there."


def test_very_many_columns_and_rows_are_refused():
    assert problem(workbook([["slug", *("x" * 300)]]))[2].startswith("Row 1 has more than 200 columns")
    wide = workbook([["slug", "name", "kind"], ["a", "A", "service", *[None] * 300, "x"]])
    assert problem(wide)[1:] == (2, "Row 2 has more than 200 columns, and no rows we read have as many.")


def archive(entries, **options):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, **options) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return Source.of("plan.xlsx", file.getvalue())


PLAIN = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}
BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (archive({"a.txt": "x"}), "It is a zip archive and no spreadsheet"),
        (archive(PLAIN), "It is damaged and cannot be read"),
        (archive(PLAIN | {f"xl/{n}": "" for n in range(1000)}), "It is an archive of 1,002 entries"),
        (archive(PLAIN | {"xl/a": b"0" * 2_000_000}), "It unpacks to"),
        (archive(PLAIN | {"xl/workbook.xml": BOMB + "]><workbook>&j;</workbook>"}), "It is damaged and cannot be read"),
    ],
    ids=["another archive", "no sheets", "too many entries", "packed too well", "a bomb of entities"],
)
def test_what_is_no_honest_spreadsheet_is_refused(source, sentence):
    assert problem(source)[2].startswith(sentence)


def test_what_unpacks_to_more_than_200_mb_is_refused_without_unpacking_it(tmp_path):
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in PLAIN.items():
            packed.writestr(name, content)
        with packed.open("xl/sheet.xml", "w", force_zip64=True) as entry:
            for _ in range(201):
                entry.write(b"0" * 1_000_000)
    with pytest.raises(Unfit, match="It unpacks to 201 MB; at most 200 MB are read"):
        look_at(str(path))


def test_a_spreadsheet_is_told_by_what_it_holds():
    source = workbook([["slug", "name", "kind"], ["a", "A", "service"]])
    assert bring(source.called("rows.csv")).row_errors == []
    assert Service.objects.get().slug == "a"
