"""The forgotten password, by real mail."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from history.models import Event
from tests.accounts.conftest import PASSWORD

NEW = "a brand new secret"
pytestmark = pytest.mark.django_db(transaction=True)


def ask(client, email):
    return client.post("/accounts/password/reset/", {"email": email})


def link_in(message):
    (link,) = re.findall(r"http://testserver(/accounts/password/reset/key/\S+)", message.get_content())
    return link


def set_new_password(client, link):
    page = client.get(link, follow=True)
    return client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def test_the_link_in_the_mail_sets_a_new_password(client, vera_the_viewer, mail_sink, browser_of):
    elsewhere = browser_of(vera_the_viewer)
    assert ask(client, vera_the_viewer.email).status_code == 302
    assert mail_sink.recipients == [[vera_the_viewer.email]]
    assert mail_sink.messages[0]["Subject"] == "[Releasecal] A new password for Releasecal"
    assert set_new_password(client, link_in(mail_sink.messages[0])).status_code == 302

    assert Client().post("/accounts/login/", {"login": vera_the_viewer.email, "password": NEW}).status_code == 302
    assert Client().post("/accounts/login/", {"login": vera_the_viewer.email, "password": PASSWORD}).status_code == 200
    assert elsewhere.get("/me/").status_code == 302, "sessions begun with the old password have ended"


def test_it_is_an_event_of_the_sign_in(client, vera_the_viewer, mail_sink):
    ask(client, vera_the_viewer.email)
    set_new_password(client, link_in(mail_sink.messages[0]))
    event = Event.objects.latest("id")
    assert event.actor_id == 3
    assert ("set_password", vera_the_viewer.pk) in [(fact.verb, fact.subject_id) for fact in event.facts.all()]


def test_the_link_works_once(client, vera_the_viewer, mail_sink):
    ask(client, vera_the_viewer.email)
    link = link_in(mail_sink.messages[0])
    set_new_password(client, link)
    assert "no longer valid" in Client().get(link, follow=True).content.decode()


def test_the_link_works_for_an_hour(client, vera_the_viewer, mail_sink):
    ask(client, vera_the_viewer.email)
    link = link_in(mail_sink.messages[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert "no longer valid" in Client().get(link, follow=True).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=59)):
        assert "no longer valid" not in Client().get(link, follow=True).content.decode()


def test_known_and_unknown_addresses_get_the_same_answer_and_a_mail_each(vera_the_viewer, mail_sink):
    known, unknown = ask(Client(), vera_the_viewer.email), ask(Client(), "nobody@example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert mail_sink.recipients == [[vera_the_viewer.email], ["nobody@example.org"]]
    assert "knows nobody with this address" in mail_sink.messages[1].get_content()


def test_a_dead_mail_server_changes_no_answer(vera_the_viewer, mail_sink, settings):
    settings.EMAIL_PORT = 1  # nobody listens there
    assert ask(Client(), vera_the_viewer.email).status_code == 302
    assert ask(Client(), "nobody@example.org").status_code == 302
