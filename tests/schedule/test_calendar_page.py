"""The calendar page: month and agenda, its filters, its states, and what it makes of an address."""

import re
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.vocabulary import Role
from environments.actions import bookings
from releases.models import Release
from tests import factories
from tests.reading import signed_in
from tests.schedule.crowds import crowd

pytestmark = pytest.mark.django_db
MARCH = "/?date=2026-03-01"


class Table(HTMLParser):
    """The month table as it is read: the classes and texts of each day's cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.days: dict[str, list[str]] = {}
        self.classes: dict[str, set[str]] = {}
        self._day = self._classes = ""
        self._inside = False
        self._text: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if tag == "td":
            self._inside, self._classes = True, given.get("class", "")
        if self._inside and given.get("class") == "date":
            self._day = re.search(r"date=([\d-]+)", given["href"])[1]  # type: ignore[index]  # every day's link has one
            self.days[self._day], self.classes[self._day] = [], set(self._classes.split())
        if self._inside and "entry" in (given.get("class") or "").split():
            self._text = [given["class"]]
            self.days[self._day].append("")

    def handle_data(self, data: str) -> None:
        if self._inside and self._text:
            self.days[self._day][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "td":
            self._inside, self._text = False, []


def html(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def table(client: Client, address: str) -> Table:
    return Table(html(client, address).partition("<tbody>")[2].partition("</tbody>")[0])


def notices(page: str) -> list[str]:
    return re.findall(r'<p class="message message-warning">.*?<span>(.*?)</span></p>', page)


def test_a_stranger_is_asked_to_sign_in(client: Client):
    answer = client.get(MARCH)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")


# --- the month


def test_a_month_has_whole_weeks_with_their_numbers(petra: Client):
    month = table(petra, MARCH)
    assert list(month.days) == [(date(2026, 2, 23) + timedelta(days=at)).isoformat() for at in range(42)]
    assert {day for day, classes in month.classes.items() if "outside" in classes} == {
        *(f"2026-02-{day}" for day in range(23, 29)),
        *(f"2026-04-0{day}" for day in range(1, 6)),
    }
    page = html(petra, MARCH)
    assert re.findall(r'<th scope="row" class="week"><span class="sr">Week </span>(\d+)</th>', page) == [
        "9",
        "10",
        "11",
        "12",
        "13",
        "14",
    ]


def test_an_entry_lies_on_its_day_in_the_zone_of_the_viewer(petra: Client, vera: Client):
    factories.PromotionFactory(
        release=factories.ReleaseFactory(name="Night", version="1"),
        environment=factories.EnvironmentFactory(name="Production"),
        starts_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC),
        ends_at=datetime(2026, 3, 10, 23, 45, tzinfo=UTC),
    )
    factories.MilestoneFactory(name="Everywhere", starts_on=date(2026, 3, 10))
    night = "Promotion: Night 1 → Production, Draft"
    assert table(vera, MARCH).days["2026-03-10"] == ["Milestone: Everywhere", "23:30" + night]
    in_berlin = table(petra, MARCH).days
    assert (in_berlin["2026-03-10"], in_berlin["2026-03-11"]) == (["Milestone: Everywhere"], ["00:30" + night])
    in_apia = table(petra, f"{MARCH}&tz=Pacific/Pago_Pago").days
    assert in_apia["2026-03-10"] == ["Milestone: Everywhere", "12:30" + night]


@pytest.mark.parametrize(
    ("zone", "night", "days"),
    [
        ("Europe/Berlin", "2026-03-28T23:00:00Z", ["2026-03-29"]),
        ("Europe/Berlin", "2026-03-29T22:00:00Z", ["2026-03-30"]),
        ("Europe/Berlin", "2026-10-25T22:59:00Z", ["2026-10-25", "2026-10-26"]),
        ("Australia/Lord_Howe", "2026-04-05T13:29:00Z", ["2026-04-05", "2026-04-06"]),
    ],
)
def test_nights_on_which_the_clocks_change(vera: Client, zone: str, night: str, days: list[str]):
    start = datetime.fromisoformat(night)
    factories.PromotionFactory(starts_at=start, ends_at=start + timedelta(minutes=30))
    # Clocks change on Sundays, so that what passes midnight begins anew in the next week.
    month = table(vera, f"/?date={days[0]}&tz={zone}")
    assert [day for day, entries in month.days.items() if entries] == days


def test_a_bar_goes_on_in_the_next_week(petra: Client):
    factories.MilestoneFactory(name="Long", starts_on=date(2026, 3, 6), ends_on=date(2026, 3, 10))
    month = table(petra, MARCH)
    assert [day for day, entries in month.days.items() if entries] == ["2026-03-06", "2026-03-09"]
    page = html(petra, MARCH)
    assert 'class="entry k-milestone s-3 after"' in page
    assert 'class="entry k-milestone s-2 before"' in page


def test_a_full_day_says_how_many_more_and_leads_to_them(petra: Client):
    for _ in range(9):
        factories.MilestoneFactory()
    page = html(petra, MARCH)
    assert len(table(petra, MARCH).days["2026-03-10"]) == 6
    more = re.search(r'<a class="more" href="([^"]+)">\+3 more', page)
    assert more is not None
    assert html(petra, "/" + more[1].replace("&amp;", "&")).count('class="agenda-row"') == 9


def test_projects_are_counted_and_drawn_when_asked_for(petra: Client):
    factories.ProjectFactory(name="Always there")
    assert "Always there" not in html(petra, MARCH).partition("<table")[2]
    assert "1 project under way" in html(petra, MARCH)
    assert "Always there" in html(petra, f"{MARCH}&kind=project").partition("<table")[2]


@pytest.mark.usefixtures("in_2026")
def test_today_is_marked(vera: Client):
    factories.MilestoneFactory(starts_on=date(2026, 11, 20))
    month = table(vera, "/")
    assert [day for day, classes in month.classes.items() if "today" in classes] == ["2026-11-20"]


def test_ways_to_other_months_keep_the_filters(petra: Client):
    page = html(petra, f"{MARCH}&kind=milestone&tz=Asia/Kathmandu")
    for rel, month in (("prev", "2026-02-01"), ("next", "2026-04-01")):
        assert f'<a rel="{rel}" href="?view=month&amp;date={month}&amp;tz=Asia%2FKathmandu&amp;kind=milestone">' in page
    assert "Times in Asia/Kathmandu" in page


# --- the agenda


@pytest.mark.usefixtures("in_2026")
def test_the_agenda_lists_days_in_order(petra: Client):
    release: Any = factories.ReleaseFactory(name="Gateway", version="2")
    environment = factories.EnvironmentFactory(slug="prod", name="Production")
    factories.PromotionFactory(release=release, environment=environment, starts_at=datetime(2026, 3, 11, 21, tzinfo=UTC))
    factories.MilestoneFactory(name="First", kind="rc")
    factories.MilestoneFactory(name="Since February", starts_on=date(2026, 2, 20), ends_on=date(2026, 3, 2))
    page = html(petra, "/?view=agenda&date=2026-03-01")
    assert re.findall(r"<h2>(.*?)</h2>", page.partition('class="agenda"')[2])[:3] == [
        "Under way since before Sun 1 Mar",
        "Tue 10 Mar",
        "Wed 11 Mar",
    ]
    assert "Release candidate" in page
    assert re.search(
        r"<time [^>]*>22:00</time>–<time [^>]*>Thu 12 Mar, 00:00</time>|<time [^>]*>22:00</time>–<time [^>]*>00:00</time>", page
    )
    assert f'<a href="/releases/{release.key}/">{release.key}</a>' in page


def test_an_agenda_goes_on_until_all_are_shown(petra: Client):
    for at in range(30):
        factories.MilestoneFactory(starts_on=date(2026, 3, 1 + at))
    crowd(300, "2026-03-01", "2026-04-01")
    seen, address = 0, "/?view=agenda&date=2026-03-01"
    pages = 0
    while address:
        page = html(petra, address)
        seen += page.count('class="agenda-row"')
        pages += 1
        following = re.search(r'rel="next" href="([^"]+)" hx-get', page)
        address = "/" + following[1].replace("&amp;", "&") if following else ""
    assert (seen, pages) == (330, 4)


def test_an_agenda_of_days(petra: Client):
    factories.MilestoneFactory(name="Inside", starts_on=date(2026, 3, 12))
    factories.MilestoneFactory(name="Outside", starts_on=date(2026, 3, 13))
    page = html(petra, "/?view=agenda&date=2026-03-10&days=3")
    assert "Tue 10 Mar – Thu 12 Mar 2026" in page
    assert "Inside" in page
    assert "Outside" not in page


# --- states


def test_an_empty_installation_says_how_to_begin(petra: Client):
    page = html(petra, MARCH)
    assert "The calendar is empty" in page
    assert "manage.py import" in page


def test_an_empty_month_leads_to_the_nearest_with_entries(petra: Client):
    factories.MilestoneFactory(starts_on=date(2025, 11, 30))
    factories.MilestoneFactory(starts_on=date(2026, 8, 1))
    page = html(petra, MARCH)
    assert "Nothing in March 2026</p>" in page
    assert 'href="?view=month&amp;date=2025-11-01">Go to November 2025</a>' in page


def test_filters_that_find_nothing_can_be_cleared(petra: Client):
    factories.MilestoneFactory()
    page = html(petra, f"{MARCH}&kind=output")
    assert "Nothing in March 2026 with these filters" in page
    assert '<a class="btn" href="?view=month&amp;date=2026-03-01">Clear filters</a>' in page


def test_a_month_of_ten_thousand_is_no_longer_than_one_of_three_hundred(petra: Client):
    crowd(300, "2026-03-01", "2026-04-01")
    few = html(petra, MARCH)
    crowd_of_many(9_700)
    many = html(petra, MARCH)
    assert len(many) < 1.2 * len(few)
    hidden = sum(int(number) for number in re.findall(r"\+(\d+) more", many))
    assert hidden + sum(len(entries) for entries in table(petra, MARCH).days.values()) >= 10_000
    assert "More than 3,000 entries" in many


def crowd_of_many(number: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            """INSERT INTO releases_promotion
            (release_id, candidate_id, environment_id, parts, attempt, starts_at, ends_at, status, was_recorded, is_trusted, is_emergency)
            SELECT release_id, candidate_id, environment_id, '{}', 1 + i, starts_at, ends_at, 'cancelled', false, false, false
            FROM (SELECT * FROM releases_promotion ORDER BY id LIMIT 100) few, generate_series(1, %s / 100) i""",
            [number],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


# --- counts


def test_counts_stand_beside_the_filters(petra: Client):
    project = factories.ProjectFactory(code="PAY", name="Payments")
    factories.OutputFactory(project=project)
    factories.OutputFactory(project=project, status="delivered")
    factories.MilestoneFactory(project=project)
    counts = dict(
        re.findall(r'name="(\w+)" value="[^"]*".*?<span class="choice-count">(\d+)</span>', html(petra, MARCH), re.DOTALL)
    )
    assert counts["project"] == "3"
    kinds = re.findall(r'name="kind" value="(\w+)".*?<span class="choice-count">(\d+)</span>', html(petra, MARCH), re.DOTALL)
    assert kinds == [
        ("promotion", "0"),
        ("gate", "0"),
        ("training", "0"),
        ("communication", "0"),
        ("output", "2"),
        ("milestone", "1"),
        ("project", "1"),
        ("booking", "0"),
    ]


def test_a_filter_is_counted_as_if_it_were_not_set(petra: Client):
    factories.OutputFactory(status="planned")
    factories.OutputFactory(status="delivered")
    page = html(petra, f"{MARCH}&kind=output&status=planned")
    assert re.findall(r'name="status" value="(\w+)"( checked)?>.*?<span class="choice-count">(\d+)</span>', page, re.DOTALL) == [
        ("planned", " checked", "1"),
        ("delivered", "", "1"),
    ]


def test_the_sentence_above_holds_no_zero(petra: Client):
    factories.PromotionFactory(environment=factories.EnvironmentFactory(slug="prod"), status="running")
    lead = re.search(r'<p class="calendar-lead">(.*?)</p>', html(petra, MARCH), re.DOTALL)
    assert lead is not None
    assert re.sub(r"<[^>]*>", "", lead[1]) == "1 goes live in March 2026 · 1 running now"


@pytest.mark.django_db(transaction=True)
def test_the_sentence_says_what_waits_for_the_reader_and_for_nobody_else(petra: Client, django_assert_num_queries):
    factories.PromotionFactory(environment=factories.EnvironmentFactory(slug="prod"), status="running")
    tom: Any = factories.UserFactory()
    owned = {"owner_role": "", "owner_team": factories.MembershipFactory(user=tom).team}
    gate: Any = factories.GateFactory(stage="production", **owned)
    ahead = timezone.now() + timedelta(days=10)
    soon = {"starts_at": ahead, "ends_at": ahead + timedelta(hours=1)}
    factories.PromotionFactory(release=gate.release, environment__stage="production", **soon)
    his = signed_in(tom)
    for reader, queries, waiting in (
        (petra, None, []),
        (his, None, ["1 waits for you"]),
        (petra, 5, []),
        (his, 6, ["1 waits for you"]),
    ):
        with nullcontext() if queries is None else django_assert_num_queries(queries):
            page = html(reader, MARCH)
        lead = re.search(r'<p class="calendar-lead">(.*?)</p>', page, re.DOTALL)
        assert lead is not None
        told = [re.sub(r"<[^>]*>", "", each).strip() for each in lead[1].split("·")]
        assert told == ["1 goes live in March 2026", *waiting, "1 running now"]
        assert ('<a href="/approvals/">' in lead[1]) == bool(waiting)


# --- bad input


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/?date=2026-02-30", "2026-02-30 is not a day of the calendar"),
        ("/?date=soon", "The calendar shows today"),
        ("/?view=year", "The calendar has no such view yet"),
        ("/?tz=Mars/Olympus", "There is no time zone “Mars/Olympus”"),
        ("/?kind=party", "The filter “kind” was left out"),
        ("/?environment=nowhere", "There is no “nowhere” here"),
        ("/?colour=blue", "“colour”"),
        ("/?view=agenda&days=0", "An agenda has 1 to 800 days"),
        ("/?view=agenda&days=801", "An agenda has 1 to 800 days"),
        ("/?view=agenda&after=abc", "names a place in the agenda that it does not have"),
        ("/?q=" + "x" * 201, "The search was left out"),
    ],
)
def test_what_is_not_understood_falls_back_with_a_notice(petra: Client, address: str, said: str):
    found = notices(html(petra, address))
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    "address", ["/?date=1900-01-01", "/?date=8999-12-31", "/?date=%00", "/?q=%00", "/?kind=%00&project=%00", "/?tz=%00"]
)
def test_the_ends_of_time_and_nul_characters_are_no_mistake(petra: Client, address: str):
    html(petra, address)


@pytest.mark.parametrize("view", ["month", "agenda"])
def test_titles_are_escaped(petra: Client, view: str):
    attack = '<script>alert(1)</script>"onmouseover=x'
    factories.MilestoneFactory(name=attack)
    factories.PromotionFactory(release=factories.ReleaseFactory(name=attack), environment=factories.EnvironmentFactory(name=attack))
    page = html(petra, f"/?view={view}&date=2026-03-10&q=%3Cscript%3E")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert '"onmouseover' not in page


# --- cost


@pytest.mark.parametrize(("view", "queries"), [("month", 23), ("agenda", 19)])
@pytest.mark.parametrize("number", [1, 10])
def test_thirty_entries_cost_the_queries_of_three(petra: Client, django_assert_num_queries, view: str, queries: int, number: int):
    for _ in range(number):
        release = factories.ReleaseFactory()
        factories.ItemFactory(release=release)
        factories.ContributionFactory(release=release)
        factories.PromotionFactory(release=release)
        factories.MilestoneFactory()
    petra.get(f"/?view={view}&date=2026-03-10")
    with django_assert_num_queries(queries):
        petra.get(f"/?view={view}&date=2026-03-10")


@pytest.mark.django_db(transaction=True)
def test_a_page_is_kept_until_a_row_it_shows_changes(petra: Client, django_assert_max_num_queries):
    factories.MilestoneFactory(name="Before")
    assert "Before" in html(petra, MARCH)
    with django_assert_max_num_queries(6):
        assert "Before" in html(petra, MARCH)
    factories.MilestoneFactory(name="Afterwards")
    assert "Afterwards" in html(petra, MARCH)


# --- what threatens


def late(release: Any, *, into: Any, status: str = "approved", day: int = 10) -> Any:
    """A promotion that opens before an output its release waits for."""
    output = factories.OutputFactory(name="Consent screens", status="in_progress", due_on=date(2026, 3, 20))
    factories.ContributionFactory(release=release, output=output, state="accepted", strength="hard")
    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    return factories.PromotionFactory(
        release=release, environment=into, starts_at=at, ends_at=at + timedelta(hours=1), status=status
    )


REASON = "waits for Consent screens, due Fri 20 Mar, 10 days after the window opens"


@pytest.fixture
def threatened_month(db: None) -> Any:
    """Two releases go live, one of them too early; it stands in the test environment too early as well."""
    production: Any = factories.EnvironmentFactory(slug="prod", name="Production", stage="production")
    release: Any = factories.ReleaseFactory(name="Gateway", version="26.3")
    late(release, into=production)
    factories.PromotionFactory(
        release=release, environment=factories.EnvironmentFactory(name="Test", stage="test"), status="approved"
    )
    factories.PromotionFactory(release=factories.ReleaseFactory(name="Calm"), environment=production, status="approved")
    return release


def parts_of_the_sentence(page: str) -> dict[str, str]:
    lead = page.partition('<p class="calendar-lead">')[2].partition("</p>")[0]
    return {words: "/" + address.replace("&amp;", "&") for address, words in re.findall(r'<a href="([^"]+)">(.*?)</a>', lead)}


def test_the_sentence_counts_what_goes_live_too_early_and_leads_to_exactly_that(petra: Client, threatened_month: Any):
    parts = parts_of_the_sentence(html(petra, MARCH))
    assert "2 go live in March 2026 for 1 project" in parts
    agenda = html(petra, parts["1 threatened"])
    assert agenda.count('class="agenda-row"') == 1
    assert "Gateway 26.3 → Production" in agenda
    assert f"Threatened: {REASON}" in agenda


def test_what_goes_live_leads_to_what_it_counts_though_others_were_cancelled(petra: Client, threatened_month: Any):
    production = threatened_month.promotions.get(environment__slug="prod").environment
    factories.PromotionFactory(environment=production, status="cancelled")
    parts = parts_of_the_sentence(html(petra, MARCH))
    address = parts["2 go live in March 2026 for 1 project"]
    assert html(petra, address).count('class="agenda-row"') == 2


def test_a_month_without_threats_does_not_speak_of_them(petra: Client):
    factories.PromotionFactory(status="approved")
    assert not [words for words in parts_of_the_sentence(html(petra, MARCH)) if "threatened" in words]


def test_bars_cards_and_the_filter_name_what_threatens(petra: Client, threatened_month: Any):
    page = html(petra, MARCH)
    assert page.count(f", threatened: {REASON}") == 2
    promotion = threatened_month.promotions.get(environment__slug="prod")
    assert "Threatened" in html(petra, f"/schedule/card/promotion-{promotion.pk}/")
    assert 'name="threatened" value="true">' in page
    narrowed = html(petra, f"{MARCH}&threatened=true")
    assert 'name="threatened" value="true" checked' in narrowed
    assert "Calm" not in narrowed
    assert "Gateway" not in html(petra, f"{MARCH}&threatened=false&kind=promotion")


@pytest.mark.django_db(transaction=True)
def test_a_kept_page_is_made_anew_when_what_threatens_changes(petra: Client, threatened_month: Any):
    assert "1 threatened" in html(petra, MARCH)
    needed: Any = factories.ReleaseFactory(name="Ledger")
    production = threatened_month.promotions.get(environment__slug="prod").environment
    at = datetime(2026, 3, 12, tzinfo=UTC)
    factories.PromotionFactory(release=needed, environment=production, starts_at=at, ends_at=at + timedelta(hours=1))
    before = html(petra, MARCH)
    factories.PrerequisiteFactory(release=Release.objects.get(name="Calm"), needs=needed)
    assert "1 threatened" in before
    assert "2 threatened" in html(petra, MARCH)


# --- the zone of the view


def test_the_head_names_the_zone_and_offers_others(petra: Client):
    factories.EnvironmentFactory(time_zone="Asia/Kolkata")
    page = html(petra, MARCH)
    assert "Times in Europe/Berlin" in page
    assert re.findall(r'<li><a href="[^"]*">(UTC|[A-Z]\w+/\w+)</a>', page) == ["UTC", "Asia/Kolkata"]
    there = html(petra, f"{MARCH}&tz=Asia/Kolkata&kind=milestone")
    assert "Times in Asia/Kolkata" in there
    assert "Back to the usual zone" in there
    form = there.partition('<summary class="zone">')[2].partition("</form>")[0]
    assert 'name="kind" value="milestone"' in form
    assert 'name="date" value="2026-03-01"' in form


def test_a_zone_nobody_knows_is_said(petra: Client):
    assert notices(html(petra, f"{MARCH}&tz=Europe/Atlantis")) == [
        "There is no time zone “Europe/Atlantis”; times are shown in Europe/Berlin."
    ]


def test_times_of_the_agenda_are_told_in_utc_too(petra: Client):
    factories.PromotionFactory()
    assert 'title="Tue 10 Mar, 12:00–14:00 UTC"' in html(petra, "/?view=agenda&date=2026-03-10")


# --- on paper


def test_paper_has_every_entry_the_legend_the_zone_and_the_date(petra: Client):
    for at in range(9):
        factories.MilestoneFactory(name=f"Mark {at}")
    factories.MilestoneFactory(name="Alone", starts_on=date(2026, 3, 12), ends_on=date(2026, 3, 12))
    page = html(petra, f"{MARCH}&paper=a3&tz=Europe/Berlin")
    in_full = page.partition('id="in-full"')[2].partition("</section></section>")[0]
    assert re.findall("Mark [0-9]", in_full) == [f"Mark {at}" for at in range(9)]
    assert "Tue 10 Mar: 9 entries" in in_full.replace(" 2026", "")
    assert "Alone" not in in_full
    assert "Times in Europe/Berlin · Printed" in page
    assert 'aria-label="Legend"' in page
    assert 'class="rail"' not in page


def test_paper_has_the_whole_agenda(petra: Client):
    with_more = 130
    for _ in range(with_more):
        factories.MilestoneFactory()
    assert html(petra, "/?view=agenda&date=2026-03-01&paper=a3").count('class="agenda-row"') == with_more


def test_other_paper_is_refused_in_a_sentence(petra: Client):
    assert notices(html(petra, f"{MARCH}&paper=a0")) == ["The calendar is printed on A3 only; this is the page for the screen."]


@pytest.mark.parametrize("view", ["month", "agenda"])
def test_bookings_stand_on_the_calendar(petra: Client, view: str):
    keeper = factories.UserFactory(roles=[Role.ENVIRONMENT_MANAGER])
    at: Any = {"starts_at": datetime(2026, 3, 10, 9, tzinfo=UTC), "ends_at": datetime(2026, 3, 12, 9, tzinfo=UTC)}
    bookings.book(factories.EnvironmentFactory(), by=keeper, purpose="Load test", **at)
    assert "Load test" in html(petra, f"/?view={view}&date=2026-03-10")
