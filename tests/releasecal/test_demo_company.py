"""The demo organisation holds what it promises, whatever moment it is built at. It is built once for each of a few, and only read."""

import html
import re
from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Absence, User
from environments.models import Environment, Service
from history.models import Event
from projects.models import Milestone, Output, Program, Project
from releasecal.demo import world
from releasecal.demo.days import HEAD_OFFICE, Today, instant, is_working, months_before
from releasecal.demo.lines import RESTRICTED_NAME, RESTRICTED_VERSION
from releasecal.demo.portfolio import LATE
from releases.actions import readiness
from releases.models import (
    ApprovalEnd,
    Assessment,
    Deployment,
    Evidence,
    Gate,
    Obligation,
    Preparation,
    Promotion,
    PromotionItem,
    Readiness,
    Release,
    Waiver,
)
from releases.queries import seats
from releases.vocabulary import ReadinessState

#: Each test in a savepoint of its own, within the transaction of the fixture below.
pytestmark = pytest.mark.django_db

#: At these instants by the clock of the head office: early, at noon, and when tonight's window is open already.
MOMENTS = {
    "the Sunday of a lost hour, after midnight": datetime(2027, 3, 28, 0, 4),
    "the Friday that ends a year, at noon": datetime(2027, 12, 31, 12, 0),
    "the day of a leap year, before midnight": datetime(2028, 2, 29, 23, 50),
}
ZONES = {"Europe/Berlin", "America/New_York", "Asia/Kolkata"}


@pytest.fixture(scope="module", params=list(MOMENTS.values()), ids=list(MOMENTS))
def day(request, django_db_setup, django_db_blocker):
    """The organisation as built at a moment, which goes on; gone when the next one comes."""
    moment = request.param.replace(tzinfo=ZoneInfo(HEAD_OFFICE))
    with (
        django_db_blocker.unblock(),
        override_settings(DEMO=True),
        time_machine.travel(moment, tick=False),
        transaction.atomic(),
    ):
        assert world.build(world.today(), by=User.objects.operator()) == 1
        connection.check_constraints()  # what a commit would do, once and not in every test
        readiness.sweep(at=moment)
        yield Today(world.today())
        transaction.set_rollback(True)


def client_of(local: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=f"{local}@demo.example"))
    return client


def lead(page: str) -> str:
    """The words of the sentence above the calendar."""
    found = re.search(r'<p class="calendar-lead">(.*?)</p>', page, re.DOTALL)
    assert found
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


def test_it_is_as_large_as_a_company(day):
    assert (Program.objects.count(), Project.objects.count(), Output.objects.count()) == (8, 30, 150)
    assert (Environment.objects.count(), Service.objects.count()) == (6, 61)
    assert 200 <= Release.objects.count() <= 230
    assert {user.time_zone for user in User.objects.people()} == ZONES
    first, last = (Promotion.objects.order_by(order).first().starts_at for order in ("starts_at", "-starts_at"))
    assert timedelta(days=480) < last - first < timedelta(days=640)


def promotion_of(name, **more):
    return Promotion.objects.with_references().get(release__name=name, environment__slug="prod", **more)


def test_something_goes_live_tonight_for_a_project_with_two_gates_open(day):
    tonight = instant(day.day, "22:00")
    promotion = promotion_of("Contact centre", starts_at=tonight, status="requested")
    assert promotion.release.contributions.count() == 1
    gates = Gate.objects.filter(release=promotion.release).asked()
    open_, passed = gates.filter(state="open"), gates.filter(state="passed")
    assert {gate.name for gate in open_} == {"Users told", "Components known to security"}
    assert passed.count() == 4
    assert set(Evidence.objects.filter(gate__in=gates).values_list("kind", flat=True)) == {"note", "link", "junit", "sarif", "sbom"}
    assert not Evidence.objects.filter(gate__in=gates).exclude(falls_short="").exists()


def test_tonight_two_have_said_yes_and_the_approver_of_security_is_awaited(day):
    promotion = promotion_of("Contact centre", status="requested")
    said = {approval.by.email.partition("@")[0] for approval in promotion.approvals.standing()}
    assert said == {"release2", "environment"}
    standing = seats.standing([promotion], timezone.now())[promotion.pk]
    (awaited,) = (people for people in standing.who_may.values())
    assert [User.objects.get(pk=pk).email for pk in awaited] == ["security@demo.example"]


