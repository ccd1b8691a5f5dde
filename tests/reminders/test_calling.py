"""What becomes of a webhook's messages: signed, sent once, tried again, given up, switched off; by a server that answers as it is told."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.utils import timezone
from standardwebhooks.webhooks import WebhookVerificationError

from accounts.models import User
from history.deeds import deed, record
from history.models import Change
from history.queries import last_number
from releases.actions import releases
from releases.models import Release
from reminders.actions import calling, epochs, telling, webhooks
from reminders.models import Epoch, Webhook, WebhookMessage
from reminders.queries import payloads
from tests.callers import change
from tests.factories import NOON, OutputFactory, ReleaseFactory, ServiceFactory, UserFactory
from tests.racing import at_once
from tests.reminders.listening import Ear, commit, hook, listening

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WELL: tuple[int, dict[str, str], bytes] = (200, {}, b"")
BROKEN: tuple[int, dict[str, str], bytes] = (500, {}, b"no room left")
WRONG: tuple[int, dict[str, str], bytes] = (400, {}, b"")


@pytest.fixture
def ear(settings: Any) -> Iterator[Ear]:
    with listening(settings) as found:
        yield found


def call(at: datetime | None = None, stop: Any = lambda: False) -> int:
    clock = timezone.now if at is None else lambda: at
    return calling.call(clock=clock, patience=timedelta(seconds=20), stop=stop)


def told(count: int = 1) -> list[WebhookMessage]:
    """So many releases were changed since the last look, and webhooks are to be told."""
    known = Release.objects.count()
    made: list[Any] = [ReleaseFactory(name="Payments", version=str(known + number)) for number in range(count)]
    caught_up()
    for each in made:
        change(each, description="More")
    commit()
    telling.catch_up(at=NOON)
    return list(WebhookMessage.objects.order_by("pk"))


def caught_up() -> None:
    """All that happened so far was read."""
    commit()
    Epoch.objects.update(called_until=last_number())


def row() -> WebhookMessage:
    found: WebhookMessage = WebhookMessage.objects.select_related("webhook").get()
    return found


def states() -> list[tuple[str, str]]:
    return list(WebhookMessage.objects.order_by("pk").values_list("state", "reason"))


# --- what is told


def test_what_happened_is_told_once_signed_and_thin(ear):
    _, secret = hook(ear)
    (message,) = told()
    assert (call(), call()) == (1, 0)
    (said,) = ear.verified(secret)
    fact: Any = message.fact
    release = fact.subject_id
    assert (said["type"], ear.numbers) == ("release.changed", [str(message.number)])
    assert said["data"]["subject"] == {
        "kind": "release",
        "id": release,
        "key": f"REL-{release}",
        "name": "Payments 0",
        "url": f"http://127.0.0.1:8000/api/v1/releases/REL-{release}/",
        "html_url": f"http://127.0.0.1:8000/releases/REL-{release}/",
    }
    assert said["data"]["sentence"] == "The clock changed Payments 0"
    assert said["data"]["event"] == fact.event.number
    assert said["timestamp"] == said["data"]["at"]
    ((path, headers, _),) = ear.heard
    assert (path, headers["Content-Type"]) == ("/hook", "application/json")
    with pytest.raises(WebhookVerificationError):
        ear.verified(f"whsec_{'A' * 43}=")
    assert (row().state, row().attempts, row().status) == ("sent", 1, 204)


def test_the_example_of_the_documents_has_the_shape_of_what_is_told(ear, settings):
    hook(ear)
    release: Any = ReleaseFactory()
    caught_up()
    releases.change(release, {"description": "More"}, by=User.objects.operator(), at=NOON)
    commit()
    telling.catch_up(at=NOON)
    call()
    text = (settings.BASE_DIR / "docs" / "api.md").read_text()
    example = json.loads(text.split("## Webhooks", 1)[1].split("```json", 1)[1].split("```", 1)[0])
    (said,) = ear.told
    assert (example["type"], _shape(example)) == (said["type"], _shape(said))


def _shape(value: Any) -> Any:
    return {name: _shape(one) for name, one in value.items()} if isinstance(value, dict) else type(value).__name__


def test_each_is_told_only_what_it_asked_for_and_each_fact_once_however_often_one_looks(ear):
    hook(ear, "release.changed", "output.*", path="/both")
    hook(ear, "release.cancelled", path="/other")
    output: Any = OutputFactory(name="Consent screens")
    told(2)
    change(output, name="Consent pages")
    change(ServiceFactory(), name="Not asked for")
    commit()
    assert (telling.catch_up(at=NOON), telling.catch_up(at=NOON)) == (1, 0)
    assert call() == 3
    assert sorted(ear.kinds) == ["output.changed", "release.changed", "release.changed"]
    assert {path for path, *_ in ear.heard} == {"/both"}


def test_what_happened_before_it_was_made_or_while_it_was_off_is_not_told(ear):
    told()
    webhook, _ = hook(ear, at=timezone.now())
    assert told() != []
    WebhookMessage.objects.all().delete()
    webhooks.change(webhook, {"is_on": False}, by=User.objects.operator(), at=NOON)
    assert told() == []
    webhooks.change(webhook, {"is_on": True}, by=User.objects.operator(), at=timezone.now() + MINUTE)
    # An event of before it was switched on that is read later.
    assert told() == []


def test_nothing_is_told_that_its_owner_may_not_see_when_it_is_sent(ear):
    olga: Any = UserFactory(name="Olga")
    hook(ear, owner=olga)
    hook(ear, path="/administrator")
    told()
    fact: Any = WebhookMessage.objects.order_by("pk")[0].fact
    change(Release.objects.get(pk=fact.subject_id), restricted_until=timezone.now() + DAY)
    assert call() == 1
    assert [path for path, *_ in ear.heard] == ["/administrator"]
    assert states() == [("skipped", payloads.NOT_SEEN), ("sent", "")]


def test_what_a_fact_names_is_told_only_as_far_as_the_owner_may_see_it(ear):
    hook(ear, "output.*", owner=UserFactory(name="Olga"))
    release, output = ReleaseFactory(name="Secret plan"), OutputFactory(name="Consent screens")
    change(release, restricted_until=timezone.now() + DAY, release_manager=UserFactory(name="Rosa"))
    caught_up()
    clock = User.objects.clock()
    with deed(by=clock):
        record(output, "offered", by=clock, template="{actor} offered {subject} to {release}", release=release)
    commit()
    telling.catch_up(at=NOON)
    assert call() == 1
    (said,) = ear.told
    assert said["data"]["data"]["release"] == {"restricted": True, "contact": "Rosa"}
    assert said["data"]["sentence"] == "The clock offered Consent screens to restricted, ask Rosa"
    assert b"Secret plan" not in ear.heard[0][2]


def test_nobody_hears_who_has_left_or_switched_it_off(ear):
    olga: Any = UserFactory(name="Olga")
    hook(ear, owner=olga)
    told()
    change(olga, is_active=False)
    assert call() == 0
    assert states() == [("skipped", payloads.NOBODY)]
    change(olga, is_active=True)
    webhook = row().webhook
    telling.tell_again(row(), by=User.objects.operator(), at=NOON)
    webhooks.change(webhook, {"is_on": False}, by=User.objects.operator(), at=NOON)
    assert call() == 0
    assert (states(), ear.heard) == ([("skipped", payloads.OFF)], [])


def test_what_is_no_longer_there_is_told_only_where_nothing_is_ever_restricted(ear):
    hook(ear, "output.*", "service.*")
    output, service = OutputFactory(), ServiceFactory(name="Ledger")
    caught_up()
    clock = User.objects.clock()
    for thing in (output, service):
        with deed(by=clock):
            record(thing, "deleted", by=clock, slug="ledger")
            thing.delete()
    commit()
    telling.catch_up(at=NOON)
    assert call() == 1
    assert ear.kinds == ["service.deleted"]
    assert ear.told[0]["data"]["data"] == {"slug": "ledger"}
    assert states() == [("skipped", payloads.GONE), ("sent", "")]


# --- what goes wrong


def test_what_did_not_arrive_is_tried_again_after_the_times_that_are_set_and_then_dead(ear):
    hook(ear)
    (message,) = told()
    ear.says = [BROKEN] * 6
    waited, at = [], NOON
    for _ in range(6):
        assert call(at) == 0
        waited.append((row().next_at - at) / MINUTE)
        assert call(at) == 0
        at = row().next_at
    for found, minutes in zip(waited, (1, 5, 15, 60, 240), strict=False):
        assert minutes * 0.8 <= found <= max(minutes * 1.2, 1)
    assert (row().state, row().attempts, row().status, row().answer) == ("dead", 6, 500, "no room left")
    assert row().reason == "the other side answered 500"
    assert set(ear.numbers) == {str(message.number)}
    assert len(ear.heard) == 6


def test_what_arrives_at_last_is_sent_and_clears_the_webhook(ear):
    hook(ear)
    told()
    ear.says = [BROKEN]
    call(NOON)
    webhook = row().webhook
    assert (webhook.failing_since, webhook.paused_until) == (NOON, NOON + MINUTE)
    assert call(NOON + 2 * MINUTE) == 1
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.paused_until, webhook.given_up) == (None, None, 0)


def test_who_does_not_answer_is_left_alone_as_a_whole_and_nobody_else_waits(ear, settings, monkeypatch):
    monkeypatch.setattr(calling.outgoing, "SECONDS", 0.3)
    hook(ear, path="/well")
    settings.OUTGOING_HOSTS = [*settings.OUTGOING_HOSTS, "127.0.0.1:9"]
    deaf, _ = hook(Ear("http://127.0.0.1:9"))
    assert len(told(3)) == 6
    assert call(NOON) == 3
    assert {path for path, *_ in ear.heard} == {"/well"}
    found = WebhookMessage.objects.filter(webhook=deaf).order_by("pk").values_list("state", "attempts")
    assert list(found) == [("failed", 1), ("planned", 0), ("planned", 0)]
    assert "takes no connections" in WebhookMessage.objects.get(webhook=deaf, state="failed").reason
    assert (calling.waiting(at=NOON), calling.waiting(at=NOON + 2 * MINUTE)) == (0, 1)


def test_one_that_is_slow_gets_its_share_and_the_others_go_on(ear):
    hook(ear, path="/slow")
    hook(ear, path="/quick")
    told(3)

    def clock() -> datetime:
        # Each call of the slow one takes six seconds of this clock, as it is read before and after it.
        slow_calls = [path for path, *_ in ear.heard if path == "/slow"]
        return NOON + timedelta(seconds=6) * len(slow_calls)

    calling.call(clock=clock, patience=timedelta(seconds=13), stop=lambda: False)
    assert [path for path, *_ in ear.heard] == ["/slow", "/quick", "/slow", "/quick", "/quick", "/slow"]
    assert not WebhookMessage.objects.exclude(claim_token=None).exists()


def test_how_long_the_other_side_wants_to_be_left_alone_is_how_long_it_is_up_to_a_day(ear):
    hook(ear)
    told()
    date = format_datetime((NOON + timedelta(hours=3)).astimezone(UTC), usegmt=True)
    for asked, hours in (("7200", 2), (date, 3), ("99999999999999999999", 24), ("soon", None), ("", None)):
        WebhookMessage.objects.update(state="planned", next_at=NOON, attempts=0)
        Webhook.objects.update(paused_until=None)
        ear.says = [(429, {"Retry-After": asked}, b"")]
        assert call(NOON) == 0
        expected = NOON + (timedelta(hours=hours) if hours else MINUTE)
        assert row().webhook.paused_until == expected
        assert row().next_at == expected if hours else row().next_at <= NOON + 1.2 * MINUTE


def test_what_one_message_is_refused_for_holds_up_no_other(ear):
    hook(ear)
    told(2)
    ear.says = [WRONG]
    assert call(NOON) == 1
    assert [state for state, _ in states()] == ["failed", "sent"]
    assert row_of("failed").webhook.paused_until is None


def row_of(state: str) -> WebhookMessage:
    found: WebhookMessage = WebhookMessage.objects.select_related("webhook").get(state=state)
    return found


def test_who_says_gone_is_switched_off_at_once(ear):
    hook(ear)
    told(2)
    ear.says = [(410, {}, b"")]
    assert call(NOON) == 0
    webhook = row_of("dead").webhook
    assert (webhook.is_on, webhook.switched_off_at, webhook.switched_off_why) == (False, NOON, calling.GONE)
    assert states() == [("dead", calling.GONE), ("skipped", payloads.OFF)]
    assert len(ear.heard) == 1


def test_it_is_switched_off_after_too_many_messages_in_a_row_or_too_long(ear, settings):
    settings.REMINDER_RETRIES = []
    hook(ear)
    told(22)
    ear.says = [WRONG] * 22
    call(NOON)
    assert len(ear.heard) == calling.MOST_GIVEN_UP
    webhook = Webhook.objects.get()
    assert not webhook.is_on
    assert webhook.switched_off_why == "20 messages in a row did not arrive, the last one because: the other side answered 400"
    ear.says.clear()
    webhooks.change(webhook, {"is_on": True}, by=User.objects.operator(), at=NOON)
    Webhook.objects.update(failing_since=NOON - 3 * DAY)
    WebhookMessage.objects.filter(pk=WebhookMessage.objects.first().pk).update(state="planned", next_at=NOON)
    ear.says = [BROKEN]
    call(NOON)
    assert Webhook.objects.get().switched_off_why.startswith("nothing arrived for 3 days")


def test_what_was_lost_while_it_was_handed_over_goes_out_again_under_the_same_number(ear):
    hook(ear)
    begun, waiting = told(2)
    lease = {"claim_token": uuid.uuid4(), "lease_until": NOON}
    WebhookMessage.objects.filter(pk=begun.pk).update(state="handing_over", **lease)
    WebhookMessage.objects.filter(pk=waiting.pk).update(state="leased", **lease)
    assert call(NOON - MINUTE) == 0
    assert call(NOON) == 2
    assert ear.numbers == [str(begun.number), str(waiting.number)]
    assert list(WebhookMessage.objects.order_by("pk").values_list("possible_duplicates", flat=True)) == [1, 0]


def test_who_is_told_to_stop_gives_back_what_was_not_begun(ear):
    hook(ear)
    told(3)
    assert call(stop=lambda: len(ear.heard) == 1) == 1
    assert sorted(state for state, _ in states()) == ["planned", "planned", "sent"]
    assert not WebhookMessage.objects.exclude(claim_token=None).exists()


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_tell_each_once(ear):
    for number in range(4):
        hook(ear, path=f"/{number}")
    told(5)
    found = at_once([lambda: telling.catch_up(at=NOON)] * 4)
    assert found == [0] * 4
    while WebhookMessage.objects.filter(state="planned").exists():
        assert all(isinstance(each, int) for each in at_once([call] * 4))
    assert len(set(ear.numbers)) == len(ear.heard) == 20


def test_a_batch_costs_one_statement_for_each_message_and_a_fixed_number_besides(ear, django_assert_num_queries):
    hook(ear)
    told(1)
    with django_assert_num_queries(11):
        call()
    told(9)
    with django_assert_num_queries(11 + 8):
        call()


# --- secrets


def test_the_secret_before_signs_too_for_a_day(ear):
    webhook, first = hook(ear)
    told()
    now = timezone.now()
    webhook, second = webhooks.renew_secret(webhook, by=User.objects.operator(), at=now - timedelta(hours=23))
    assert call() == 1
    assert ear.verified(first) == ear.verified(second)
    change(webhook, earlier_until=now)
    ear.heard.clear()
    telling.tell_again(row(), by=User.objects.operator(), at=now)
    assert call() == 1
    assert ear.verified(second)
    with pytest.raises(WebhookVerificationError):
        ear.verified(first)


def test_no_secret_and_no_address_is_kept_in_the_open(ear):
    _, secret = hook(ear)
    told_of = Change.objects.filter(table_name="reminders_webhook")
    assert {after["secret"] for after in told_of.values_list("after", flat=True)} == {"changed"}
    everything = repr([*told_of.values(), *Webhook.objects.values("secret")])
    assert secret not in everything
    assert ear.url not in repr(list(told_of.values()))


def test_what_nobody_can_sign_any_more_is_given_up_and_the_reason_says_what_to_do(ear, settings):
    hook(ear)
    told()
    settings.SECRET_KEY = "another"
    assert call(NOON) == 0
    assert (row().reason, row().webhook.is_on, ear.heard) == (calling.CANNOT_OPEN, False, [])


# --- again, and what is over


def test_what_was_told_or_came_to_nothing_is_told_again_under_the_same_number_and_what_is_under_way_is_not(ear):
    hook(ear)
    told()
    operator = User.objects.operator()
    with pytest.raises(telling.Conflict, match="still on its way"):
        telling.tell_again(row(), by=operator, at=NOON)
    call(NOON)
    telling.tell_again(row(), by=operator, at=NOON)
    assert (row().state, row().attempts) == ("planned", 0)
    assert call(NOON) == 1
    assert len(set(ear.numbers)) == 1
    assert len(ear.numbers) == 2


def test_what_is_settled_and_old_is_taken_away(ear):
    hook(ear)
    told(3)
    first, second, third = WebhookMessage.objects.order_by("pk")
    WebhookMessage.objects.filter(pk__in=[first.pk, second.pk]).update(created_at=NOON - timedelta(days=31))
    WebhookMessage.objects.exclude(pk=second.pk).update(state="sent")
    assert telling.forget_old(at=NOON) == 1
    assert list(WebhookMessage.objects.order_by("pk")) == [second, third]
    # What was told and forgotten is not told anew.
    assert telling.catch_up(at=NOON) == 0


def test_what_may_have_been_told_before_a_restore_is_held_until_somebody_decides(ear, settings):
    hook(ear)
    told()
    assert epochs.look(at=NOON)
    epochs.begin_anew()
    now = timezone.now()
    change(ReleaseFactory(name="Ledger"), description="Not yet read")
    commit()
    assert not epochs.look(at=now + MINUTE)
    telling.catch_up(at=now + MINUTE)
    assert {state for state, _ in states()} == {"held"}
    assert call() == 0
    assert epochs.release(by=User.objects.operator()) >= 2
    assert call(now + 2 * MINUTE) == WebhookMessage.objects.count()
