"""Is the process up (`/healthz`), and may traffic come (`/readyz`)?"""

import secrets
from typing import Any

import orjson
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from common.refusals import NotVisible
from releasecal import prometheus
from releasecal.celery import app

JSON = "application/json"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers; `instance` tells an old server from the one just started."""
    return HttpResponse(orjson.dumps({"status": "ok", "instance": settings.INSTANCE_TOKEN}), content_type=JSON)


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """503 without the database or with migrations missing; a dead broker is only told, since nothing is lost without it."""
    state: dict[str, Any] = {"database": _database(), "broker": _broker()}
    ready = state["database"] == "up"
    return HttpResponse(orjson.dumps({"ready": ready, **state}), content_type=JSON, status=200 if ready else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' figures, for holders of METRICS_TOKEN; without one set, there is no such page."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode()):
        raise NotVisible("There are no figures here without the metrics token.")
    response: HttpResponse = ExportToDjangoView(request)
    response.content += prometheus.exposition()
    return response


def _database() -> str:
    try:
        executor = MigrationExecutor(connection)
        return "migrations missing" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else "up"
    except DatabaseError:
        return "down"


def _broker() -> str:
    try:
        with app.connection_for_write(transport_options={"socket_timeout": 1, "socket_connect_timeout": 1}) as broker:
            broker.ensure_connection(max_retries=0, timeout=1)
    except Exception:  # whatever the transport raises, the answer is the same word
        return "down"
    return "up"