def test_an_output_is_six_days_late_and_its_release_waits_for_it(day):
    project, code = LATE
    output = Output.objects.get(project__code=project, code=code)
    assert (output.status, output.due_on) == ("in_progress", day.day - timedelta(days=6))
    release = output.contributions.get().release
    ahead = release.promotions.filter(status="draft")  # nobody asks for what waits
    assert {promotion.environment.slug for promotion in ahead} == {"acceptance", "staging", "prod"}
    assert all(promotion.starts_at.date() < output.forecast_on for promotion in ahead)
    assert release.status == "under_way"
    # Why, its manager says there.
    assert "approval laboratory" in client_of("viewer").get(output.get_absolute_url()).content.decode()


def test_a_break_fix_of_last_night_is_in_production(day):
    night = day.day - timedelta(days=1)
    promotion = Promotion.objects.get(
        release__urgency="break_fix",
        environment__slug="prod",
        starts_at__range=(instant(night, "20:00"), instant(day.day, "00:00")),
    )
    assert promotion.status == "succeeded"
    assert promotion.release.contributions.count() == 0
    assert Deployment.objects.live().filter(release=promotion.release, environment__slug="prod").exists()


def test_it_ran_on_one_yes_in_the_night_and_owes_two_things(day):
    promotion = promotion_of("Payments gateway", release__urgency="break_fix")
    assert promotion.is_emergency
    assert promotion.verdict["allowed"]
    assert [approval.by.email for approval in promotion.approvals.standing()] == ["release@demo.example"]
    debts = Obligation.objects.unmet().filter(promotion=promotion)
    assert {debt.gate.name if debt.gate else debt.rule.name for debt in debts} == {"Looked back at", "Two release managers"}
    assert all(debt.due_at > timezone.now() for debt in debts)


def test_a_saturday_train_carries_twelve_releases_of_seven_projects(day):
    assert day.train.weekday() == 5
    assert 2 <= (day.train - day.day).days <= 8
    train = Promotion.objects.filter(
        environment__slug="prod",
        starts_at__gte=instant(day.train, "19:00"),
        starts_at__lt=instant(day.train + timedelta(days=1), "08:00"),
    )
    assert train.count() == 12
    assert Counter(train.values_list("status", flat=True)) == {"requested": 9, "approved": 3}
    assert Project.objects.filter(outputs__contributions__release__promotions__in=train).distinct().count() == 7


def test_a_promotion_failed_and_was_rolled_back_before_it_is_tried_again(day):
    taken_back = Promotion.objects.get(status="rolled_back")
    attempts = Promotion.objects.filter(release=taken_back.release, environment=taken_back.environment).order_by("attempt")
    assert [attempt.status for attempt in attempts] == ["failed", "rolled_back", "requested"]
    outcomes = PromotionItem.objects.filter(promotion=taken_back)
    assert sorted(each.outcome for each in outcomes) == ["failed", "rolled_back"]
    assert all(each.comment for each in outcomes)
    assert not Deployment.objects.live().filter(promotion=taken_back).exists()


def test_an_approval_is_struck_through_with_why_and_given_again_by_another(day):
    end = ApprovalEnd.objects.get(kind="voided")
    assert end.reason == "the approved window was changed"
    (again,) = end.approval.promotion.approvals.standing()
    assert again.by_id != end.approval.by_id
    page = client_of("release").get(end.approval.promotion.get_absolute_url()).content.decode()
    assert "the approved window was changed" in page


def test_a_yes_has_a_condition_and_an_absent_approver_a_delegate(day):
    (condition,) = Gate.objects.filter(rule=None)
    assert (condition.owner.email, condition.state) == ("project@demo.example", "open")
    (absence,) = Absence.objects.at(timezone.now())
    assert (absence.user.email, absence.delegate.email) == ("business@demo.example", "pmo@demo.example")


def test_one_promotion_runs_just_now(day):
    running = Promotion.objects.get(status="running")
    assert running.started_at < timezone.now() < running.ends_at
    assert running.verdict["allowed"]


