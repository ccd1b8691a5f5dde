"""`backup` and `restore`: what is taken while people write comes back whole, what is not whole does not come, and nothing is half there.

On databases of their own, with the two roles of a real system: one is made by a restore that is stopped halfway, the others are
copies of it.
"""

import hashlib
import json
import os
import resource
import secrets
import stat
import subprocess
import sys
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zipfile import ZipFile

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from accounts.vocabulary import Role
from common.refusals import BadInput, Conflict
from history.actions import ANCHORS, anchor_head
from history.models import Event, Head
from policies.actions import standards
from policies.queries.standards import _KEPT
from projects.actions import outputs
from projects.models import Output
from releasecal.backups import tables
from releasecal.backups.archive import Manifest, Writer, opened
from releasecal.backups.making import backup
from releasecal.backups.restoring import restore
from releasecal.demo import world
from releasecal.embedded.postgres import APPLICATION, OWNER
from releasecal.management.commands.grant import grant
from releases.actions import evidence
from releases.evidence import storing
from releases.models import Evidence, Gate
from reminders.actions import epochs
from reminders.models import Delivery, Epoch
from tests.factories import UserFactory
from tests.reminders.chaos import Broker, Crew, Sink, make_due, serving, variables, wait_until

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
BASE_DIR = Path(__file__).resolve().parent.parent.parent
WRITERS = 8
MAILS = 60
TOUCHED = {
    "history_event",
    "history_fact",
    "history_change",
    "history_head",
    "history_mark",
    "projects_output",
    "releases_evidence",
    "reminders_epoch",
}


def quiet(course):
    """Nobody looks at how far it is."""


def stopping(phase, done=0, size=0):
    """Somebody who presses Ctrl-C as soon as so much of a phase is done, at the end of one thing or in the midst of it (`size`)."""

    def tell(course):
        if course.phase == phase and course.done >= done and course.size >= size:
            raise KeyboardInterrupt

    return tell


@dataclass(frozen=True)
class System:
    """A database and a folder of files, and this process as one that works with them."""

    name: str
    folder: Path

    @contextmanager
    def at_work(self, role=APPLICATION):
        before = {key: connection.settings_dict[key] for key in ("NAME", "USER")}
        connection.close()
        connection.settings_dict.update(NAME=self.name, USER=role)
        _KEPT.clear()
        try:
            with override_settings(VAR_DIR=self.folder, DEMO=True):
                yield self
        finally:
            connection.close()
            connection.settings_dict.update(before)
            _KEPT.clear()

    def variables(self):
        """What a process of its own is told to work with it."""
        addresses = {"DATABASE_URL": address(self.name, APPLICATION), "OWNER_DATABASE_URL": address(self.name, OWNER)}
        return os.environ | addresses | {"VAR_DIR": str(self.folder)}

    def take_back(self, file, tell=quiet):
        with self.at_work(OWNER):
            return restore(file, at=NOON, tell=tell, grant=lambda: grant(APPLICATION))

    def files(self):
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


def address(name, role):
    server = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(server._replace(netloc=f"{role}@{server.netloc.rpartition('@')[2]}", path=f"/{name}"))


@pytest.fixture(scope="module")
def make(django_db_blocker, tmp_path_factory):
    """Makes a system: with no table at all, or a copy of another one's database."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        server = psycopg2.connect(os.environ["DATABASE_URL"])
        stack.callback(server.close)
        server.autocommit = True

        def run(statement):
            with server.cursor() as cursor:
                cursor.execute(statement)

        def make(like=None):
            name = f"backup_{secrets.token_hex(6)}"
            run(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {like.name if like else 'template0'}")
            stack.callback(run, f"DROP DATABASE {name} WITH (FORCE)")
            return System(name, tmp_path_factory.mktemp("files"))

        yield make


@pytest.fixture(scope="module")
def migrated(make, tmp_path_factory):
    """A system that a restore left empty, because it was stopped before the rows came."""
    file = tmp_path_factory.mktemp("backups") / "without-rows.zip"
    applied = frozenset(MigrationLoader(None).graph.nodes)
    with file.open("wb") as target, Writer(target) as archive:
        archive.finish(Manifest("0", "2026-03-09T12:00:00Z", applied, (0, ""), {}, {}, {}, []))
    system = make()
    with pytest.raises(KeyboardInterrupt):
        system.take_back(file, stopping("files"))
    return system


@pytest.fixture(scope="module")
def meridian(make, migrated):
    """The demo organisation, with something shown at three gates, and a remark of the chain's head outside."""
    system = make(like=migrated)
    with system.at_work(OWNER):
        grant(APPLICATION)
    with system.at_work():
        standards.install(by=User.objects.operator(), at=timezone.now())
        world.build(world.today(), by=User.objects.operator())
        for place, gate in enumerate(open_gates()[:3]):
            show_something(gate, f"seen {place}")
        anchor_head()
    return system


