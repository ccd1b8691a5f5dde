"""A deed is one transaction and one event; nothing is written without one."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError, InternalError, ProgrammingError

from accounts.models import User
from history.deeds import Said, deed, record, record_all
from history.models import Change, Event, Fact, Head
from history.signals import committed, recorded
from projects.models import Program
from tests.factories import ProgramFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clock():
    return User.objects.clock()


@deed
def rename(program, *, by, name, reason=""):
    program.name = name
    program.save()
    record(program, "renamed", by=by, reason=reason)
    return program


def test_a_write_without_a_deed_is_refused():
    with pytest.raises(DatabaseError, match="needs a deed"):
        Program.objects.create(code="P", name="Payments")
    assert not Program.objects.exists()


def test_a_write_of_sql_by_hand_is_refused_too():
    program = ProgramFactory()
    with pytest.raises(DatabaseError, match="needs a deed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE projects_program SET name = 'x' WHERE id = %s", [program.pk])


def test_a_deed_is_one_event_with_actor_reason_facts_and_changes(clock):
    program = ProgramFactory(name="Payments")
    before = Event.objects.count()
    rename(program, by=clock, name="Cards", reason="new strategy")

    assert Event.objects.count() == before + 1
    event = Event.objects.order_by("-number").first()
    assert (event.actor_id, event.reason) == (clock.pk, "new strategy")
    fact = event.facts.get()
    assert (fact.verb, fact.subject_kind, fact.subject_id, fact.template) == (
        "renamed",
        "program",
        program.pk,
        "{actor} renamed {subject}",
    )
    change = event.changes.get()
    assert (change.table_name, change.row_id, change.operation) == ("projects_program", program.pk, "update")
    assert (change.before, change.after) == ({"name": "Payments"}, {"name": "Cards"})


def test_a_change_moves_revision_and_updated_at_and_a_save_without_one_moves_neither(clock):
    program = ProgramFactory(name="Payments")
    program.refresh_from_db()
    seen = (program.revision, program.updated_at)

    @deed
    def save_as_it_is(*, by):
        program.save()

    save_as_it_is(by=clock)
    program.refresh_from_db()
    assert (program.revision, program.updated_at) == seen

    rename(program, by=clock, name="Cards")
    program.refresh_from_db()
    assert program.revision == seen[0] + 1
    assert program.updated_at > seen[1]


def test_a_deed_that_changes_nothing_leaves_no_event(clock):
    before = Event.objects.count()
    with deed(by=clock):
        pass
    assert Event.objects.count() == before


def test_a_deed_that_changes_something_and_says_nothing_fails_as_a_whole(clock):
    with pytest.raises(RuntimeError, match="records what it did"), deed(by=clock):
        Program.objects.create(code="P", name="Payments")
    assert not Program.objects.exists()


def test_nested_verbs_join_the_outermost(clock):
    one, two = ProgramFactory(), ProgramFactory()
    before = Event.objects.count()
    with deed(by=clock, reason="reorganisation"):
        rename(one, by=clock, name="One")
        rename(two, by=clock, name="Two")
    assert Event.objects.count() == before + 1
    event = Event.objects.order_by("-number").first()
    assert [(fact.position, fact.subject_id) for fact in event.facts.order_by("position")] == [(0, one.pk), (1, two.pk)]
    assert event.reason == "reorganisation"


def test_what_fails_leaves_nothing_and_no_hole(clock):
    program = ProgramFactory(name="Payments")
    number = Head.objects.get().number
    with pytest.raises(ZeroDivisionError), deed(by=clock):
        rename(program, by=clock, name="Cards")
        raise ZeroDivisionError
    program.refresh_from_db()
    assert program.name == "Payments"
    rename(program, by=clock, name="Cards")
    assert Head.objects.get().number == number + 1


def test_saying_the_same_twice_is_a_mistake(clock):
    program = ProgramFactory()
    with pytest.raises(ValueError, match="recorded twice"), deed(by=clock):
        record(program, "renamed", by=clock)
        record(program, "renamed", by=clock)


def test_facts_name_things_by_kind_and_id_and_never_by_name(clock):
    program, other = ProgramFactory(name="Payments"), ProgramFactory(name="Cards")
    with deed(by=clock):
        record(program, "merged", by=clock, template="{actor} merged {subject} into {other} on day {count}", other=other, count=3)
    fact = Fact.objects.get(verb="merged")
    assert fact.data == {"other": {"kind": "program", "id": other.pk}, "count": 3}


def test_receivers_of_recorded_add_facts_in_rounds_until_none_is_added(clock):
    program = ProgramFactory()
    rounds = []

    def react(deed, facts, **_):
        rounds.append([fact.verb for fact in facts])
        if facts[0].verb == "renamed":
            record_all([Said("told", "program", program.pk, "{actor} told {subject}")], by=clock)

    recorded.connect(react)
    try:
        rename(program, by=clock, name="Cards")
    finally:
        recorded.disconnect(react)
    assert rounds == [["renamed"], ["told"]]
    assert [fact.verb for fact in Event.objects.order_by("-number").first().facts.order_by("position")] == ["renamed", "told"]


def test_committed_comes_after_the_commit_and_not_after_a_failure(clock):
    program = ProgramFactory(name="Payments")
    heard = []

    def listen(facts, **_):
        heard.append([fact.verb for fact in facts])

    committed.connect(listen)
    try:
        rename(program, by=clock, name="Cards")
        with pytest.raises(ZeroDivisionError), deed(by=clock):
            rename(program, by=clock, name="Loans")
            raise ZeroDivisionError
    finally:
        committed.disconnect(listen)
    assert heard == [["renamed"]]


def test_personal_columns_say_changed_and_no_more():
    user = User.objects.clock()
    with deed(by=user):
        person = User.objects.create(email="secret.person@example.org", name="Secret Person", password="hash")
        record(person, "made", by=user)
    with deed(by=user):
        person.name = "Other Name"
        person.save()
        record(person, "renamed", by=user)
    texts = " ".join(str((change.before, change.after)) for change in Change.objects.filter(table_name="accounts_user"))
    assert "changed" in texts
    assert not any(word in texts for word in ("Secret", "secret.person", "Other Name", "hash"))


@pytest.mark.parametrize("table", ["history_event", "history_fact", "history_change"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_history_refuses_to_be_rewritten(table, statement):
    ProgramFactory()
    with (
        pytest.raises((InternalError, ProgrammingError, DatabaseError), match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_a_closed_event_takes_no_more_changes():
    ProgramFactory()
    event = Event.objects.order_by("-number").first()
    with pytest.raises(DatabaseError, match="is closed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('releasecal.event', %s, true)", [str(event.pk)])
        cursor.execute("UPDATE projects_program SET name = 'x'")


def test_a_snapshot_isolation_is_refused(clock):
    with pytest.raises(DatabaseError, match="read committed"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with deed(by=clock):
            program = Program.objects.create(code="P", name="Payments")
            record(program, "made", by=clock)


def test_our_connections_read_what_is_committed_whatever_the_server_s_default(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting, source FROM pg_settings WHERE name = 'default_transaction_isolation'")
        assert cursor.fetchone() == ("read committed", "client")
