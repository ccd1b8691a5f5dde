"""What people answer to what they were told: that they know, or that it should come again a day later."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from common.refusals import Conflict, NotVisible
from reminders.actions import addressing, answering, planning
from reminders.models import Delivery
from reminders.vocabulary import ACKNOWLEDGED
from tests.callers import change
from tests.factories import NOON, UserFactory
from tests.reminders.saying import says
from tests.reminders.test_delivering import DAY, DUE, Moody, deliver, due, row, sink  # noqa: F401 - a fixture

HOUR = timedelta(hours=1)


def said_again(at: Any) -> list[tuple[str, str, str]]:
    """What a later look makes of it: the state and reason of each delivery, by rule."""
    planning.plan(at=at)
    addressing.address(at=at)
    return list(Delivery.objects.order_by("pk").values_list("reminder__rule__code", "state", "reason"))


@pytest.mark.django_db
def test_who_acknowledges_hears_no_more_of_that_moment_by_that_rule(sink: Moody):  # noqa: F811
    (delivery,) = due()
    rule = delivery.reminder.rule
    change(rule, offsets=[-1, 0])
    other = says("promotion_ahead", 0)
    deliver()
    answering.acknowledge(delivery, by=delivery.recipient, at=DUE + HOUR)
    assert said_again(NOON - HOUR) == [
        (rule.code, "sent", ""),
        (rule.code, "skipped", ACKNOWLEDGED),
        (other.code, "planned", ""),
    ]


@pytest.mark.django_db
def test_what_is_urgent_and_what_has_another_moment_is_said_all_the_same(sink: Moody):  # noqa: F811
    (delivery,) = due()
    change(delivery.reminder.rule, offsets=[-1, 0], severity="urgent")
    deliver()
    answering.acknowledge(delivery, by=delivery.recipient, at=DUE + HOUR)
    assert [state for _, state, _ in said_again(NOON - HOUR)] == ["sent", "planned"]
    change(delivery.reminder.rule, severity="normal")
    assert deliver(NOON - HOUR) == 0
    assert [state for _, state, _ in said_again(NOON - HOUR)] == ["sent", "skipped"]
    promotion: Any = delivery.recipient.managed_releases.get().promotions.get()
    change(promotion, starts_at=NOON + 9 * DAY, ends_at=NOON + 9 * DAY + HOUR)
    assert [state for _, state, _ in said_again(NOON + 8 * DAY)][2:] == ["planned"]


@pytest.mark.django_db
def test_what_waits_is_not_sent_any_more_once_it_is_acknowledged(sink: Moody):  # noqa: F811
    (delivery,) = due()
    answering.acknowledge(delivery, by=delivery.recipient, at=DUE)
    assert answering.acknowledge(delivery, by=delivery.recipient, at=DUE + HOUR).acknowledged_at == DUE
    assert deliver() == 0
    assert (row().state, row().reason) == ("skipped", ACKNOWLEDGED)


@pytest.mark.django_db
def test_what_is_put_off_comes_a_day_later_as_a_message_of_its_own(sink: Moody):  # noqa: F811
    (delivery,) = due()
    assert deliver() == 1
    assert answering.snooze(row(), by=delivery.recipient, at=DUE).next_at == DUE + DAY
    assert deliver(DUE + DAY - HOUR) == 0
    assert deliver(DUE + DAY) == 1
    first, second = (str(mail["Message-ID"]) for mail in sink.messages)
    assert (first, second) == (f"<{delivery.number}@localhost>", f"<{row().message_number}@localhost>")
    assert first != second
    assert sink.messages[1]["X-Possible-Duplicate"] is None
    assert (row().state, row().attempts, row().snoozes) == ("sent", 1, 1)


@pytest.mark.django_db
def test_what_is_no_longer_true_a_day_later_is_not_said_again(sink: Moody):  # noqa: F811
    (delivery,) = due()
    deliver()
    answering.snooze(delivery, by=delivery.recipient, at=DUE)
    change(delivery.recipient.managed_releases.get().promotions.get(), status="cancelled")
    assert deliver(DUE + DAY) == 0
    assert (row().state, row().snoozes) == ("skipped", 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"state": "leased", "claim_token": uuid.UUID(int=1), "lease_until": NOON}, answering.BEING_SENT),
        ({"state": "handing_over", "claim_token": uuid.UUID(int=1), "lease_until": NOON}, answering.BEING_SENT),
        ({"state": "planned", "next_at": NOON}, "It comes on Tue 10 Mar 2026, 13:00 CET anyway."),
        ({"state": "skipped"}, answering.NEVER_SENT),
        ({"state": "sent", "channel": "inbox"}, answering.IN_THE_INBOX),
        ({"state": "sent", "acknowledged_at": NOON}, answering.KNOWN_ALREADY),
        ({"state": "sent", "snoozes": 5}, answering.OFTEN_ENOUGH),
        ({"state": "sent", "number": uuid.UUID(int=7), "next_at": NOON + 30 * DAY}, answering.TOO_OLD),
    ],
)
def test_what_cannot_be_put_off_says_why_and_stays_as_it_is(given: dict[str, Any], sentence: str):
    (delivery,) = due()
    Delivery.objects.update(**given)
    before = Delivery.objects.values().get()
    at = DUE + (9 * DAY if sentence == answering.TOO_OLD else timedelta())
    with pytest.raises(Conflict, match=sentence.replace(".", r"\.")):
        answering.snooze(delivery, by=delivery.recipient, at=at)
    assert Delivery.objects.values().get() == before


@pytest.mark.django_db
@pytest.mark.parametrize("verb", [answering.acknowledge, answering.snooze])
def test_nobody_answers_for_somebody_else(verb: Any, sink: Moody):  # noqa: F811
    (delivery,) = due()
    deliver()
    with pytest.raises(NotVisible):
        verb(delivery, by=UserFactory(roles=["Administrator"]), at=DUE)
    assert (row().acknowledged_at, row().snoozes) == (None, 0)