@pytest.fixture(scope="module")
def whole(meridian, tmp_path_factory):
    """A backup of it."""
    file = tmp_path_factory.mktemp("backups") / "whole.zip"
    with meridian.at_work():
        backup(file, at=NOON, tell=quiet)
    return file


@pytest.fixture(scope="module")
def nothing(make):
    """A system with a database that has no table."""
    return make()


def open_gates():
    return list(Gate.objects.filter(is_asked=True, release__status="planned").order_by("pk")[:20])


def show_something(gate, words):
    manager = User.objects.get(email="release@demo.example")
    evidence.show(gate, kind="file", by=manager, at=timezone.now(), file=SimpleUploadedFile("seen.txt", words.encode()))


@contextmanager
def people_writing():
    """Two people who show files at gates, and six who change outputs, each over and over until the end of the context."""
    pmo = User.objects.get(email="pmo@demo.example")
    gates, things = open_gates(), list(Output.objects.filter(project__status="active").order_by("pk")[:WRITERS])
    over, all_write = threading.Event(), threading.Barrier(WRITERS + 1, timeout=120)
    failures = []

    def write(place):
        try:
            for turn in count():
                if turn == 1:
                    all_write.wait()
                if over.is_set():
                    return
                if place < 2:
                    show_something(gates[place], f"{place} {turn}")
                else:
                    outputs.change(things[place], {"name": f"Turn {turn}"}, by=pmo)
        except Exception as failure:
            failures.append(failure)
            all_write.abort()
        finally:
            connections.close_all()

    people = [threading.Thread(target=write, args=[place]) for place in range(WRITERS)]
    for each in people:
        each.start()
    try:
        all_write.wait()
        yield
    finally:
        over.set()
        for each in people:
            each.join()
        assert failures == []


