"""Calendars as milestones: real feeds in sequence, identity by UID, recurrences, pruning, and every calendar of the shared corpus."""

import csv
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.vocabulary import Role
from common.refusals import BadInput
from exchange.formats.bounds import Unfit
from exchange.formats.calendars import find
from exchange.kinds import Calendars
from exchange.kinds.sheet import Source
from history.models import Head
from projects.models import Milestone
from tests.data import SHARED
from tests.exchange.calls import bring, kept
from tests.factories import ProgramFactory, ProjectFactory, UserFactory

ICS = SHARED / "ics"
FEEDS = ICS / "release-feeds"
MILESTONES = Calendars("milestone")
PRUNED = Calendars("milestone", prune=True)


def calendar(*events, name="Plans", tail=""):
    inner = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x\nX-WR-CALNAME:{name}\n{inner}{tail}END:VCALENDAR\n"
    return Source.of("plans.ics", text.replace("\n", "\r\n").encode())


def event(uid="one", day="20260301", summary="One", *more):
    return "\n".join([f"UID:{uid}", f"DTSTART;VALUE=DATE:{day}", f"SUMMARY:{summary}", *more])


def days():
    return list(Milestone.objects.order_by("starts_on", "code").values_list("code", "starts_on", "ends_on"))


@pytest.mark.django_db
def test_two_snapshots_of_a_public_feed_in_sequence():
    early, late = (Source.at(FEEDS / f"fedora-{day}.ics") for day in ("2025-09-27", "2025-10-24"))
    first = bring(early, calendars=PRUNED)
    assert (vars(first.counts["milestones"]), first.row_errors) == ({"created": 127, "changed": 0, "unchanged": 0}, [])
    before = dict(Milestone.objects.values_list("uid", "starts_on"))
    second = bring(late, calendars=PRUNED)
    standing = dict(Milestone.objects.filter(cancelled_at=None).values_list("uid", "starts_on"))
    assert len(standing) == 127
    assert len(before.keys() - standing.keys()) == 4
    assert len(standing.keys() - before.keys()) == 4
    assert sum(before[uid] != standing[uid] for uid in before.keys() & standing.keys()) == 7
    assert vars(second.counts["milestones"])["created"] == 4
    head = Head.objects.get().number
    third = bring(late, calendars=PRUNED, at=datetime(2026, 11, 21, tzinfo=UTC))
    assert vars(third.counts["milestones"]) == {"created": 0, "changed": 0, "unchanged": 127}
    assert Head.objects.get().number == head


