"""Showing evidence at a gate: what each kind is made of, who may, what is kept, and nothing of what is refused."""

import hashlib
import os
import stat
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from accounts.vocabulary import AccountKind, Role
from common.refusals import BadInput, Conflict, NotAllowed, RuleBroken
from history.models import Fact
from releases.actions import evidence
from releases.evidence import storing
from releases.models import Evidence
from tests.callers import change
from tests.factories import NOON, GateFactory, ItemFactory, MembershipFactory, UserFactory
from tests.releases.evidence.reports import files, junit

pytestmark = pytest.mark.django_db


def test_a_report_is_counted_and_lies_under_its_digest(gate, rita, own_folder):
    file = junit(3)
    digest = hashlib.sha256(file.read()).hexdigest()
    shown = evidence.show(gate, kind="junit", by=rita, at=NOON, file=file, note="The nightly run")
    assert shown.counts == {"format": "JUnit XML", "suites": 1, "tests": 3, "failed": 0, "errored": 0, "skipped": 0, "passed": 3}
    assert (shown.digest, shown.file_name, shown.size, shown.falls_short) == (digest, "report.xml", file.size, "")
    assert (shown.candidate.number, set(shown.stands_for)) == (1, {str(item.pk) for item in gate.release.items.all()})
    path = own_folder / "evidence" / digest[:2] / digest
    assert path.read_bytes().startswith(b"<testsuite>")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE((own_folder / "evidence").stat().st_mode) == 0o700
    fact = Fact.objects.get(verb="shown_evidence")
    assert (fact.subject_kind, fact.subject_id, fact.data["falls_short"]) == ("gate", gate.pk, False)


def test_the_same_file_lies_there_once(gate, rita, own_folder):
    for _ in range(2):
        evidence.show(gate, kind="junit", by=rita, at=NOON, file=junit(3))
    assert len(files(own_folder)) == 1


def test_what_falls_short_says_why(gate, rita):
    shown = evidence.show(gate, kind="junit", by=rita, at=NOON, file=junit(2, failed=1))
    assert shown.falls_short == "Asked is at least 3 tests, and there are 2; at most 0 failed or in error, and there are 1."
    # A threshold is for what the rule asks for, and for nothing else.
    assert evidence.show(gate, kind="note", by=rita, at=NOON, note="Looked at by hand").falls_short == ""


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "preparations"}, "kind"),
        ({"kind": "nothing"}, "kind"),
        ({"kind": "dream"}, "kind"),
        ({"kind": "note"}, "note"),
        ({"kind": "link"}, "link"),
        ({"kind": "junit"}, "file"),
        ({"kind": "file"}, "file"),
        ({"kind": "note", "note": "x", "url": "https://example.org/"}, "link"),
        ({"kind": "link", "url": "https://example.org/", "file": junit(1)}, "file"),
        ({"kind": "link", "url": "javascript:alert(1)"}, "link"),
        ({"kind": "link", "url": "data:text/html,x"}, "link"),
        ({"kind": "link", "url": "//example.org"}, "link"),
        ({"kind": "link", "url": "https://"}, "link"),
        ({"kind": "link", "url": "https://exa mple.org/"}, "link"),
        ({"kind": "link", "url": "https://good.example@evil.example/"}, "link"),
        ({"kind": "link", "url": "https://[::1/"}, "link"),
    ],
)
def test_each_kind_is_made_of_what_it_is(gate, rita, given, field):
    with pytest.raises(BadInput) as refused:
        evidence.show(gate, by=rita, at=NOON, **given)
    assert list(refused.value.errors) == [field]


def test_links_are_kept_as_they_are(gate, rita):
    shown = evidence.show(gate, kind="link", by=rita, at=NOON, url="https://ci.example.org/run/7?a=b#c")
    assert shown.url == "https://ci.example.org/run/7?a=b#c"


