"""What workers do when they are woken."""

from typing import Any

import pytest
import time_machine

from reminders import tasks
from reminders.models import Delivery
from reminders.vocabulary import Channel
from tests.mail import MailSink
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
