"""Every wrong row names file, row, column and a sentence that says how to mend it, and nothing of the call is kept."""

import pytest

from exchange.kinds import KINDS
from exchange.kinds.sheet import Source, read
from exchange.vocabulary import GREATEST_SIZE
from tests.exchange.calls import bring, kept

LONG = "x" * 2_000
PROMOTION = "release,environment,starts_at,ends_at,status\n"

# what is imported, row, column, the beginning of the sentence
CASES = {
    "a header nobody knows": ("colour,taste\nred,sweet\n", 1, "", "The header is none we know (colour, taste)"),
    "an unknown column": ("slug,name,colour\na,A,red\n", 1, "colour", "The column “colour” is unknown; "),
    "a column twice": ("slug,name,name\na,A,B\n", 1, "name", "The column name stands in the header twice"),
    "a column without a name": ("slug,name,\na,A,\n", 1, "", "Column 3, which has no name, is unknown"),
    "more columns than anybody writes": (
        ",".join(f"c{n}" for n in range(100_000)) + "\n",
        1,
        "",
        "The header has 100,000 columns; at most 200 are read",
    ),
    "a header that fits two": (
        "code,name\nP,Program\n",
        1,
        "",
        "These columns fit programs and projects; add one that only one of them has",
    ),
    "an empty file": ("", 1, "", "It is empty; its first row names the columns."),
    "only a byte order mark": ("\ufeff\n", 1, "", "It is empty"),
    "too few cells": ("slug,name,kind\na,A,service\nb,B\n", 3, "", "The row has 2 cells, the header 3"),
    "too many cells": ("slug,name,kind\na,A,service,more\n", 2, "", "The row has 4 cells, the header 3"),
    "a missing parent": ("slug,name,parent\na,A,nobody\n", 2, "parent", "There is no service “nobody”"),
    "a missing dependency": ("slug,name,depends_on\na,A,ledger|nobody\n", 2, "depends_on", "There is no service “nobody”"),
    "a missing program": ("code,name,program,status\nX,X,NONE,active\n", 2, "program", "There is no program “NONE”"),
    "a missing project": ("project,code,name,status\nNONE,x,X,planned\n", 2, "project", "There is no project “NONE”"),
    "a milestone of a missing program": (
        "program,code,name,starts_on\nNONE,x,X,2026-01-01\n",
        2,
        "program",
        "There is no program “NONE”",
    ),
    "a missing service of an output": (
        "project,code,name,services\nPAY,x,X,nobody\n",
        2,
        "services",
        "There is no service “nobody”",
    ),
    "a missing service of a release": ("name,version,services\nx,1,nobody\n", 2, "services", "There is no service “nobody”"),
    "a missing output": ("name,version,outputs\nx,1,PAY/nothing\n", 2, "outputs", "There is no output “PAY/nothing”"),
    "a missing route": ("name,version,route\nx,1,nowhere\n", 2, "route", "There is no route “nowhere”"),
    "a missing release": (
        PROMOTION + "nobody@1,prod,2026-01-01T10:00Z,2026-01-01T11:00Z,\n",
        2,
        "release",
        "There is no release “nobody@1”",
    ),
    "a missing environment": (
        PROMOTION + "payments@2.0,moon,2026-01-01T10:00Z,2026-01-01T11:00Z,\n",
        2,
        "environment",
        "There is no environment “moon”",
    ),
    "a key that is no release": ("key,risk\nREL-999999999,low\n", 2, "key", "There is no release REL-999999999"),
    "what is no key": ("key,risk\nREL-0x1,low\n", 2, "key", "“REL-0x1” is no key"),
    "what names no release": (PROMOTION + "payments,prod,,,\n", 2, "release", "“payments” names no release"),
    "what names no output": ("name,version,outputs\nx,1,PAY\n", 2, "outputs", "“PAY” names no output"),
    "a program that ends before it starts": (
        "code,name,description,starts_on,ends_on\nX,X,,2026-02-01,2026-01-31\n",
        2,
        "ends_on",
        "It ends on 2026-01-31, before it starts on 2026-02-01",
    ),
    "a project that ends before it starts": (
        "code,name,status,starts_on,ends_on\nX,X,active,2026-02-01,2026-01-31\n",
        2,
        "ends_on",
        "It ends on 2026-01-31",
    ),
    "a project closed before it started": (
        "code,name,status,starts_on,closed_on\nX,X,closed,2026-02-01,2026-01-31\n",
        2,
        "closed_on",
        "It was closed on 2026-01-31",
    ),
    "a milestone that ends before it starts": (
        "program,code,name,starts_on,ends_on\nP,x,X,2026-02-01,2026-01-31\n",
        2,
        "ends_on",
        "It ends on 2026-01-31",
    ),
    "a promotion that ends as it starts": (
        PROMOTION + "payments@2.0,prod,2026-01-01T10:00Z,2026-01-01T10:00Z,\n",
        2,
        "ends_at",
        "It must end after it starts",
    ),
    "a day that never was": (
        "project,code,name,due_on\nPAY,x,X,2026-02-30\n",
        2,
        "due_on",
        "2026-02-30 is not a day of the calendar.",
    ),
    "a day in another notation": ("project,code,name,due_on\nPAY,x,X,31.03.2026\n", 2, "due_on", "'31.03.2026' is not a date"),
    "the year 9999": ("project,code,name,due_on\nPAY,x,X,9999-12-31\n", 2, "due_on", "9999-12-31 lies outside the years"),
    "an instant in the year 9999": (
        PROMOTION + "payments@2.0,prod,9999-12-31T10:00Z,9999-12-31T11:00Z,\n",
        2,
        "starts_at",
        "9999-12-31T10:00Z lies outside the years",
    ),
    "an instant that is none": (
        PROMOTION + "payments@2.0,prod,tomorrow,2026-01-01T10:00Z,\n",
        2,
        "starts_at",
        "'tomorrow' is not an instant",
    ),
    "a local time that does not exist": (
        PROMOTION + "payments@2.0,prod,2026-03-29T02:30,2026-03-29T05:00Z,\n",
        2,
        "starts_at",
        "2026-03-29 02:30 does not exist in Europe/Berlin",
    ),
    "a local time that exists twice": (
        PROMOTION + "payments@2.0,prod,2026-10-24T20:00Z,2026-10-25T02:30,\n",
        2,
        "ends_at",
        "2026-10-25 02:30 exists twice in Europe/Berlin",
    ),
    "an instant without an offset where there is no zone": (
        "program,code,name,starts_on,cancelled_at\nP,x,X,2026-01-01,2026-01-01T10:00\n",
        2,
        "cancelled_at",
        "2026-01-01T10:00 has no offset",
    ),
    "a service twice": (
        "slug,name,kind\na,A,service\nb,B,service\na,A again,service\n",
        4,
        "slug",
        "This service stands in an earlier row",
    ),
    "a release twice": ("name,version\nx,1\nx,1\n", 3, "name", "This release stands in an earlier row"),
    "an output twice": ("project,code,name,due_on\nPAY,x,X,\nPAY,x,X,\n", 3, "code", "This output stands in an earlier row"),
    "a milestone twice": (
        "program,code,name,starts_on\nP,x,X,2026-01-01\nP,x,X,2026-01-01\n",
        3,
        "code",
        "This milestone stands in an earlier row",
    ),
    "an attempt twice": (
        "release,environment,attempt,starts_at,ends_at\n"
        "payments@2.0,prod,,2026-01-01T10:00Z,2026-01-01T11:00Z\npayments@2.0,prod,1,2026-01-02T10:00Z,2026-01-02T11:00Z\n",
        3,
        "release",
        "This attempt at the same target stands in an earlier row",
    ),
    "two unfinished attempts": (
        "release,environment,attempt,starts_at,ends_at\n"
        "payments@2.0,prod,1,2027-01-01T10:00Z,2027-01-01T11:00Z\npayments@2.0,prod,2,2027-01-02T10:00Z,2027-01-02T11:00Z\n",
        2,
        "attempt",
        "Attempt 2 at the same target is unfinished too",
    ),
    "a long name": (f"slug,name,kind\na,{LONG},service\n", 2, "name", "It has 2000 characters; at most 300 are kept."),
    "a long code": (f"slug,name,kind\n{LONG},A,service\n", 2, "slug", "“xxx"),
    "a long version": (f"name,version\nx,{LONG}\n", 2, "version", "It has 2000 characters; at most 100 are kept."),
    "a line break in a name": (
        'slug,name,kind\na,"two\nlines",service\n',
        2,
        "name",
        "It holds a line break or another control character (U+000A)",
    ),
    "a carriage return in a name": (
        'slug,name,kind\na,"two\rlines",service\n',
        2,
        "name",
        "It holds a line break or another control character (U+000D)",
    ),
    "a header for mails in a name": (
        'code,name,description\nX,"X\r\nBcc: a@example.org",\n',
        2,
        "name",
        "It holds a line break or another control character (U+000D)",
    ),
    "an escape in a name": (
        "slug,name,kind\na,A\x1b[2J,service\n",
        2,
        "name",
        "It holds a line break or another control character (U+001B)",
    ),
    "a name that turns the direction of writing": (
        "slug,name,kind\na,gnp.\u202eexe,service\n",
        2,
        "name",
        "It holds a character that turns the direction of writing (U+202E)",
    ),
    "a bell in a description": ("code,name,description\nX,X,ring\x07\n", 2, "description", "It holds a control character (U+0007)"),
    "a code with a blank": ("slug,name,kind\na b,A,service\n", 2, "slug", "“a b” can't stand in an address."),
    "the reserved code": ("slug,name,kind\nnew,New,service\n", 2, "slug", "“new” can't stand in an address."),
    "no code": ("slug,name,kind\n,A,service\n", 2, "slug", "This identifies the row and cannot be empty"),
    "no name": ("slug,name,kind\na,,service\n", 2, "name", "This cannot be empty; fill it in."),
    "no column for a new one's name": ("slug,kind\na,service\n", 2, "name", "A new service needs this; add the column name"),
    "no day for a milestone": ("program,code,name,kind\nP,x,X,freeze\n", 2, "starts_on", "A new milestone needs this"),
    "no interval for a promotion": ("release,environment\npayments@2.0,prod\n", 2, "starts_at", "A new promotion needs this"),
    "no stage": ("slug,name,stage\na,A,\n", 2, "stage", "This cannot be empty; write one of development"),
    "an unknown word": ("slug,name,kind\na,A,gadget\n", 2, "kind", "“gadget” is not known here; write one of system, service"),
    "a tier out of range": ("slug,name,tier\na,A,5\n", 2, "tier", "“5” is not a whole number from 1 to 4."),
    "no lane": ("slug,name,stage,lanes\na,A,test,0\n", 2, "lanes", "“0” is not a whole number from 1"),
    "an unknown zone": ("slug,name,stage,time_zone\na,A,test,Mars/Olympus\n", 2, "time_zone", "“Mars/Olympus” is not a time zone"),
    "an amount with a comma": ('code,name,budget\nX,X,"1,000"\n', 2, "budget", "“1,000” is not an amount"),
    "a currency in words": ("code,name,currency\nX,X,Euro\n", 2, "currency", "“Euro” is not a currency"),
    "what is no address": ("code,name,manager,description\nX,X,somebody,\n", 2, "manager", "“somebody” is not an e-mail address."),
    "what is no digest": (
        "name,version,services,artefact_digest\nx,1,payments,sha256:ABC\n",
        2,
        "artefact_digest",
        "“sha256:ABC” is not a digest",
    ),
    "an artefact of nothing": (
        "name,version,artefact_url\nx,1,https://example.org/x\n",
        2,
        "artefact_url",
        "An artefact is what an item puts",
    ),
    "a reference without an id": ("name,version,reference\nx,1,Jira\n", 2, "reference", "“Jira” is no reference"),
    "an @ in a version": ("name,version\nx,1@2\n", 2, "version", "A version has no @ in it"),
    "a milestone of both": (
        "program,project,code,name,starts_on\nP,PAY,x,X,2026-01-01\n",
        2,
        "project",
        "A milestone belongs to a program or to a project, not to both",
    ),
    "its own parent": ("slug,name,parent\na,A,a\n", 2, "parent", "The service is below itself: a → a."),
    "a circle of parents": ("slug,name,parent\na,A,b\nb,B,c\nc,C,a\n", 2, "parent", "The service is below itself: "),
    "a circle with what is there": ("slug,parent\npayments,ledger\n", 2, "parent", "The service is below itself: "),
    "a circle of dependencies": ("slug,depends_on\npayments,ledger\n", 2, "depends_on", "The service depends on itself: "),
    "a part the environment has not": (
        "release,environment,parts,starts_at,ends_at\npayments@2.0,prod,eu|moon,2027-01-01T10:00Z,2027-01-01T11:00Z\n",
        2,
        "parts",
        "“moon” is no part of prod: its parts are eu, us.",
    ),
    "an approved promotion": (
        PROMOTION + "payments@2.0,prod,2026-01-01T10:00Z,2026-01-01T11:00Z,approved\n",
        2,
        "status",
        "“approved” is decided here and cannot be imported",
    ),
    "a promotion that ended in the future": (
        PROMOTION + "payments@2.0,prod,2026-11-20T10:00Z,2026-11-20T12:00:01Z,succeeded\n",
        2,
        "status",
        "It cannot be succeeded yet: its interval ends at 2026-11-20T12:00:01Z",
    ),
    "a draft of what succeeded": (
        PROMOTION + "payments@1.0,prod,2026-03-01T10:00:00Z,2026-03-01T12:00:00Z,draft\n",
        2,
        "status",
        "What is succeeded does not become draft again",
    ),
    "a status its promotions do not lead to": (
        "name,version,status\npayments,1.0,draft\n",
        2,
        "status",
        "The release is planned and its promotions do not lead to draft",
    ),
    "a NUL byte": (b"slug,name,kind\na,A\0B,service\n", 2, "", "It holds a NUL byte"),
    "another encoding": (
        "slug,name,kind\na,Größe,service\n".encode("latin-1"),
        2,
        "",
        "It is not written in UTF-8 (byte 0xf6 after “a,Gr”)",
    ),
    "UTF-16": ("slug,name,kind\na,A,service\n".encode("utf-16"), 1, "", "It is written in UTF-16"),
    "a spreadsheet cut off": (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", 1, "", "It is damaged and cannot be read"),
    "an old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 1, "", "It is an old spreadsheet (XLS)"),
    "a calendar": (b"BEGIN:VCALENDAR\r\n", 1, "", "It is a calendar; say what its entries become"),
    "XML": (b'<?xml version="1.0"?><Project/>', 1, "", "It is XML or HTML"),
    "JSON of others": (b'{"slug": "a"}', 1, "", "It is JSON, but no list of rows"),
    "JSON without fields": (b"[1, 2]", 1, "", "It is JSON, but no list of objects"),
    "JSON cut off": (b'[{"slug": ', 1, "", "It begins like JSON and is none"),
    "JSON too deep": (b"[" * 100_000, 1, "", "Reading it takes more memory"),
    "JSON with half a character": (
        b'[{"slug": "a", "name": "\\ud800", "kind": "service"}]',
        2,
        "name",
        "It holds half a character",
    ),
    "JSON of other fields": (b'[{"slug": "a", "name": "A"}, {"slug": "b"}]', 3, "", "Each object has the fields of the first one"),
    "a compressed file": (b"\x1f\x8b\x08\x00", 1, "", "It is compressed"),
    "an open quotation mark": (
        'slug,name,kind\na,A,service\nb,"B,service\n',
        3,
        "",
        "A quotation mark that opens here is never closed",
    ),
    "something after a quotation mark": ('slug,name,kind\na,"A"B,service\n', 2, "", "Something follows a closing quotation mark"),
    "a cell without an end": (f"slug,name,kind\na,{'x' * 200_000},service\n", 2, "", "A cell has more than 131,072 characters"),
    "a line without an end": (b"slug,name,kind\n" + b"x" * 1_100_000, 2, "", "A line has more than 1,000,000 bytes"),
    "a lone carriage return": (b"slug,name,kind\ra,A,service\r", 1, "", "A lone carriage return stands here"),
}


@pytest.mark.usefixtures("organisation")
@pytest.mark.parametrize(("content", "row", "column", "sentence"), CASES.values(), ids=CASES.keys())
def test_each_is_named_and_nothing_is_kept(content, row, column, sentence):
    good = "slug,name,stage\nnew-environment,A good row of the same call,test\n"
    before = kept()
    outcome = bring(good, content)
    assert outcome.row_errors, "it was taken"
    error = outcome.row_errors[0]
    assert (error.file, error.row, error.column) == ("2.csv", row, column)
    assert error.problem.startswith(sentence), error.problem
    assert error.problem.endswith(".")
    assert kept() == before


@pytest.mark.usefixtures("organisation")
def test_every_wrong_row_is_named_at_once():
    outcome = bring(
        "slug,name,tier\na,,9\nb,B,1\nb,B,1\n",
        "name,version,services\nx,1,b\ny,2,nobody\n",
        PROMOTION + "x@1,prod,2026-01-01T10:00Z,2026-01-01T09:00Z,\nz@1,prod,2026-01-01T10:00Z,2026-01-01T11:00Z,\n",
    )
    assert [(error.file, error.row, error.column) for error in outcome.row_errors] == [
        ("1.csv", 2, "name"),
        ("1.csv", 2, "tier"),
        ("1.csv", 4, "slug"),
        ("2.csv", 3, "services"),
        ("3.csv", 3, "release"),
    ]


@pytest.mark.usefixtures("organisation")
def test_what_is_only_missing_because_its_own_row_is_wrong_is_not_told():
    outcome = bring(
        "slug,name,tier\na,A,9\n", "name,version,services\nx,1,a\n", PROMOTION + "x@1,prod,2026-01-01T10:00Z,2026-01-01T11:00Z,\n"
    )
    assert [(error.file, error.row, error.column) for error in outcome.row_errors] == [("1.csv", 2, "tier")]


@pytest.mark.usefixtures("organisation")
def test_of_very_many_errors_the_first_are_listed_and_all_counted():
    outcome = bring("slug,name,kind\n" + "a b,A,service\n" * 700)
    assert len(outcome.row_errors) == 500
    assert outcome.number_of_errors == 700
    assert outcome.row_errors[-1].row == 501


@pytest.mark.usefixtures("organisation")
def test_a_file_that_is_wrong_all_over_is_not_read_to_its_end():
    outcome = bring("slug,name,kind\n" + "a b,A,service\n" * 12_000)
    assert outcome.number_of_errors == 10_001
    assert outcome.row_errors[-1].row == 501


@pytest.mark.parametrize("slug", ["a", "a b"], ids=["good rows", "wrong rows"])
def test_rows_count_against_the_limit_whether_they_are_good_or_wrong(slug: str):
    sheet = read(Source.of("1.csv", b"slug,name,kind\n" + f"{slug},A,service\n".encode() * 8), KINDS, 5)
    assert sheet.number_read == 5
    assert (sheet.errors[-1].row, sheet.errors[-1].problem[:31]) == (7, "One call takes at most 5 rows; ")


@pytest.mark.django_db
def test_a_file_of_200_mb_is_refused_by_its_size_and_never_opened():
    def open_it():
        raise AssertionError("it was opened")

    before = kept()
    outcome = bring(Source("big.csv", 200_000_000, open_it))
    assert [(error.file, error.row, error.column) for error in outcome.row_errors] == [("big.csv", 1, "")]
    assert outcome.row_errors[0].problem == "One call takes less than 50 MB, this is 200 MB; split it."
    assert kept() == before


@pytest.mark.django_db
def test_files_that_are_too_large_together_are_refused():
    outcome = bring(*[Source(f"{place}.csv", GREATEST_SIZE // 2, lambda: None) for place in range(3)])
    assert outcome.row_errors[0].problem == "One call takes less than 50 MB, this is 75 MB; split it."
