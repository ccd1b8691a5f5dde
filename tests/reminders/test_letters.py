"""What a letter shows of both sides: the way, what is carried, who else is waited for; to each reader what they may see."""

import email
import email.policy
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest

from reminders.actions import addressing, planning
from reminders.channels import Parcel
from reminders.channels.email.form import message
from reminders.models import Delivery, Reminder
from reminders.queries.letters import Letter, Letters
from reminders.vocabulary import Audience
from schedule.queries.feeds import installation
from tests.callers import change
from tests.factories import (
    NOON,
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    OutputFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    StopFactory,
    UserFactory,
)
from tests.reminders.saying import says

DAY = timedelta(days=1)
DUE = NOON - DAY - timedelta(hours=3)


def told(at: datetime = DUE) -> list[tuple[Delivery, Letter]]:
    """What is said at an instant, each in full as its recipient reads it."""
    planning.plan(at=at)
    addressing.address(at=at)
    rows = list(Delivery.objects.select_related("reminder__rule", "recipient", "instead_of").order_by("pk"))
    letters = Letters([row.reminder for row in rows], at, in_full=True)
    return [(row, letters.letter(row.reminder, row.recipient, Audience(row.audience), row.instead_of)) for row in rows]


def mailed(delivery: Delivery, letter: Letter) -> EmailMessage:
    """The mail as programs read it."""
    written = message(Parcel(delivery.number, delivery.recipient, letter)).message().as_bytes()
    read: Any = email.message_from_bytes(written, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def bodies(mail: EmailMessage) -> list[str]:
    return [body.get_content() for kind in ("plain", "html") if (body := mail.get_body((kind,)))]


def planned(place: Any = None, **release: Any) -> Any:
    """A promotion that is asked for, of a release that Rosa manages."""
    given = {"name": "Payments", "version": "4.2", "release_manager": UserFactory(name="Rosa", time_zone="Europe/Berlin")} | release
    place = place or EnvironmentFactory(name="Production", slug="prod")
    return PromotionFactory(
        release=ReleaseFactory(**given), environment=place, status="requested", starts_at=NOON, requested_at=NOON - 9 * DAY
    )


def outputs(release: Any, count: int, **project: Any) -> Sequence[Any]:
    """So many outputs of one project that a release carries."""
    of: Any = ProjectFactory(**project)
    made: list[Any] = [OutputFactory(project=of, name=f"Part {number}", due_on=date(2026, 3, 9)) for number in range(count)]
    for output in made:
        ContributionFactory(release=release, output=output)
    return made


@pytest.mark.django_db
def test_both_bodies_tell_what_is_asked_the_way_what_is_carried_and_who_else_is_waited_for():
    says("promotion_ahead", -1)
    version: Any = RouteVersionFactory(route=RouteFactory())
    test: Any = EnvironmentFactory(name="Test", stage="test")
    production: Any = EnvironmentFactory(name="Production", stage="production")
    StopFactory(version=version, environment=test, position=1)
    StopFactory(version=version, environment=production, position=2)
    promotion = planned(production, route=version.route)
    outputs(promotion.release, 1, code="PAY")
    ((delivery, letter),) = told()
    assert letter.contents is not None
    assert [line.partition(":")[0] for line in letter.contents.route] == ["Test", "Production"]
    for body in bodies(mailed(delivery, letter)):
        assert letter.sentence in body
        assert "See that everything it needs is there by then." in body
        assert f"http://127.0.0.1:8000/promotions/{promotion.pk}/" in body
        for words in ("Open the promotion", "Test: next stop", "PAY", "Part 0", "Mon 9 Mar", letter.why, "Hear no more of"):
            assert words in body
        assert body.count("/reminders/links/") == 3


@pytest.mark.django_db
def test_of_many_outputs_the_first_are_told_and_the_rest_is_counted_with_the_way_to_it():
    says("promotion_ahead", -1)
    release = planned().release
    outputs(release, 500)
    ((delivery, letter),) = told()
    assert letter.contents is not None
    assert (len(letter.contents.outputs), letter.contents.more_outputs) == (20, 480)
    text, html = bodies(mailed(delivery, letter))
    assert f"and 480 more: http://127.0.0.1:8000/releases/{release.key}/" in text
    assert f'<a href="http://127.0.0.1:8000/releases/{release.key}/"' in html
    assert "480 more" in html


@pytest.mark.django_db
def test_a_release_of_hardware_without_route_and_outputs_says_no_more_than_there_is():
    says("promotion_ahead", -1)
    release = planned(nature="hardware").release
    ItemFactory(release=release)
    ((delivery, letter),) = told()
    for body in bodies(mailed(delivery, letter)):
        assert "Production: next stop" in body
        for words in ("It carries", "IT CARRIES", "Also waited for", "ALSO WAITED FOR", "None"):
            assert words not in body


@pytest.mark.django_db
def test_a_package_carries_what_its_members_carry_as_far_as_its_reader_may_see_them():
    says("promotion_ahead", -1)
    package = planned(extent="package").release
    shown: Any = ReleaseFactory(package=package)
    hidden: Any = ReleaseFactory(package=package, restricted_until=NOON + 9 * DAY)
    (seen,) = outputs(shown, 1, code="SEEN")
    outputs(hidden, 1, code="VEILED")
    outputs(package, 1, code="SECRET", restricted_until=NOON + 9 * DAY)
    ((_, letter),) = told()
    assert letter.contents is not None
    assert [one.project for one in letter.contents.outputs] == [seen.project.code]
    assert letter.contents.more_outputs == 0


@pytest.mark.django_db
def test_a_letter_about_a_project_or_an_output_tells_the_releases_on_the_other_side():
    says("output_due", -1, to=["owner"])
    manager = UserFactory(name="Petra", time_zone="Europe/Berlin")
    of: Any = ProjectFactory(code="PAY", manager=manager)
    output: Any = OutputFactory(project=of, name="Consent screens", due_on=NOON.date())
    into: Any = ReleaseFactory(name="Payments", version="4.2")
    ContributionFactory(release=into, output=output)
    ContributionFactory(release=ReleaseFactory(restricted_until=NOON + 9 * DAY), output=output)
    ((delivery, letter),) = told()
    assert letter.contents is not None
    assert [text for text, _ in letter.contents.feeds] == [f"{into.key} Payments 4.2"]
    mail = mailed(delivery, letter)
    assert mail["List-Id"] == f"PAY <project-{of.pk}.releasecal.localhost>"
    for body in bodies(mail):
        assert f"{into.key} Payments 4.2" in body
        assert "Deliver it, or say when it will come." in body


@pytest.mark.django_db
def test_names_turn_no_line_around_and_begin_no_header():
    says("promotion_ahead", -1)
    promotion = planned()
    change(promotion.release, name="Pay\u202ements\r\nBcc: eve@example.org\x07")
    change(promotion.release.release_manager, name="Rosa\r\nBcc: eve@example.org")
    outputs(promotion.release, 1, name="<b>bold</b>")
    ((delivery, letter),) = told()
    mail = mailed(delivery, letter)
    assert mail["Bcc"] is None
    assert not {"\u202e", "\x07"} & set("".join([str(mail["Subject"]), *bodies(mail)]))


@pytest.mark.django_db
@pytest.mark.parametrize(("root", "by_one_click"), [("https://releases.example.org", True), ("http://127.0.0.1:8000", False)])
def test_the_way_out_stands_in_the_head_as_programs_read_it(settings: Any, root: str, by_one_click: bool):
    settings.BASE_URL = root
    says("promotion_ahead", -1)
    planned()
    ((delivery, letter),) = told()
    head = message(Parcel(delivery.number, delivery.recipient, letter)).message().as_bytes().partition(b"\n\n")[0].decode("ascii")
    lines = dict(line.split(": ", 1) for line in head.replace("\n ", " ").splitlines())
    way = lines["List-Unsubscribe"].strip()
    assert way.startswith(f"<{root}/reminders/links/m{delivery.number.hex}.")
    assert way.endswith("/>")
    assert lines.get("List-Unsubscribe-Post") == ("List-Unsubscribe=One-Click" if by_one_click else None)


@pytest.mark.django_db
def test_an_appointment_is_the_entry_of_feeds():
    says("promotion_ahead", -1)
    promotion = planned()
    change(promotion, ends_at=NOON + timedelta(hours=3))
    ((delivery, letter),) = told()
    (part,) = mailed(delivery, letter).iter_attachments()
    assert (part.get_content_type(), part.get_param("method"), part.get_filename()) == (
        "text/calendar",
        "PUBLISH",
        f"promotion-{promotion.pk}.ics",
    )
    calendar: Any = icalendar.Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["UID"]) == ("PUBLISH", f"promotion-{promotion.pk}@{installation()}.releasecal")
    assert (event["SEQUENCE"], event["STATUS"]) == (1, "TENTATIVE")
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (NOON, NOON + timedelta(hours=3))
    assert event["SUMMARY"] == "Payments 4.2 → Production"


@pytest.mark.django_db
def test_what_is_no_appointment_brings_none():
    says("approval_waiting", 1)
    planned()
    ((delivery, letter),) = told(NOON - 8 * DAY - timedelta(hours=3))
    assert list(mailed(delivery, letter).iter_attachments()) == []


@pytest.mark.django_db
def test_one_letter_and_fifty_cost_the_same_number_of_queries(django_assert_num_queries: Any):
    says("promotion_ahead", -1)
    place: Any = EnvironmentFactory(name="Production", slug="prod")
    reader: Any = UserFactory(name="Rosa")
    for number in range(50):
        release = planned(place, version=str(number), release_manager=reader).release
        outputs(release, 1)
    planning.plan(at=DUE)
    reminders = list(Reminder.objects.select_related("rule").order_by("pk"))
    for some in (reminders[:1], reminders):
        with django_assert_num_queries(25):
            letters = Letters(some, DUE, in_full=True)
            for one in some:
                letters.letter(one, reader, Audience.OWNER)
