"""Feeds as calendar programs read them: what stands in one, how it follows moves and cancellations, and what it never tells."""

import gzip
import json
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.actions import people
from accounts.models import User
from common import ical
from history.deeds import deed, record
from schedule.actions import feeds, saved_views
from schedule.models import Feed
from schedule.vocabulary import Redaction
from tests import factories
from tests.callers import change

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@pytest.fixture
def owner(db: None) -> Any:
    return factories.UserFactory(name="Olga the owner", time_zone=BERLIN)


def subscribe(owner: Any, **more: Any) -> tuple[Feed, str]:
    feed, secret = feeds.make(by=owner, at=timezone.now(), **{"name": "Mine", "past_days": 3650, **more})
    return feed, f"/feeds/{secret}.ics"


def ask(address: str, **headers: str) -> Any:
    """Events are numbered, and tags are made of the numbers, as a transaction commits; that of a test never does."""
    connection.check_constraints()
    return Client().get(address, headers=headers)


def text(address: str) -> str:
    answer = ask(address)
    assert answer.status_code == 200
    said: str = answer.content.decode()
    return said


def read(address: str) -> dict[str, Any]:
    """The events of a feed by their UID, as the icalendar library reads them."""
    calendar: Any = icalendar.Calendar.from_ical(text(address))
    assert calendar.errors == []
    events = calendar.walk("VEVENT")
    assert all(event.errors == [] for event in events)
    found = {str(event["UID"]): event for event in events}
    assert len(found) == len(events)
    return found


def only(address: str) -> Any:
    (event,) = read(address).values()
    return event


# --- what stands in it


def test_a_promotion_says_when_in_the_zone_of_the_owner_what_and_what_it_carries(owner: Any):
    project: Any = factories.ProjectFactory(code="PAY")
    output: Any = factories.OutputFactory(project=project, name="Consent, screens; and more", due_on=None)
    release: Any = factories.ReleaseFactory(name="Gateway", version="26.11", commitment="committed")
    factories.ContributionFactory(release=release, output=output)
    factories.ItemFactory(release=release, service=factories.ServiceFactory(slug="payments"))
    environment: Any = factories.EnvironmentFactory(slug="prod", name="Production")
    promotion: Any = factories.PromotionFactory(release=release, environment=environment, status="approved")
    _, address = subscribe(owner)
    event = only(address)
    assert (event.start, event.end) == (NOON, NOON + timedelta(hours=2))
    assert event["DTSTART"].params["TZID"] == BERLIN
    assert event.start.hour == 13
    assert event["SUMMARY"] == "Gateway 26.11 → Production"
    assert event["DESCRIPTION"].splitlines() == [
        f"{release.key}, approved, committed",
        "Changes payments",
        "Carries Consent, screens; and more (PAY)",
    ]
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 0
    assert event["URL"] == f"http://testserver/promotions/{promotion.pk}/"
    assert event.categories == ["promotion", "prod"]
    promotion.refresh_from_db()
    assert event["DTSTAMP"].dt == max(promotion.updated_at, release.updated_at).replace(microsecond=0)


def test_days_are_days_in_every_zone(owner: Any):
    factories.MilestoneFactory(starts_on=date(2026, 3, 10), ends_on=date(2026, 3, 12))
    _, address = subscribe(owner, filters={"kind": ["milestone"]})
    event = only(address)
    assert (event.start, event.end) == (date(2026, 3, 10), date(2026, 3, 13))
    assert "DTSTART;VALUE=DATE:20260310\r\n" in text(address)


@pytest.mark.parametrize(
    ("status", "commitment", "expected"),
    [
        ("draft", "promised", "TENTATIVE"),
        ("requested", "committed", "TENTATIVE"),
        ("approved", "planned", "TENTATIVE"),
        ("approved", "promised", "CONFIRMED"),
        ("running", "idea", "CONFIRMED"),
        ("succeeded", "idea", "CONFIRMED"),
        ("missed", "promised", "TENTATIVE"),
    ],
)
def test_a_promotion_is_tentative_until_committed_and_approved(owner: Any, status: str, commitment: str, expected: str):
    factories.PromotionFactory(status=status, release=factories.ReleaseFactory(commitment=commitment))
    _, address = subscribe(owner)
    assert only(address)["STATUS"] == expected