@pytest.mark.parametrize(
    ("kind", "name", "content", "begins"),
    [
        ("junit", "r.xml", b"", "The file is empty"),
        ("junit", "r.xml", b"PK\x03\x04", "It is a zip archive and no report"),
        ("junit", "r.xml", b"<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite/>", "It declares a document type"),
        ("sarif", "r.json", b"{}", "It is JSON, but no SARIF"),
        ("sbom", "r.json", b"\xff\xfe{\0", "It is no XML"),
        ("file", "r.svg", b"<svg onload='alert(1)'/>", "It is a page that can run scripts"),
        ("file", "r.pdf", b"<html>", "It is a page that can run scripts"),
        ("file", "r.pdf", b"PK\x03\x04", "It is called .pdf and is a zip archive"),
        ("file", "<b>r</b>.txt", b"x", "The name of the file holds signs"),
        ("file", "r\u202etxt.exe", b"x", "The name of the file holds signs"),
        ("file", "r" * 300, b"x", "The name of the file is longer than 200 letters"),
    ],
)
def test_nothing_is_kept_of_what_is_refused(gate, rita, own_folder, kind, name, content, begins):
    file = SimpleUploadedFile("x", content)
    file._name = name  # what a program may send; Django's own upload parts take paths off only
    with pytest.raises(RuleBroken, match=begins.replace(".", r"\.")) as refused:
        evidence.show(gate, kind=kind, by=rita, at=NOON, file=file)
    assert refused.value.errors == {"file": [refused.value.sentence]}
    assert (files(own_folder), Evidence.objects.count()) == ([], 0)


def test_a_file_that_goes_on_and_on_is_cut_off(own_folder, monkeypatch):
    monkeypatch.setattr(storing, "GREATEST_SIZE", 1_000)
    told = []

    def endless():
        while True:
            told.append(1)
            yield b"x" * 300

    with pytest.raises(storing.TooLarge), storing.received(endless()):
        pass
    assert (len(told), files(own_folder)) == (4, [])


def test_a_large_file_is_refused_by_its_size(gate, rita, own_folder):
    file = junit(1)
    file.size = 200_000_000
    with pytest.raises(RuleBroken, match="A file is at most 50 MB") as refused:
        evidence.show(gate, kind="junit", by=rita, at=NOON, file=file)
    assert (refused.value.status, files(own_folder)) == (413, [])


def test_what_nothing_refers_to_is_swept_after_an_hour(gate, rita, own_folder):
    shown = evidence.show(gate, kind="junit", by=rita, at=NOON, file=junit(3))
    with storing.received([b"left by a transaction that came to nothing"]) as came:
        storing.keep(came)
        orphan = came.digest
    coming = own_folder / "evidence" / "coming" / "left"
    coming.write_bytes(b"x")
    assert evidence.sweep() == 0
    old = time.time() - timedelta(hours=2).total_seconds()
    for path in (storing.path_of(orphan), storing.path_of(shown.digest), coming):
        os.utime(path, (old, old))
    assert evidence.sweep() == 1
    assert files(own_folder) == [shown.digest]


def test_who_may_show(gate):
    team = MembershipFactory().team
    of_team = GateFactory(release=gate.release, rule__owner_team=team, rule__owner_role="")
    manager = UserFactory()
    change(gate.release, release_manager=manager)
    member = team.memberships.get().user
    robot = UserFactory(kind=AccountKind.SERVICE, roles=[Role.RELEASE_MANAGER])
    may = [(gate, manager), (gate, robot), (of_team, member), (of_team, manager)]
    may_not = [
        (gate, UserFactory()),
        (gate, member),
        (of_team, UserFactory(roles=[Role.PMO])),
        (gate, UserFactory(roles=[Role.AUDITOR])),
    ]
    for where, by in may:
        assert evidence.show(where, kind="note", by=by, at=NOON, note="Seen").by == by
    for where, by in may_not:
        with pytest.raises(NotAllowed):
            evidence.show(where, kind="note", by=by, at=NOON, note="Seen")


def test_a_gate_that_nobody_asks_for_is_shown_nothing(gate, rita):
    change(gate, is_asked=False)
    with pytest.raises(Conflict, match="ask for this gate any more"):
        evidence.show(gate, kind="note", by=rita, at=NOON, note="Seen")
    change(gate, is_asked=True)
    change(gate.release, status="cancelled")
    with pytest.raises(Conflict, match="is cancelled and stays as it was"):
        evidence.show(gate, kind="note", by=rita, at=NOON, note="Seen")


def test_an_item_is_one_of_the_release(gate, rita):
    with pytest.raises(RuleBroken, match="of another release"):
        evidence.show(gate, kind="note", by=rita, at=NOON, note="Seen", item=ItemFactory())


def test_evidence_is_never_changed(gate, rita):
    shown = evidence.show(gate, kind="note", by=rita, at=NOON, note="Seen")
    for spoil in (lambda: change(shown, note="Other"), shown.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()