def ask(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def digests():
    """A digest of the rows of each table, whatever order they lie in."""
    with connection.cursor() as cursor:
        names = list(tables.tables(cursor))
    return {name: ask(f"SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM {name} t")[0] for name in names}


def guards():
    return ask(tables._GUARDS)


def test_what_is_taken_while_eight_people_write_is_one_moment_and_works_elsewhere(make, migrated, meridian, tmp_path):
    """The restore is the command itself, as the owner; what is asked of it then, the application asks with its own rights."""
    file = tmp_path / "backup.zip"
    with meridian.at_work():
        assert epochs.look(at=timezone.now())
        with people_writing():
            before = Head.objects.get().number
            manifest = backup(file, at=timezone.now(), tell=quiet)
            number, digest = manifest.head
            after = Head.objects.get().number
        assert before <= number <= after
        assert before < after
        assert bytes(Event.objects.get(number=number).hash).hex() == digest
        here = digests()
        Epoch.objects.all().delete()
        (meridian.folder / "epoch.json").unlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    other = make(like=migrated)
    command = [sys.executable, "manage.py", "restore", str(file)]
    done = subprocess.run(command, cwd=BASE_DIR, env=other.variables(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("The history is whole.\n")
    with other.at_work():
        there = digests()
        assert {name: rows for name, (rows, _) in there.items()} == {name: table.rows for name, table in manifest.tables.items()}
        assert {name for name in here if here[name] != there[name]} <= TOUCHED
        assert (Head.objects.get().number, bytes(Head.objects.get().hash).hex()) == manifest.head
        shown = set(Evidence.objects.exclude(digest="").values_list("digest", flat=True))
        assert len(shown) > 3
        assert {each for each in shown if hashlib.sha256(storing.path_of(each).read_bytes()).hexdigest() == each} == shown
        expect_it_to_work(number)
        # What was due by now may have been said by the system that the backup is of.
        assert not epochs.look(at=timezone.now())


def expect_it_to_work(number):
    """Pages, REST and files are answered, verbs go on counting from there, and history refuses what it refused before."""
    client = Client()
    assert client.get("/readyz").json() == {"ready": True, "database": "up", "broker": "up"}
    client.force_login(User.objects.get(email="release@demo.example"))
    shown = Evidence.objects.exclude(digest="").latest("pk")
    answer = client.get(f"/api/v1/gates/{shown.gate_id}/evidence/").json()
    assert shown.pk in {each["id"] for each in answer["results"]}
    assert client.get(f"/releases/{shown.gate.release.key}/").status_code == 200
    output = Output.objects.filter(project__status="active").first()
    outputs.change(output, {"name": "After the restore"}, by=User.objects.get(email="pmo@demo.example"))
    assert Head.objects.get().number == number + 1
    call_command("verify_history", stdout=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    for forbidden in ("UPDATE projects_output SET name = ''", "DELETE FROM history_change", "DELETE FROM releases_evidence"):
        with pytest.raises(DatabaseError):
            ask(forbidden)


def test_a_backup_made_in_the_middle_of_sending_sends_nothing_twice(make, migrated, tmp_path):
    """What was said after it was made, it cannot know: all that was due by then is held, whoever works and looks, until somebody decides."""
    sending, broker = make(like=migrated), Broker(tmp_path / "redis")
    file = tmp_path / "backup.zip"
    sink = Sink(pace=0.02, refuses=False)
    with ExitStack() as stack:
        stack.callback(broker.stop)
        port = stack.enter_context(serving(sink))
        with sending.at_work(OWNER):
            grant(APPLICATION)
            make_due(MAILS, timezone.now())
            with working(sending, broker, port, tmp_path / "first"):
                wait_until(lambda: len(sink.taken) >= MAILS // 4, "some were sent", 90)
                backup(file, at=timezone.now(), tell=quiet)
                wait_until(lambda: Delivery.objects.filter(state="sent").count() == MAILS, "all were sent", 90)
        other = make(like=migrated)
        other.take_back(file)
        with other.at_work(OWNER), working(other, broker, port, tmp_path / "second"):
            wait_until(lambda: Delivery.objects.held().exists(), "the rest was held", 90)
            look_on()
            held = Delivery.objects.held().count()
            assert Delivery.objects.filter(state="sent").count() == MAILS - held
            assert epochs.drop(by=UserFactory(name="Olga", roles=[Role.ADMINISTRATOR])) == held
            look_on()
            assert set(Delivery.objects.values_list("state", flat=True)) == {"sent", "skipped"}
    assert len(sink.taken) == MAILS
    assert sink.doubled == []


@contextmanager
def working(system, broker, port, folder):
    """A clock and two workers who send what a system has to say."""
    folder.mkdir()
    crew = Crew(folder, variables(broker, port, system.folder))
    try:
        crew.clock("clock")
        for _ in range(2):
            crew.hire("mail", "default")
        yield
    finally:
        crew.dismiss()


def look_on():
    """Until they have looked three times more for what is due."""
    before = Epoch.objects.get().looks
    wait_until(lambda: Epoch.objects.get().looks >= before + 3, "they looked on", 90)


def test_a_restore_that_is_stopped_leaves_an_empty_system_and_another_one_makes_it_the_same_in_everything(
    make, migrated, meridian, whole
):
    """Also where anchors lie of a history that went on after the backup: they are set aside, so that what was lost can be seen, and
    the chain that goes on from the backup is not called broken for ever."""
    lost = (meridian.folder / ANCHORS).read_text() + f"999 {'0' * 64}\n"
    other = make(like=migrated)
    (other.folder / ANCHORS).write_text(lost)
    for moment in (stopping("tables", size=1_500_000), stopping("indexes and constraints")):
        with pytest.raises(KeyboardInterrupt):
            other.take_back(whole, moment)
    assert other.files() == [ANCHORS]
    with other.at_work(OWNER):
        assert ask("SELECT count(*) FROM history_event") == [(0,)]
        assert ask("SELECT count(*) FROM accounts_user WHERE kind <> 'builtin'") == [(0,)]
        assert ask("SELECT DISTINCT tgenabled::text FROM pg_trigger WHERE NOT tgisinternal") == [("O",)]

    restored = other.take_back(whole)
    assert (restored.broken, restored.was_older) == (None, False)
    with meridian.at_work():
        here = (digests(), guards(), tables.sequences(connection.cursor()))
    with other.at_work():
        assert (digests(), guards(), tables.sequences(connection.cursor())) == here
    assert restored.set_aside == other.folder / "history-anchors-until-20260309T120000Z.log"
    assert restored.set_aside.read_text() == lost
    assert set(other.files()) == {*meridian.files(), restored.set_aside.name}
    assert {(other.folder / name).read_bytes() == (meridian.folder / name).read_bytes() for name in meridian.files()} == {True}


@pytest.mark.parametrize("moment", [stopping("tables", size=1_500_000), stopping("tables", 60), stopping("files", 1)])
def test_a_backup_that_is_stopped_leaves_nothing(meridian, tmp_path, moment):
    with meridian.at_work(), pytest.raises(KeyboardInterrupt):
        backup(tmp_path / "backup.zip", at=NOON, tell=moment)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_said_and_nothing_stays(meridian, tmp_path):
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    with meridian.at_work():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, unlimited[1]))
        try:
            with pytest.raises(Conflict, match=r"backup\.zip cannot be written: File too large"):
                backup(tmp_path / "backup.zip", at=NOON, tell=quiet)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
    assert list(tmp_path.iterdir()) == []


def test_a_backup_writes_over_nothing_and_into_no_folder_that_is_not_there(meridian, tmp_path):
    there = tmp_path / "there.zip"
    there.write_text("something else")
    with meridian.at_work():
        with pytest.raises(CommandError, match=r"there\.zip is there already.*Nothing was kept\."):
            call_command("backup", str(there))
        with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
            call_command("backup", str(tmp_path / "nowhere" / "backup.zip"))
    assert there.read_text() == "something else"


def test_without_tables_there_is_nothing_to_back_up(nothing, tmp_path):
    with nothing.at_work(), pytest.raises(Conflict, match=f"The database {nothing.name} has no tables"):
        backup(tmp_path / "backup.zip", at=NOON, tell=quiet)


def test_term_stops_as_ctrl_c_does():
    program = """
import os, signal
from releasecal.backups.watching import stoppable
try:
    with stoppable():
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
except KeyboardInterrupt:
    print("cleared away")
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=BASE_DIR, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "cleared away\n"


def cut(part):
    return lambda data: data[: int(len(data) * part)]


def one_bit_of_the_largest(data):
    """The backup with a bit turned round in the middle of its largest table."""
    place = data.index(b"tables/history_change") + 20_000
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def with_members(change):
    """The backup packed anew, after a change of its members by name."""

    def repack(data, folder):
        (folder / "before.zip").write_bytes(data)
        with ZipFile(folder / "before.zip") as before:
            members = {name: before.read(name) for name in before.namelist()}
        change(members)
        with ZipFile(folder / "after.zip", "w") as after:
            for name, content in members.items():
                after.writestr(name, content)
        return (folder / "after.zip").read_bytes()

    return repack


def with_manifest(**said):
    def change(members):
        members["manifest.json"] = json.dumps(json.loads(members["manifest.json"]) | said).encode()

    return with_members(change)


def other_evidence(members):
    name = next(name for name in members if name.startswith("evidence/"))
    members[name] = b"x" * len(members[name])


DAMAGES = {
    "cut off": (cut(0.99), "is no backup, or it was cut off"),
    "cut in the middle": (cut(0.5), "is no backup, or it was cut off"),
    "empty": (cut(0), "is no backup, or it was cut off"),
    "one bit": (one_bit_of_the_largest, "no whole backup: tables/history_change is not what was written"),
    "no zip": (lambda data: b"-- PostgreSQL database dump\n" * 100, "is no backup, or it was cut off"),
    "a foreign zip": (with_members(lambda members: members.pop("manifest.json")), "is no backup of Releasecal"),
    "another program's": (with_manifest(program="Other"), "is no backup of Releasecal"),
    "a later kind": (with_manifest(format=2, version="9.0"), "made by version 9.0: restore it with that one"),
    "a later version": (
        with_manifest(version="9.0", migrations=[["releases", "9999_later"]]),
        r"version 9\.0, whose tables this one does not know \(releases\.9999_later\)",
    ),
    "no manifest": (with_members(lambda members: members.update({"manifest.json": b"[1"})), "is no backup of Releasecal"),
    "half a manifest": (with_manifest(tables={}), "its manifest is damaged"),
    "other columns": (with_manifest(head=["1", 2]), "its manifest is damaged"),
    "a table more": (with_members(lambda members: members.update({"tables/pg_authid": b""})), "other things than its manifest"),
    "a way out": (with_members(lambda members: members.update({"../../etc/passwd": b""})), "other things than its manifest"),
    "a way out that it names": (
        with_manifest(members={"../../etc/passwd": {"size": 0, "sha256": hashlib.sha256().hexdigest()}}),
        "its manifest is damaged",
    ),
    "a table less": (with_members(lambda members: members.pop("tables/releases_release")), "other things than its manifest"),
    "another file": (with_members(other_evidence), "is not what was written"),
    "a row less": (
        with_members(lambda members: members.update({"tables/history_event": members["tables/history_event"][:-5]})),
        "tables/history_event has another size than was written",
    ),
}


@pytest.mark.parametrize(("damage", "sentence"), DAMAGES.values(), ids=DAMAGES)
def test_what_is_not_whole_or_not_ours_is_refused_and_nothing_changes(nothing, whole, tmp_path, damage, sentence):
    file = tmp_path / "damaged.zip"
    data = whole.read_bytes()
    file.write_bytes(damage(data, tmp_path) if damage.__name__ == "repack" else damage(data))
    with pytest.raises(BadInput, match=sentence):
        nothing.take_back(file)
    assert nothing.files() == []
    with nothing.at_work(OWNER):
        assert tables.tables(connection.cursor()) == {}


def test_a_file_that_is_not_there_is_said_to_be(nothing, tmp_path):
    with (
        nothing.at_work(OWNER),
        pytest.raises(CommandError, match=r"gone\.zip cannot be read: No such file.*Nothing was restored\."),
    ):
        call_command("restore", str(tmp_path / "gone.zip"))


def test_a_system_that_is_not_empty_is_left_alone(make, meridian, whole):
    with meridian.at_work():
        before = digests()
    with pytest.raises(Conflict, match=f"The database {meridian.name} is not empty, and a restore writes over nothing"):
        meridian.take_back(whole)
    with meridian.at_work():
        assert digests() == before
    foreign = make()
    with foreign.at_work(OWNER):
        ask("CREATE TABLE somebodys (id int); SELECT 1")
    with pytest.raises(Conflict, match=r"holds other tables \(somebodys\)"):
        foreign.take_back(whole)


def test_one_restore_at_a_time(nothing, whole):
    with psycopg2.connect(address(nothing.name, OWNER)) as elsewhere, elsewhere.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(7235031)")
        with pytest.raises(Conflict, match="Another restore into this database is under way"):
            nothing.take_back(whole)
    elsewhere.close()


def test_a_backup_of_an_older_version_is_migrated_and_does_not_go_into_newer_tables(make, migrated, tmp_path):
    older = make(like=migrated)
    with older.at_work(OWNER):
        call_command("migrate", "exchange", "0001", verbosity=0)
        grant(APPLICATION)
    empty = make(like=older)
    file = tmp_path / "older.zip"
    with older.at_work():
        UserFactory(email="from@before.example")
        backup(file, at=NOON, tell=quiet)
    with pytest.raises(Conflict, match="has tables of a newer version than the backup"):
        migrated.take_back(file)
    restored = empty.take_back(file)
    assert (restored.was_older, restored.broken) == (True, None)
    with empty.at_work():
        assert User.objects.filter(email="from@before.example").exists()
        assert Client().get("/readyz").json()["database"] == "up"
        assert "kept_until" in tables.tables(connection.cursor())["exchange_import"]


def test_files_that_were_lost_before_are_named_and_the_rest_is_kept(meridian, tmp_path):
    file = tmp_path / "backup.zip"
    with meridian.at_work():
        lost, damaged = sorted(Evidence.objects.exclude(digest="").values_list("digest", flat=True))[:2]
        contents = {digest: storing.path_of(digest).read_bytes() for digest in (lost, damaged)}
        storing.path_of(lost).unlink()
        storing.path_of(damaged).chmod(0o600)
        storing.path_of(damaged).write_bytes(b"another")
        try:
            with pytest.raises(CommandError, match=f"The backup was written, but 2 files of evidence .* {lost}: fetch them"):
                call_command("backup", str(file), verbosity=0)
        finally:
            for digest, content in contents.items():
                storing.path_of(digest).write_bytes(content)
    with opened(file) as backed:
        assert backed.manifest.missing == [lost, damaged]
        assert set(backed.manifest.evidence).isdisjoint(contents)
        assert len(backed.manifest.evidence) > 0


def test_a_history_that_was_broken_before_is_restored_and_said_to_be(make, migrated, meridian, tmp_path):
    tampered = System(make(like=meridian).name, meridian.folder)
    server = psycopg2.connect(address(tampered.name, urlsplit(os.environ["DATABASE_URL"]).username))
    with server, server.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE history_event SET reason = 'rewritten' WHERE number = 7")
    server.close()
    file = tmp_path / "backup.zip"
    with tampered.at_work():
        call_command("backup", str(file), verbosity=0)
    other = make(like=migrated)
    with other.at_work(OWNER), pytest.raises(CommandError, match=r"Everything was restored, but the history was broken .*event 7 "):
        call_command("restore", str(file), verbosity=0)


def test_the_manifest_says_what_is_in_it(whole, meridian):
    with opened(whole) as backed:
        manifest = backed.manifest
    with meridian.at_work():
        assert manifest.head[0] == Head.objects.get().number
        assert set(manifest.tables) == set(tables.tables(connection.cursor()))
        assert ("releases", "0001_initial") in manifest.migrations
    assert len(manifest.evidence) >= 3
    assert (manifest.made_at, manifest.missing) == ("2026-03-09T12:00:00Z", [])
