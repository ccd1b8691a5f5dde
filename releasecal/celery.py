"""The workers' app. The broker carries "wake up" and ids only; PostgreSQL is the truth."""

import os
from typing import Any

import redis
from celery import Celery
from celery.signals import celeryd_init
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "releasecal.settings")
app = Celery("releasecal")
app.conf.update(settings.CELERY)
app.autodiscover_tasks()


@celeryd_init.connect
def refuse_a_broker_that_evicts(**_: Any) -> None:
    """Stop a worker from starting on a Redis that throws messages away when memory runs short."""
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as broker:
            memory: Any = broker.info("memory")
    except redis.RedisError:
        return  # away, or not ours to ask: the worker waits for it as always
    policy = memory.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        # Celery logs what its receivers raise and goes on; this it lets through.
        raise SystemExit(f"The broker at REDIS_URL has the maxmemory-policy {policy}; set it to noeviction, or it loses messages.")
