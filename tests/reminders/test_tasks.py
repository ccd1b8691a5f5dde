"""What workers do when they are woken."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from reminders import tasks
from reminders.models import Delivery, WebhookMessage
from reminders.vocabulary import Channel
from tests.callers import change
from tests.factories import NOON, OutputFactory
from tests.mail import MailSink
from tests.reminders.listening import hook, listening
from tests.reminders.test_delivering import DUE, due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(("is_named", "sent"), [(True, 1), (False, 0)])
def test_mail_waits_until_somebody_names_a_server(mail_sink: MailSink, settings: Any, is_named: bool, sent: int):
    settings.MAILS_REMINDERS = is_named
    (one,) = due()
    with time_machine.travel(DUE):
        tasks.deliver(Channel.EMAIL.value)
    assert len(mail_sink.messages) == sent
    assert Delivery.objects.get(pk=one.pk).state == ("sent" if is_named else "planned")


def test_what_happened_reaches_a_webhook_by_a_look_and_a_call(settings: Any):
    with listening(settings) as ear:
        _, secret = hook(ear, "output.changed")
        change(OutputFactory(), name="Consent pages")
        tasks.look()
        assert ear.heard == []
        tasks.call()
        tasks.look()
        tasks.call()
        assert [each["type"] for each in ear.verified(secret)] == ["output.changed"]
    WebhookMessage.objects.update(created_at=NOON - timedelta(days=31))
    tasks.forget_messages()
    assert not WebhookMessage.objects.exists()
