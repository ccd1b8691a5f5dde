"""Event numbers follow the order of commits, without holes, and a reader that polls never skips one."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from accounts.models import User
from history.actions import broken_links
from history.deeds import deed, record
from history.models import Event, Head
from projects.models import Program
from tests.factories import ProgramFactory

WRITERS, DEEDS = 16, 150


@pytest.mark.django_db(transaction=True)
def test_sixteen_writers_leave_no_hole_and_a_polling_reader_sees_every_event_in_order():
    programs = [ProgramFactory() for _ in range(4)]
    clock = User.objects.clock()
    done = threading.Event()
    start = Head.objects.get().number

    def write(writer: int) -> None:
        dice = random.Random(writer)
        try:
            for turn in range(DEEDS):
                with deed(by=clock):
                    program = Program.objects.select_for_update(no_key=True).get(pk=dice.choice(programs).pk)
                    program.description = f"{writer} was here at {turn}"
                    program.save()
                    record(program, "described", by=clock)
        finally:
            connections.close_all()

    seen: list[int] = []

    def read() -> None:
        last = start
        try:
            while True:
                finished = done.is_set()
                news = list(Event.objects.after(last).values_list("number", flat=True))
                seen.extend(news)
                last = news[-1] if news else last
                if finished and not news:
                    return
        finally:
            connections.close_all()

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        results = [pool.submit(write, number) for number in range(WRITERS)]
    done.set()
    reader.join()

    assert [result.exception() for result in results] == [None] * WRITERS
    assert seen == list(range(start + 1, start + 1 + WRITERS * DEEDS))
    assert Head.objects.get().number == start + WRITERS * DEEDS
    assert list(broken_links()) == []


@pytest.mark.django_db(transaction=True)
def test_the_poll_would_skip_events_numbered_when_they_are_written():
    """The control: a number drawn at the insert, as a sequence does, is overtaken by whoever commits first."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE naive_event (number bigint GENERATED ALWAYS AS IDENTITY)")
    try:
        slow_wrote, reader_looked = threading.Event(), threading.Event()

        def slow() -> None:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("BEGIN")
                    cursor.execute("INSERT INTO naive_event DEFAULT VALUES")
                    slow_wrote.set()
                    reader_looked.wait()
                    cursor.execute("COMMIT")
            finally:
                connections.close_all()

        thread = threading.Thread(target=slow)
        thread.start()
        slow_wrote.wait()
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO naive_event DEFAULT VALUES RETURNING number")
            last = cursor.fetchone()[0]
            reader_looked.set()
            thread.join()
            cursor.execute("SELECT count(*) FROM naive_event WHERE number > %s", [last])
            assert cursor.fetchone()[0] == 0
            cursor.execute("SELECT count(*) FROM naive_event")
            assert cursor.fetchone()[0] == 2
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE naive_event")