def test_people_are_told_tonight_and_taught_next_month(day):
    tonight = Preparation.objects.filter(audience__release=promotion_of("Contact centre", status="requested").release)
    assert sorted((each.need, each.done_at is None) for each in tonight) == [
        ("briefing", False),
        ("notice", True),
        ("notice", True),
    ]
    following = (day.day.replace(day=1) + timedelta(days=31)).replace(day=1)
    agenda = client_of("pmo").get(f"/?view=agenda&date={following}&days=10&kind=training&kind=communication").content.decode()
    assert "Signing in at sea" in agenda
    assert "Shared passwords on board end" in agenda


def test_risks_were_assessed_by_the_questionnaire(day):
    assert set(Assessment.objects.values_list("risk", flat=True)) == {"medium"}
    assert Assessment.objects.count() == 4


def test_releases_are_ready_in_every_way_there_is(day):
    assert set(Readiness.objects.values_list("state", flat=True)) == set(ReadinessState.values)


def test_what_a_project_closed_eight_months_ago_made_is_live(day):
    project = Project.objects.get(code="CUSTOMS")
    assert project.status == "closed"
    assert 0 <= (months_before(day.day, 8) - project.closed_on).days <= 2
    live = Deployment.objects.live().in_production().filter(service__slug="customs-desk").get()
    assert live.release.contributions.filter(output__project=project).exists()
    assert live.begins_at.date() < project.closed_on
    waiver = Waiver.objects.get(gate__release=live.release)
    assert waiver.gate.state == "waived"
    assert timedelta(0) < waiver.expires_at - timezone.now() < timedelta(days=10)
    assert not Gate.objects.filter(release=live.release, state="open").exists()


def test_one_release_is_seen_as_restricted_by_ordinary_people(day):
    release = Release.objects.get(restricted_until__isnull=False)
    assert (release.name, release.version) == (RESTRICTED_NAME, RESTRICTED_VERSION)
    addresses = {
        local: client_of(local).get(release.get_absolute_url()).status_code for local in ("viewer", "security", "release2")
    }
    assert addresses == {"viewer": 404, "security": 200, "release2": 200}
    night = release.promotions.get(environment__slug="prod").starts_at.date()
    agenda = client_of("viewer").get(f"/?view=agenda&date={night}&days=1").content.decode()
    assert "restricted, ask" in agenda
    assert RESTRICTED_VERSION not in agenda


def test_the_first_sentence_has_no_zero(day):
    said = lead(client_of("pmo").get("/").content.decode())
    assert re.search(r"^[1-9]\d* go(es)? live in .* for [1-9]\d* projects?", said), said
    assert not re.search(r"\b0\b", said), said
    # What is the reader's own, or of this moment, is left out where there is none.
    assert re.search(r"[1-9]\d* waits? for you · [1-9]\d* running now", said), said


def test_next_month_too_something_is_threatened_and_the_reason_said(day):
    following = (day.day.replace(day=1) + timedelta(days=32)).replace(day=1)
    page = client_of("pmo").get(f"/?view=month&date={following}").content.decode()
    assert re.search(r"[1-9]\d* threatened", lead(page)), lead(page)
    agenda = client_of("pmo").get(f"/?view=agenda&date={following}&environment=prod&threatened=true").content.decode()
    assert "waits for" in agenda


def test_nothing_that_people_plan_by_day_falls_on_a_weekend(day):
    due = Output.objects.exclude(code=LATE[1]).values_list("due_on", "project__starts_on", "project__ends_on")
    assert all(is_working(each) for row in due for each in row)
    assert all(is_working(each) for each in Milestone.objects.filter(project__isnull=False).values_list("starts_on", flat=True))


def test_a_second_call_changes_nothing_on_this_day_or_another(day):
    before = Event.objects.count()
    for later in (0, 40):
        assert world.build(day.ahead(later), by=User.objects.operator()) == 0
    assert Event.objects.count() == before


def test_the_tour_leads_from_what_is_threatened_to_what_lives_on(day):
    client = client_of("pmo")
    strip = re.search(r'<aside class="tour".*?</aside>', client.get("/").content.decode(), re.DOTALL)
    threatened, release, project = re.findall(r'href="([^"]+)"', strip[0])
    assert release in client.get(threatened).content.decode()
    assert "Firmware of the new card readers" in client.get(release).content.decode()
    assert "Customs desk" in client.get(project).content.decode()
    assert client.post("/demo/tour/end/")["Location"] == "/"
    assert 'class="tour"' not in client.get("/").content.decode()
