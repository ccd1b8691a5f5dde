"""Reports as tools would have written them, for evidence: tests that ran, a scan, a list of components. The same on every machine."""

import json
from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from django.core.files.base import ContentFile

_CASES: Final = (
    "starts_with_an_empty_database",
    "answers_within_half_a_second",
    "refuses_who_may_not",
    "keeps_what_was_there_before",
    "goes_on_after_the_network_was_away",
    "counts_each_event_once",
    "speaks_eleven_languages",
    "prints_the_same_as_it_shows",
)
_ROUNDS: Final = ("on_a_working_day", "on_the_night_of_a_lost_hour", "with_two_thousand_at_once", "without_a_connection")
_COMPONENTS: Final = (
    ("Django", "5.2.8"),
    ("psycopg", "3.2.12"),
    ("redis", "6.4.0"),
    ("celery", "5.5.3"),
    ("gunicorn", "23.0.0"),
    ("structlog", "25.5.0"),
    ("orjson", "3.11.4"),
    ("cryptography", "46.0.3"),
    ("pydantic", "2.12.4"),
    ("httpx", "0.28.1"),
    ("icalendar", "6.3.2"),
    ("zeep", "4.3.2"),
    ("reportlab", "4.4.4"),
    ("qrcode", "8.2"),
)


def tests(services: Sequence[str], version: str) -> "ContentFile[bytes]":
    """A run of the suites of these services (short names) that passed, as JUnit XML; two cases each were left out."""
    root = Element("testsuites")
    for service in services:
        suite = SubElement(root, "testsuite", name=service, tests=str(len(_CASES) * len(_ROUNDS)))
        for case in _CASES:
            for round_ in _ROUNDS:
                found = SubElement(suite, "testcase", classname=f"{service}.{case}", name=round_, time="0.4")
                if case == _CASES[-1] and round_ in _ROUNDS[2:]:
                    SubElement(found, "skipped", message="No printer is attached here.")
    return _named(tostring(root, encoding="utf-8", xml_declaration=True), f"tests-{version}.xml")


def scan(services: Sequence[str], version: str) -> "ContentFile[bytes]":
    """A scan of their sources as SARIF: a remark or two, and nothing that has to be mended."""
    rules = [
        {"id": "long-function", "defaultConfiguration": {"level": "note"}},
        {"id": "broad-except", "defaultConfiguration": {"level": "warning"}},
    ]
    results = [
        {"ruleId": rule, "ruleIndex": place, "message": {"text": text}, "locations": [_place(service)]}
        for service in services
        for place, (rule, text) in enumerate(
            (("long-function", "This function has 74 lines."), ("broad-except", "Every exception is caught here."))
        )
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": {"name": "Meridian scan", "rules": rules}}, "results": results}],
    }
    return _named(json.dumps(log, indent=1).encode(), f"scan-{version}.sarif")


def components(services: Sequence[str], version: str) -> "ContentFile[bytes]":
    """What is in their build, as CycloneDX."""
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": services[0], "version": version}},
        "components": [
            {"type": "library", "name": name, "version": number, "purl": f"pkg:pypi/{name.lower()}@{number}"}
            for name, number in _COMPONENTS
        ],
    }
    return _named(json.dumps(bill, indent=1).encode(), f"components-{version}.cdx.json")


def _place(service: str) -> dict[str, object]:
    return {"physicalLocation": {"artifactLocation": {"uri": f"src/{service}/handlers.py"}, "region": {"startLine": 118}}}


def _named(content: bytes, name: str) -> "ContentFile[bytes]":
    return ContentFile(content, name=name)