def test_the_calendar_has_a_name_its_zone_and_how_often_to_come_again(owner: Any):
    _, address = subscribe(owner, name="What goes live; soon")
    calendar: Any = icalendar.Calendar.from_ical(text(address))
    # The library leaves these two as they stand.
    assert calendar["NAME"] == calendar["X-WR-CALNAME"] == "What goes live\\; soon"
    assert calendar["REFRESH-INTERVAL"].dt == timedelta(hours=1)
    assert calendar["X-PUBLISHED-TTL"] == "PT1H"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == [BERLIN]


@time_machine.travel(NOON, tick=False)  # in every zone the same day
def test_it_reaches_back_as_far_as_asked_and_ahead_without_end(owner: Any):
    today = NOON.date()
    for days in (-31, -30, 0, 4000):
        factories.MilestoneFactory(name=f"{days}", starts_on=today + timedelta(days=days))
    factories.MilestoneFactory(name="long", starts_on=today - timedelta(days=60), ends_on=today - timedelta(days=20))
    _, address = subscribe(owner, past_days=30, filters={"kind": ["milestone"]})
    assert sorted(str(event["SUMMARY"]) for event in read(address).values()) == ["-30", "0", "4000", "long"]


# --- how it follows


@pytest.mark.django_db(transaction=True)  # times of changes are those of their transactions
def test_a_move_keeps_the_uid_and_counts(owner: Any):
    promotion: Any = factories.PromotionFactory()
    _, address = subscribe(owner)
    before = only(address)
    change(promotion, starts_at=NOON + timedelta(days=1), ends_at=NOON + timedelta(days=1, hours=1))
    change(promotion, status="requested")
    after = only(address)
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after.start == NOON + timedelta(days=1)
    assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt


def test_what_is_cancelled_stays_cancelled_for_sixty_days(owner: Any):
    promotion: Any = factories.PromotionFactory()
    milestone: Any = factories.MilestoneFactory()
    _, address = subscribe(owner, filters={"kind": ["promotion", "milestone"]})
    change(promotion, status="cancelled")
    change(milestone, cancelled_at=timezone.now())
    assert [(event["STATUS"], event["SEQUENCE"]) for event in read(address).values()] == [("CANCELLED", 1)] * 2
    with time_machine.travel(timezone.now() + timedelta(days=59)):
        assert len(read(address)) == 2
    with time_machine.travel(timezone.now() + timedelta(days=61)):
        assert read(address) == {}


def test_a_filter_of_states_does_not_hide_that_something_was_cancelled(owner: Any):
    promotion: Any = factories.PromotionFactory(status="draft")
    factories.MilestoneFactory()
    _, address = subscribe(owner, filters={"status": ["draft"]})
    assert only(address)["STATUS"] == "TENTATIVE"
    change(promotion, status="cancelled")
    assert only(address)["STATUS"] == "CANCELLED"


def test_what_no_longer_matches_drops_out(owner: Any):
    promotion: Any = factories.PromotionFactory(environment=factories.EnvironmentFactory(slug="prod"))
    other = factories.EnvironmentFactory(slug="test")
    feed, address = subscribe(owner, filters={"environment": ["prod"]})
    assert len(read(address)) == 1
    change(promotion, environment=other)
    assert read(address) == {}
    feeds.change(feed, {"filters": {"environment": ["prod", "test"]}}, by=owner, at=timezone.now())
    assert only(address).categories == ["promotion", "test"]


def test_a_feed_of_a_view_follows_it_and_stays_when_it_goes(owner: Any):
    factories.PromotionFactory()
    factories.MilestoneFactory()
    view = saved_views.keep(by=owner, name="Mine", filters={"kind": ["promotion"]})
    _, address = subscribe(owner, view=view)
    assert only(address).categories[0] == "promotion"
    saved_views.change(view, {"filters": {"kind": ["milestone"]}}, by=owner)
    assert only(address).categories[0] == "milestone"
    saved_views.drop(view, by=owner)
    assert only(address).categories[0] == "milestone"


def test_it_never_grows_because_something_it_was_narrowed_to_is_gone(owner: Any):
    environment: Any = factories.EnvironmentFactory(slug="short-lived")
    factories.PromotionFactory()
    _, address = subscribe(owner, filters={"environment": ["short-lived"]})
    clock = User.objects.clock()
    with deed(by=clock):
        environment.delete()
        record(owner, "changed", by=clock)
    assert read(address) == {}


