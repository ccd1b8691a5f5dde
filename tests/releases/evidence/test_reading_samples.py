"""Reports of real tools, valid and broken: the facts that are known of them, or a refusal that says why."""

import csv
from typing import Any, Final

import pytest

from common.bounded import Unfit
from releases.evidence.reading import read
from tests.data import SHARED

#: What each count is called in the manifests.
FACTS: Final = {
    "junit": {
        "suites": "n_suites",
        "tests": "n_testcases",
        "failed": "tc_failed",
        "errored": "tc_errored",
        "skipped": "tc_skipped",
        "passed": "tc_passed",
    },
    "sarif": {
        "runs": "n_runs",
        "results": "n_results",
        "errors": "effective_error",
        "warnings": "effective_warning",
        "notes": "effective_note",
        "none": "effective_none",
        "suppressed": "n_suppressed",
    },
    "sbom": {
        "components": "n_components_all",
        "dependencies": "n_dependencies",
        "vulnerabilities": "n_vulnerabilities",
        "files": "n_files",
    },
}
REFUSED: Final = {
    "enricomi__no-cases-but-tests.xml": "It says there were 6 tests and lists none of them; export the cases too.",
    "enricomi__corrupt-xml.xml": "It is no XML that can be read: no element found in line 11. Make the report anew.",
    "enricomi__NUnit-failure.xml": "It begins with <test-results>, and JUnit XML with <testsuites> or <testsuite>; export it as JUnit XML.",
    "enricomi__NUnit-issue50162.xml": "It begins with <test-run>, and JUnit XML with <testsuites> or <testsuite>; export it as JUnit XML.",
    "enricomi__fixie.xml": "It begins with <assemblies>, and JUnit XML with <testsuites> or <testsuite>; export it as JUnit XML.",
    "msft__MixedMode_x86_VS2015_Default.exe.sarif": (
        "It is no JSON that can be read: Expecting property name enclosed in double quotes in line 1041. Make the report anew."
    ),
    "msft__v1_CppCheck_issueLog1_raw.xml.sarif": (
        "It is SARIF 1.0.0, and 2.1.0 is what is read here; have the scanner write that, or convert it."
    ),
    "cdxspec__invalid-bomformat-1.4.json": ("Its bomFormat is “AnotherFormat” and not CycloneDX; export the component list anew."),
}
#: The manifest counts the ancestor in a component's pedigree too, which the thing does not hold; what it holds is `n_components_top`.
WITH_ANCESTORS: Final = {"cdxspec__invalid-serialnumber-1.6.xml", "cdxspec__valid-bom-1.7.xml"}


def rows(kind: str) -> list[dict[str, str]]:
    with (SHARED / kind / "MANIFEST.csv").open(encoding="utf-8", newline="") as manifest:
        return list(csv.DictReader(manifest))


def facts(kind: str, row: dict[str, str]) -> dict[str, int]:
    known = {name: row[column] for name, column in FACTS[kind].items()}
    if row["file"] in WITH_ANCESTORS:
        known["components"] = row["n_components_top"]
    return {name: int(value) for name, value in known.items() if value}


@pytest.mark.parametrize("kind", FACTS)
def test_every_sample_gives_the_facts_that_are_known_of_it_or_a_refusal(kind):
    wrong: dict[str, Any] = {}
    refused = set()
    for row in rows(kind):
        try:
            counts = read(kind, str(SHARED / kind / row["file"]))
        except Unfit as unfit:
            refused.add(row["file"])
            if unfit.problem != REFUSED.get(row["file"]):
                wrong[row["file"]] = unfit.problem
            continue
        known = facts(kind, row)
        assert known, row["file"]
        found = {name: counts.get(name) for name in known}
        if found != known:
            wrong[row["file"]] = (found, known)
    assert wrong == {}
    assert refused == {row["file"] for row in rows(kind) if row["file"] in REFUSED}


def test_formats_are_told_by_what_is_in_a_file():
    formats = {read("sbom", str(SHARED / "sbom" / row["file"]))["format"] for row in rows("sbom") if row["file"] not in REFUSED}
    assert formats == {
        "CycloneDX 1.1", "CycloneDX 1.2", "CycloneDX 1.3", "CycloneDX 1.4", "CycloneDX 1.5", "CycloneDX 1.6", "CycloneDX 1.7",
        "SPDX 2.2", "SPDX 2.3", "SPDX 3.0.1",
    }  # fmt: skip


@pytest.mark.parametrize("kind", FACTS)
def test_no_report_passes_for_one_of_another_kind(kind):
    for other in FACTS.keys() - {kind}:
        for row in rows(other)[:12]:
            with pytest.raises(Unfit):
                read(kind, str(SHARED / other / row["file"]))
