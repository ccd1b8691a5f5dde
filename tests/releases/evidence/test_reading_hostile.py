"""Reports made to harm: refused in a sentence, read within bounds, and nothing outside of them touched."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from common.bounded import Unfit
from releases import evidence
from releases.evidence import sniffing
from releases.evidence.reading import read

SUITE = '<testsuite tests="1"><testcase name="a"/></testsuite>'
BOMB = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE t [<!ENTITY l0 "ha">{BOMB}]><testsuite><testcase name="&l9;"/></testsuite>'
DTD = "It declares a document type (DTD), which can make a reader fetch or unfold what is not in it; make it without."


def problem(kind: str, content: str | bytes, folder: Path) -> str:
    """Why a file is refused; empty when it isn't."""
    path = folder / "report"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    try:
        read(kind, str(path))
    except Unfit as unfit:
        return unfit.problem
    return ""


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE t SYSTEM "file:///etc/passwd"><testsuite/>',
        '<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&x;"/></testsuite>',
        '<!DOCTYPE t [<!ENTITY % x SYSTEM "http://192.0.2.1/x.dtd"> %x;]><testsuite/>',
        LAUGHS,
        "<!DOCTYPE html><testsuite/>",
    ],
)
@pytest.mark.parametrize("kind", ["junit", "sbom"])
def test_a_document_type_is_refused_before_anything_of_it_is_looked_at(kind, document, tmp_path):
    assert problem(kind, document, tmp_path) == DTD
    # What is told in two bytes a sign is no way round.
    declared = f'<?xml version="1.0" encoding="utf-16"?>{document}'
    assert problem(kind, declared.encode("utf-16"), tmp_path) == DTD


def test_entities_without_a_document_type_are_none(tmp_path):
    assert problem("junit", '<testsuite><testcase name="&x;"/></testsuite>', tmp_path).startswith("It is no XML that can be read:")


def test_archives_are_named_and_not_unpacked(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("report.xml", SUITE)
    sentence = "It is a zip archive and no report; unpack it, and show the report that is in it."
    for kind in ("junit", "sarif", "sbom"):
        assert problem(kind, packed.getvalue(), tmp_path) == sentence
    assert problem("junit", gzip.compress(SUITE.encode()), tmp_path).startswith("It is a gzip archive")


@pytest.mark.parametrize(("encoding", "is_read"), [("utf-8", True), ("utf-16", True), ("iso-8859-1", True), ("utf-7", False)])
def test_encodings_are_read_or_refused(encoding, is_read, tmp_path):
    found = problem("junit", f'<?xml version="1.0" encoding="{encoding}"?>{SUITE}'.encode(encoding), tmp_path)
    assert found == ("" if is_read else "It is written in utf-7, which is not read here; save it as UTF-8.")


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"\xff\xfe\xff\xfe", b"plain words", b"<", b"{", b"[]", b"null", b"\xf0\x28"]
)
@pytest.mark.parametrize("kind", ["junit", "sarif", "sbom"])
def test_what_is_nothing_of_the_kind_is_refused(kind, content, tmp_path):
    assert problem(kind, content, tmp_path)


def test_depth_is_bounded(tmp_path):
    deep = "<testsuite>" * 5_000 + "</testsuite>" * 5_000
    assert "more than 100 deep" in problem("junit", deep, tmp_path)
    assert problem("sarif", '{"version":"2.1.0","runs":' + "[" * 100_000 + "]" * 100_000 + "}", tmp_path)
    components = '{"components":[' * 300 + "]}" * 300
    assert problem("sbom", '{"bomFormat":"CycloneDX",' + components[1:], tmp_path) == ""


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        ("sarif", {"version": "2.1.0", "runs": "all"}),
        ("sarif", {"version": "2.1.0", "runs": [{"tool": [], "results": [{"level": "error", "rule": [], "ruleIndex": 10**30}]}]}),
        ("sarif", {"version": "2.1.0", "runs": [{"results": [{"level": ["error"]}]}]}),
        ("sarif", {"version": 2, "runs": []}),
        ("sbom", {"bomFormat": "CycloneDX", "components": {"name": "x"}}),
        ("sbom", {"bomFormat": "CycloneDX", "components": [1]}),
        ("sbom", {"spdxVersion": "SPDX-2.3", "packages": 7}),
        ("sbom", {"@graph": [{"type": ["software_Package"]}]}),
    ],
)
def test_fields_of_other_shapes_are_no_error_of_ours(kind, document, tmp_path):
    # Read or refused, but nothing else.
    assert problem(kind, json.dumps(document), tmp_path)[-1:] in ("", ".")


def test_a_million_cases_are_read_in_a_process_of_its_own(tmp_path):
    path = tmp_path / "many.xml"
    with path.open("wb") as file:
        file.write(b"<testsuite>")
        for _ in range(1_000):
            file.write(b'<testcase name="a"/>' * 999 + b"<testcase><failure/></testcase>")
        file.write(b"</testsuite>")
    counts = evidence.read("junit", path)
    assert (counts["tests"], counts["failed"], counts["passed"]) == (1_000_000, 1_000, 999_000)


def test_what_takes_more_memory_than_there_is_ends_with_a_sentence(tmp_path):
    path = tmp_path / "much.json"
    path.write_bytes(b'{"version":"2.1.0","runs":[' + b"[0]," * 10_000_000 + b"[0]]}")
    with pytest.raises(Unfit, match="more memory than any honest file needs"):
        evidence.read("sarif", path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("a.png", b"<?xml version='1.0'?><!-- x --><svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>"),
        ("a.txt", b"  <!DOCTYPE html><p>x"),
        ("a.txt", "<html><script>alert(1)</script>".encode("utf-16")),
        ("a.html", b"nothing much"),
        ("a.pdf", b"PK\x03\x04..."),
        ("a.docx", b"%PDF-1.7"),
        ("a.csv", b"PK\x03\x04..."),
        ("a.txt", b"MZ\x90\x00"),
        ("a", b"\x7fELF\x02"),
        ("a.txt", b"#!/bin/sh\nrm -rf /"),
    ],
)
def test_files_that_run_or_are_in_disguise_are_refused(name, content):
    with pytest.raises(Unfit):
        sniffing.refuse_harmful(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"%PDF-1.7 ..."),
        ("a.png", b"\x89PNG\r\n\x1a\n..."),
        ("a.docx", b"PK\x03\x04..."),
        ("a.zip", b"PK\x03\x04..."),
        ("a.txt", b"2 < 3, and <b>bold</b>"),
        ("a.xml", b"<?xml version='1.0'?><report><headline/></report>"),
        ("a", b""),
    ],
)
def test_ordinary_files_are_taken(name, content):
    sniffing.refuse_harmful(name, content)