# --- when it opens nothing


def test_revoked_expired_and_of_somebody_who_left_it_is_as_if_it_never_was(owner: Any):
    admin: Any = factories.UserFactory(roles=["Administrator"])
    feed, address = subscribe(owner, expires_on=timezone.now().date() + timedelta(days=1))
    assert ask(address).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        assert ask(address).status_code == 404
    people.deactivate(owner, by=admin)
    assert ask(address).status_code == 404
    people.activate(owner, by=admin)
    assert ask(address).status_code == 200
    feeds.revoke(feed, by=owner, at=timezone.now())
    assert ask(address).status_code == 404
    assert ask(f"/feeds/{'a' * 32}.ics").status_code == 404


# --- asked again


def test_the_same_tag_is_answered_304_by_one_query(owner: Any, django_assert_num_queries: Any):
    promotion: Any = factories.PromotionFactory()
    _, address = subscribe(owner)
    first = ask(address)
    with django_assert_num_queries(1):
        again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    change(promotion, ends_at=NOON + timedelta(hours=3))
    assert ask(address, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_the_tag_is_another_on_another_day(owner: Any):
    _, address = subscribe(owner)
    today = Client().get(address)["ETag"]
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert Client().get(address)["ETag"] != today


def test_compressed_it_is_the_same_under_a_tag_of_its_own(owner: Any):
    factories.PromotionFactory()
    _, address = subscribe(owner)
    plain = Client().get(address)
    packed = Client().get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert not packed["ETag"].startswith("W/")


def test_a_feed_costs_the_same_at_1_and_at_30_entries(owner: Any, django_assert_num_queries: Any):
    _, address = subscribe(owner, filters={"kind": ["promotion"]})
    factories.PromotionFactory()
    text(address)
    for count in (1, 29):
        for _ in range(count):
            factories.PromotionFactory()
        connection.check_constraints()
        with django_assert_num_queries(12):
            Client().get(address)


# --- what it never tells


def secret_organisation() -> Any:
    release: Any = factories.ReleaseFactory(name="Merger", version="1.0", commitment="promised", description="hush")
    project: Any = factories.ProjectFactory(code="HUSH", name="Hush hush")
    factories.ContributionFactory(release=release, output=factories.OutputFactory(project=project, name="Takeover", due_on=None))
    factories.ItemFactory(release=release, service=factories.ServiceFactory(slug="ledger"))
    environment: Any = factories.EnvironmentFactory(slug="vault", name="Vault")
    return factories.PromotionFactory(release=release, environment=environment, status="approved")


def test_busy_tells_when_and_nothing_else(owner: Any):
    promotion = secret_organisation()
    _, address = subscribe(owner, redaction=Redaction.BUSY)
    said = text(address)
    event = only(address)
    assert event["SUMMARY"] == "Busy"
    assert sorted(event.keys()) == [
        "DTEND", "DTSTAMP", "DTSTART", "LAST-MODIFIED", "SEQUENCE", "STATUS", "SUMMARY", "UID",
    ]  # fmt: skip
    for told in ("Merger", "Vault", "vault", "ledger", "Takeover", "HUSH", "promotion", "hush", "REL-", f"-{promotion.pk}@"):
        assert told not in said
    change(promotion, ends_at=NOON + timedelta(hours=3))
    assert only(address)["UID"] == event["UID"]


def test_titles_tell_titles_and_times(owner: Any):
    secret_organisation()
    _, address = subscribe(owner, redaction=Redaction.TITLES)
    said = text(address)
    assert only(address)["SUMMARY"] == "Merger 1.0 → Vault"
    for told in ("ledger", "Takeover", "HUSH", "hush", "REL-", "http"):
        assert told not in said


def test_restricted_things_leave_no_trace(owner: Any):
    promotion = secret_organisation()
    _, address = subscribe(owner)
    assert "Carries Takeover (HUSH)" in only(address)["DESCRIPTION"]
    change(promotion.release.contributions.get().output.project, restricted_until=timezone.now() + timedelta(days=9))
    assert "Takeover" not in text(address)
    change(promotion.release, restricted_until=timezone.now() + timedelta(days=9))
    assert read(address) == {}


def test_only_the_digest_of_the_secret_is_kept_and_no_log_holds_it(owner: Any, capsys: Any, caplog: Any):
    feed, address = subscribe(owner)
    secret = address.removeprefix("/feeds/").removesuffix(".ics")
    assert secret not in json.dumps(list(Feed.objects.filter(pk=feed.pk).values()), default=str)
    answer = Client().get(address)
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-cache"
    Client().get(address.replace(".ics", ".txt"))
    Client().get(f"/shared/{secret}/")
    from common.secret_addresses import mask

    lines = [mask(None, "", {"event": record.getMessage()})["event"] for record in caplog.records]
    assert lines
    assert secret not in "".join(lines)


# --- bad text


@pytest.mark.parametrize(
    "name",
    [
        "a\r\nATTENDEE:mailto:x@example.org",
        "tab\there",
        "\u202egnp.exe",
        "semi;colon,comma\\slash",
        "ü" * 120,
        "🚀" * 60,
        "\x85\u2028next",
    ],
)
def test_no_name_breaks_out_of_its_line(owner: Any, name: str):
    factories.MilestoneFactory(name=name)
    _, address = subscribe(owner, filters={"kind": ["milestone"]})
    said = text(address)
    assert "\u202e" not in said
    assert all(len(line.encode()) <= 75 for line in said.split("\r\n"))
    assert not any(character in said.replace("\r\n", "") for character in "\r\n\x85\u2028")
    event = only(address)
    assert "ATTENDEE" not in event
    kept = "".join(letter for letter in name if letter not in "\r\n\t\u202e\x85\u2028")
    assert "".join(letter for letter in str(event["SUMMARY"]) if letter not in "\n ") == kept.replace(" ", "")


def test_a_lone_surrogate_and_nul_are_no_text():
    assert ical.text("a\ud800b\0c") == "a\ufffdb c"


@pytest.mark.parametrize("letter", ["a", "é", "€", "🚀"])
def test_lines_are_folded_at_75_octets_and_unfold_to_what_they_were(letter: str):
    for length in range(200):
        content = "SUMMARY:" + letter * length
        folded = ical.line(content)
        assert all(len(part.encode()) <= 75 for part in folded.split("\r\n"))
        assert folded.replace("\r\n ", "") == content + "\r\n"


# --- read by another program


READER = """
const ICAL = require("ical.js");
const calendar = new ICAL.Component(ICAL.parse(require("fs").readFileSync(0, "utf8")));
for (const zone of calendar.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
const events = calendar.getAllSubcomponents("vevent").map((each) => new ICAL.Event(each));
console.log(JSON.stringify(events.map((each) => ({
  uid: each.uid, summary: each.summary, description: each.description, sequence: each.sequence, isDate: each.startDate.isDate,
  start: each.startDate.isDate ? each.startDate.toString() : each.startDate.toJSDate().toISOString(),
  end: each.endDate.isDate ? each.endDate.toString() : each.endDate.toJSDate().toISOString(),
  status: each.component.getFirstPropertyValue("status"),
}))));
"""


def by_ical_js(said: str) -> list[dict[str, Any]]:
    # Where the machine has no node, the package that brought npm has one.
    node = shutil.which("node") or str(Path(sys.executable).parent / "node")
    done = subprocess.run([node, "-e", READER], input=said, capture_output=True, text=True, cwd=settings.BASE_DIR, check=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return sorted(found, key=lambda each: each["start"])


def test_ical_js_reads_the_same_before_and_after_a_move_and_a_cancellation(owner: Any):
    summer = datetime(2026, 7, 1, 22, tzinfo=UTC)
    release: Any = factories.ReleaseFactory(name="Tab; comma, \\ and “ü” 🚀 " + "long " * 20, version="1")
    promotion: Any = factories.PromotionFactory(release=release, starts_at=NOON)
    milestone: Any = factories.MilestoneFactory(starts_on=date(2026, 12, 24), name="Eve")
    _, address = subscribe(owner, filters={"kind": ["promotion", "milestone"]})
    (first, second) = by_ical_js(text(address))
    assert (first["start"], first["end"]) == ("2026-03-10T12:00:00.000Z", "2026-03-10T14:00:00.000Z")
    assert first["summary"] == f"{' '.join(release.name.split(' '))} 1 → {promotion.environment.name}"
    assert first["description"].startswith(f"{release.key}, draft")
    assert (second["isDate"], second["start"], second["end"]) == (True, "2026-12-24", "2026-12-25")
    change(promotion, starts_at=summer, ends_at=summer + timedelta(hours=4))
    change(milestone, cancelled_at=timezone.now())
    (moved, cancelled) = by_ical_js(text(address))
    assert (moved["uid"], moved["start"], moved["sequence"]) == (first["uid"], "2026-07-01T22:00:00.000Z", 1)
    assert (cancelled["uid"], cancelled["status"], cancelled["sequence"]) == (second["uid"], "CANCELLED", 1)


# --- khal, which people read calendars with at a terminal

KHAL = """
[calendars]
[[feed]]
path = {folder}/feed
[locale]
local_timezone = Europe/Berlin
default_timezone = Europe/Berlin
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
timeformat = %H:%M
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[default]
default_calendar = feed
[sqlite]
path = {folder}/khal.db
"""
SHOWN = ("uid", "title", "start", "end", "status", "categories", "url")


def by_khal(said: str, folder: Path) -> list[dict[str, str]]:
    """The events of 2026, each once, as a khal that knew none before lists them; what is cancelled included."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "feed").mkdir(parents=True)
    (folder / "config").write_text(KHAL.format(folder=folder))
    (folder / "feed.ics").write_bytes(said.encode())

    def khal(*arguments: str) -> str:
        command = [sys.executable, "-m", "khal", "--config", str(folder / "config"), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    khal("import", "--batch", str(folder / "feed.ics"))
    columns = [argument for name in SHOWN for argument in ("--json", name)]
    listed = khal("list", "--once", *columns, "2026-01-01", "2027-01-01")
    found: list[dict[str, str]] = [event for line in listed.splitlines() if line.strip() for event in json.loads(line)]
    return sorted(found, key=lambda event: event["start"])


def test_khal_reads_the_same_before_and_after_a_move_a_cancellation_and_another_filter(owner: Any, tmp_path: Path):
    environment: Any = factories.EnvironmentFactory(slug="prod")
    release: Any = factories.ReleaseFactory(name="Tab; comma, \\ and “ü” 🚀 " + "long " * 20, version="1")
    promotion: Any = factories.PromotionFactory(release=release, environment=environment)
    milestone: Any = factories.MilestoneFactory(starts_on=date(2026, 12, 24), ends_on=date(2026, 12, 25), name="Eve")
    feed, address = subscribe(owner, filters={"kind": ["promotion", "milestone"]})
    (first, second) = by_khal(text(address), tmp_path / "khal")
    assert (first["start"], first["end"]) == ("2026-03-10 13:00", "2026-03-10 15:00")
    assert first["title"] == f"{' '.join(release.name.split(' '))} 1 → {environment.name}"
    assert first["categories"] == "promotion,prod"
    assert first["url"] == f"http://testserver/promotions/{promotion.pk}/"
    assert (second["title"], second["start"], second["end"]) == ("Eve", "2026-12-24", "2026-12-25")
    summer = datetime(2026, 7, 1, 22, tzinfo=UTC)
    change(promotion, starts_at=summer, ends_at=summer + timedelta(hours=4))
    change(milestone, cancelled_at=timezone.now())
    (moved, cancelled) = by_khal(text(address), tmp_path / "khal")
    assert (moved["uid"], moved["start"], moved["end"]) == (first["uid"], "2026-07-02 00:00", "2026-07-02 04:00")
    assert (cancelled["uid"], cancelled["status"].strip()) == (second["uid"], "CANCELLED")
    feeds.change(feed, {"filters": {"kind": ["promotion"], "environment": ["prod"]}}, by=owner, at=timezone.now())
    (left,) = by_khal(text(address), tmp_path / "khal")
    assert left["uid"] == first["uid"]


@pytest.mark.parametrize("redaction", [Redaction.TITLES, Redaction.BUSY])
def test_khal_reads_what_tells_less(owner: Any, tmp_path: Path, redaction: str):
    secret_organisation()
    _, address = subscribe(owner, redaction=redaction)
    (event,) = by_khal(text(address), tmp_path / "khal")
    assert event["title"] == ("Busy" if redaction == Redaction.BUSY else "Merger 1.0 → Vault")
    assert (event["start"], event["end"]) == ("2026-03-10 13:00", "2026-03-10 15:00")
