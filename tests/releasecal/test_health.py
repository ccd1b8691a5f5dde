"""`/healthz`, `/readyz` and `/metrics`."""

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from reminders.models import Epoch
from tests.factories import NOON, PromotionFactory, ReleaseFactory, UserFactory
from tests.reminders.saying import said_at, says

pytestmark = pytest.mark.django_db


def test_the_process_is_up_and_says_which_it_is(client, settings):
    settings.INSTANCE_TOKEN = "token-of-this-start"
    assert client.get("/healthz").json() == {"status": "ok", "instance": "token-of-this-start"}


def test_it_is_ready_with_database_and_broker(client):
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"ready": True, "database": "up", "broker": "up"})


def ask_readyz(**environment: str) -> str:
    """`/readyz` of a process of its own, with other servers."""
    code = "import django; django.setup(); from django.test import Client; r = Client(headers={'host': 'localhost'}).get('/readyz'); print(r.status_code, r.content.decode())"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().splitlines()[-1]


def test_without_its_broker_it_is_still_ready_and_says_so():
    # That process reads the database as it was made for it, which is not the test's own: only the broker is looked at.
    assert ask_readyz(REDIS_URL="redis://127.0.0.1:1/0").endswith('"broker":"down"}')


def test_without_its_database_it_is_not_ready():
    assert ask_readyz(DATABASE_URL="postgres://x:x@127.0.0.1:1/x").startswith('503 {"ready":false,"database":"down"')


def test_figures_are_for_holders_of_the_token_only(client, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404
    settings.METRICS_TOKEN = "let me see"
    assert client.get("/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    response = client.get("/metrics", headers={"authorization": "Bearer let me see"})
    assert response.status_code == 200
    assert b"django_http_requests" in response.content


def test_figures_tell_how_reminders_stand(client, settings):
    settings.METRICS_TOKEN = "let me see"
    ask = {"authorization": "Bearer let me see"}
    assert b"releasecal_reminders_looked_seconds -1.0" in client.get("/metrics", headers=ask).content
    says("promotion_ahead", -1)
    release = ReleaseFactory(release_manager=UserFactory())
    PromotionFactory(release=release, status="requested", requested_at=NOON - timedelta(days=9))
    (delivery,) = said_at(NOON - timedelta(days=1))
    type(delivery).objects.update(possible_duplicates=2)
    Epoch.objects.present()
    Epoch.objects.update(looked_at=timezone.now())
    told = client.get("/metrics", headers=ask).content.decode()
    figures = dict(line.rsplit(" ", 1) for line in told.splitlines() if line.startswith("releasecal_"))
    assert figures['releasecal_deliveries{channel="email",state="planned"}'] == "1.0"
    assert figures['releasecal_deliveries{channel="webhook",state="dead"}'] == "0.0"
    assert figures['releasecal_deliveries_possible_duplicates{channel="email"}'] == "2.0"
    assert float(figures['releasecal_deliveries_oldest_seconds{channel="email"}']) > 0
    assert 0 <= float(figures["releasecal_reminders_looked_seconds"]) < 3_600