def manifest():
    with (ICS / "MANIFEST.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_calendar_of_the_corpus_is_read_or_clearly_refused():
    """Those that can be parsed are read, day by day as other programs read them; of the others each gets a sentence."""
    compared, refused = 0, {}
    for row in manifest():
        until = date.fromisoformat(row["range_end"]) if row["range_end"] else date(2028, 1, 1)
        try:
            found = find((ICS / row["file"]).read_bytes(), until)
        except Unfit as refusal:
            refused[row["file"]] = refusal.problem
            assert row["parse"] != "ok" or row["n_vcalendar"] == "0", row["file"]
            continue
        assert row["parse"] == "ok", row["file"]
        assert not found.problems or int(row["parse_errors_noted"]) > 0, (row["file"], found.problems)
        if row["oracles_agree"] == "yes":
            mine = [entry.starts_on for entry in found.entries if entry.starts_on < row["range_end"]]
            assert len(mine) == int(row["expected_occurrences"]), row["file"]
            if row["oracle_file"]:
                with (ICS / row["oracle_file"]).open(newline="") as file:
                    assert Counter(mine) == Counter(line["start"][:10] for line in csv.DictReader(file)), row["file"]
            compared += 1
    assert compared == 63
    assert len(refused) == 9
    assert all(sentence.startswith("It is no calendar that can be read") for sentence in refused.values())


@pytest.mark.django_db
def test_a_second_import_moves_and_renames():
    bring(calendar(event(), event("two")), calendars=MILESTONES)
    milestone = Milestone.objects.get(code="one")
    outcome = bring(calendar(event("one", "20260305", "Later"), event("two")), calendars=MILESTONES)
    assert vars(outcome.counts["milestones"]) == {"created": 0, "changed": 1, "unchanged": 1}
    milestone.refresh_from_db()
    assert (milestone.name, milestone.starts_on, milestone.calendar, milestone.uid) == ("Later", date(2026, 3, 5), "Plans", "one")


@pytest.mark.django_db
def test_pruning_keeps_to_its_calendar_and_target_and_what_returns_stands_again():
    ProgramFactory(code="P")
    into = Calendars("milestone", "program:P", prune=True)
    bring(calendar(event(), event("two")), calendars=into)
    bring(calendar(event(), event("two")), calendars=MILESTONES)
    bring(calendar(event("three"), name="Other"), calendars=into)
    bring(calendar(event()), calendars=into)
    cancelled = Milestone.objects.exclude(cancelled_at=None)
    assert [(one.program.code, one.uid) for one in cancelled] == [("P", "two")]
    head = Head.objects.get().number
    bring(calendar(event()), calendars=into)
    assert Head.objects.get().number == head
    bring(calendar(event(), event("two")), calendars=into)
    assert not cancelled.all().exists()


@pytest.mark.django_db
def test_a_calendar_without_entries_prunes_nothing():
    bring(calendar(event()), calendars=PRUNED)
    bring(calendar(), calendars=PRUNED)
    assert Milestone.objects.get().cancelled_at is None


@pytest.mark.django_db
def test_a_cancelled_event_is_a_cancelled_milestone_and_stays_so_unchanged():
    cancelled = calendar(event("one", "20260301", "One", "STATUS:CANCELLED"))
    bring(cancelled, calendars=MILESTONES)
    head = Head.objects.get().number
    outcome = bring(cancelled, calendars=MILESTONES, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert vars(outcome.counts["milestones"])["unchanged"] == 1
    assert Milestone.objects.get().cancelled_at < datetime(2027, 1, 1, tzinfo=UTC)
    assert Head.objects.get().number == head


@pytest.mark.parametrize(
    ("lines", "starts_on", "ends_on"),
    [
        ("DTSTART;VALUE=DATE:20260301", "2026-03-01", ""),
        ("DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260302", "2026-03-01", ""),
        ("DTSTART;VALUE=DATE:20260301\nDTEND;VALUE=DATE:20260304", "2026-03-01", "2026-03-03"),
        ("DTSTART;VALUE=DATE:20260301\nDURATION:P1W", "2026-03-01", "2026-03-07"),
        ("DTSTART:20260301T233000Z\nDTEND:20260302T013000Z", "2026-03-01", ""),
        ("DTSTART;TZID=Asia/Tokyo:20260302T003000", "2026-03-02", ""),
        ("DTSTART;TZID=Europe/Berlin:20260301T090000\nDTEND;TZID=Europe/Berlin:20260303T170000", "2026-03-01", "2026-03-03"),
        ("DTSTART;TZID=Europe/Berlin:20260301T090000\nDTEND:20260303T230000Z", "2026-03-01", "2026-03-03"),
    ],
)
def test_an_event_counts_on_its_day_in_its_own_zone(lines, starts_on, ends_on):
    (entry,) = find(calendar(f"UID:x\n{lines}").open().read(), date(2030, 1, 1)).entries
    assert (entry.starts_on, entry.ends_on) == (starts_on, ends_on)


@pytest.mark.django_db
def test_a_recurring_event_is_one_milestone_an_occurrence_up_to_two_years_ahead():
    now = datetime(2026, 11, 20, tzinfo=UTC)
    bring(
        calendar(
            "UID:board\nDTSTART;TZID=Europe/Berlin:20260105T100000\nSUMMARY:Board\nRRULE:FREQ=MONTHLY\n"
            "EXDATE;TZID=Europe/Berlin:20260205T100000",
            "UID:board\nRECURRENCE-ID;TZID=Europe/Berlin:20260305T100000\nDTSTART;TZID=Europe/Berlin:20260310T100000\nSUMMARY:Board moved",
        ),
        calendars=MILESTONES,
        at=now,
    )
    found = days()
    assert found[:3] == [
        ("board-20260105T100000", date(2026, 1, 5), None),
        ("board-20260305T100000", date(2026, 3, 10), None),
        ("board-20260405T100000", date(2026, 4, 5), None),
    ]
    assert date(2028, 11, 1) < found[-1][1] <= (now + timedelta(days=731)).date()


@pytest.mark.django_db
def test_codes_come_from_uids():
    long = "x" * 120 + "@example.org"
    bring(calendar(event("{1}/a b@c"), event(long), event("new"), event("a b"), event("a/b")), calendars=MILESTONES)
    codes = set(Milestone.objects.values_list("code", flat=True))
    assert {"1--a-b-c", "a-b"} <= codes
    assert sorted(len(code) for code in codes) == [3, 8, 12, 12, 100]


@pytest.mark.django_db
def test_names_of_hostile_calendars_are_one_plain_line():
    bring(calendar(event("x", "20260301", "a\\nb\x07c\u2028d" + "e" * 400, "DESCRIPTION:x\\ny\x00z")), calendars=MILESTONES)
    milestone = Milestone.objects.get()
    assert milestone.name.startswith("a b c d")
    assert len(milestone.name) == 300
    assert milestone.description == "x\nyz"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("plan", "sentence"),
    [
        (Calendars("freeze"), "Freezes and maintenance windows cannot be imported yet"),
        (Calendars("party"), "Entries of a calendar do not become “party”"),
        (Calendars("milestone", "PAY"), "“PAY” is no target"),
        (Calendars("milestone", "team:PAY"), "“team:PAY” is no target"),
        (Calendars("milestone", "project:NONE"), "There is no project “NONE”"),
    ],
)
def test_what_entries_cannot_become_is_refused(plan, sentence):
    before = kept()
    with pytest.raises(BadInput, match=sentence):
        bring(calendar(event()), calendars=plan)
    assert kept() == before


@pytest.mark.django_db
def test_without_saying_what_entries_become_a_calendar_is_refused():
    assert bring(calendar(event())).row_errors[0].problem == "It is a calendar; say what its entries become (--as milestone)."


@pytest.mark.django_db
def test_whoever_may_not_write_the_target_may_not_bring_it():
    manager = UserFactory(roles=[Role.PROJECT_MANAGER])
    ProjectFactory(code="PAY", manager=manager)
    assert bring(calendar(event()), by=manager, calendars=Calendars("milestone", "project:PAY")).row_errors == []
    refused = bring(calendar(event("two")), by=manager, calendars=MILESTONES)
    assert [(error.row, error.column) for error in refused.row_errors] == [(1, "code")]


@pytest.mark.django_db
def test_an_event_that_cannot_be_read_is_named():
    outcome = bring(calendar(event(), "UID:b\nDTSTART:20260231T100000Z", event("c", "99990101")), calendars=MILESTONES)
    assert [(error.row, error.column) for error in outcome.row_errors] == [(2, "DTSTART"), (3, "DTSTART")]


@pytest.mark.django_db
def test_a_rule_without_end_is_stopped():
    outcome = bring(calendar("UID:b\nDTSTART:20260101T100000Z\nRRULE:FREQ=SECONDLY"), calendars=MILESTONES)
    assert outcome.row_errors[0].problem == "It holds more than 50,000 days with its recurrences; split it."


@pytest.mark.django_db
@pytest.mark.parametrize("days", [5_000, 45_000], ids=["too much text", "too much memory"])
def test_very_many_days_with_very_long_descriptions_are_refused(days):
    text = f"UID:b\nDTSTART:20260101T100000Z\nDESCRIPTION:{'x' * 20_000}\nRRULE:FREQ=MINUTELY;COUNT={days}"
    problem = bring(calendar(text), calendars=MILESTONES).row_errors[0].problem
    bounds = ("Its days with their descriptions are more than 50 MB", "Reading it takes more memory", "Reading it takes longer")
    assert problem.startswith(bounds)
