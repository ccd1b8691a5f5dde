"""What a worker asks of its broker before it starts."""

import pytest
import redis
from celery.signals import celeryd_init

from releasecal.celery import refuse_a_broker_that_evicts


@pytest.fixture
def broker(settings):
    with redis.Redis.from_url(settings.REDIS_URL) as connected:
        yield connected
        connected.config_set("maxmemory-policy", "noeviction")


def test_a_broker_that_evicts_is_refused_with_a_sentence(broker):
    broker.config_set("maxmemory-policy", "allkeys-lru")
    with pytest.raises(SystemExit, match="has the maxmemory-policy allkeys-lru; set it to noeviction"):
        celeryd_init.send(sender="worker")


def test_one_that_keeps_everything_is_taken(broker):
    refuse_a_broker_that_evicts()


def test_one_that_is_away_is_waited_for(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    refuse_a_broker_that_evicts()
