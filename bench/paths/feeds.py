"""G5 and G6: a feed of thousands of promotions, beside its rows as joined strings; and asked again, beside a view that says "ok"."""

import gzip
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import clear_url_caches, path

from accounts.models import User
from bench.timing import Figure, compare
from bench.wsgi import Application, Caller
from releasecal import urls
from releasecal.wsgi import application
from schedule import feeds as door
from schedule.actions import feeds

ENVIRONMENT = "environment-1"
_PAST = 0
_ROWS = """
    SELECT p.id, p.release_id, r.name, r.version, e.slug, e.name, p.starts_at, p.ends_at, p.status, r.commitment,
        greatest(p.updated_at, r.updated_at), coalesce(m.sequence, 0)
    FROM releases_promotion p JOIN releases_release r ON r.id = p.release_id JOIN environments_environment e ON e.id = p.environment_id
    LEFT JOIN schedule_move m ON m.kind = 'promotion' AND m.number = p.id
    WHERE e.slug = %s AND (p.starts_at >= %s OR p.during @> %s) AND p.status <> 'cancelled'
    ORDER BY p.starts_at DESC LIMIT 20000
"""
_CARRIED = """
    SELECT c.release_id, o.name, j.code FROM releases_contribution c JOIN projects_output o ON o.id = c.output_id
    JOIN projects_project j ON j.id = o.project_id WHERE c.release_id = ANY(%s) AND c.state <> 'declined' ORDER BY j.code, o.code
"""
_CHANGED = """
    SELECT i.release_id, s.slug FROM releases_item i JOIN environments_service s ON s.id = i.service_id
    WHERE i.release_id = ANY(%s) ORDER BY s.slug
"""


def figures(user: User) -> Iterator[Figure]:
    """Of the promotions into one environment from today on, the month of ten thousand among them."""
    at = datetime.now(UTC)
    made, secret = feeds.make(
        by=user, at=at, name="benchmark", filters={"kind": ["promotion"], "environment": [ENVIRONMENT]}, past_days=_PAST
    )
    feeds.mark_used(made.pk, None, at)
    packed = {"Accept-Encoding": "gzip"}
    cached = Caller(application, f"/feeds/{secret}.ics", packed)
    bare = Caller(_bare(at.astimezone(user.zone).date()), f"/feeds/{secret}.ics", packed)

    def cold() -> bytes:
        door.KEPT.clear()
        return cached()

    count = gzip.decompress(cold()).count(b"BEGIN:VEVENT")
    other = gzip.decompress(bare()).count(b"BEGIN:VEVENT")
    if count != other:
        raise RuntimeError(f"the joined strings are {other:,} events, and the feed has {count:,}")
    note = f"{count:,} events, {len(cached()) // 1024} KB compressed"
    yield compare("G5", "feed of 10,000, cold", 2, cold, bare, times=2, note=note)
    again = Caller(application, f"/feeds/{secret}.ics", packed | {"If-None-Match": _tag(secret)}, expect=304)
    yield compare("G6", "feed asked again: 304, beside a view that says ok", 2.5, again, _ok(), times=60)
    yield compare("G6", "feed asked again: the kept body, beside its own 304", 3, cached, again, times=60)
    feeds.revoke(made, by=user, at=at)


def _tag(secret: str) -> str:
    answer = door.feed(
        RequestFactory().get(f"/feeds/{secret}.ics", headers={"Accept-Encoding": "gzip", "Host": "127.0.0.1:8000"}), secret
    )
    return str(answer["ETag"])


def _ok() -> Caller:
    """A view of the same site, behind the same middleware, that answers two letters."""

    def ok(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    urls.urlpatterns.insert(0, path("bench-ok", ok))
    clear_url_caches()
    return Caller(application, "/bench-ok")


def _bare(today: date) -> Application:
    """From the day of the reader on."""
    first = datetime.combine(today - timedelta(days=_PAST), time(), UTC)

    def bare(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with connection.connection.cursor() as cursor:
            cursor.execute(_ROWS, [ENVIRONMENT, first, first])
            rows = cursor.fetchall()
            releases = [row[1] for row in rows]
            cursor.execute(_CARRIED, [releases])
            about: dict[int, str] = {}
            for release, name, code in cursor.fetchall():
                about[release] = f"{about.get(release, '')}\\nCarries {name} ({code})"
            cursor.execute(_CHANGED, [releases])
            changes: dict[int, str] = {}
            for release, slug in cursor.fetchall():
                changes[release] = f"{changes[release]}, {slug}" if release in changes else slug
        events = [
            f"BEGIN:VEVENT\r\nUID:promotion-{number}@bench\r\nDTSTAMP:{changed:%Y%m%dT%H%M%SZ}\r\nLAST-MODIFIED:{changed:%Y%m%dT%H%M%SZ}\r\n"
            f"SEQUENCE:{sequence}\r\nDTSTART:{starts:%Y%m%dT%H%M%SZ}\r\nDTEND:{ends:%Y%m%dT%H%M%SZ}\r\nSTATUS:CONFIRMED\r\n"
            f"SUMMARY:{name} {version} → {environment}\r\nCATEGORIES:promotion,{slug}\r\nURL:http://127.0.0.1:8000/promotions/{number}/\r\n"
            f"DESCRIPTION:REL-{release}\\, {status}\\, {commitment}\\nChanges {changes.get(release, '')}{about.get(release, '')}\r\nEND:VEVENT\r\n"
            for number, release, name, version, slug, environment, starts, ends, status, commitment, changed, sequence in rows
        ]
        body = gzip.compress("".join(["BEGIN:VCALENDAR\r\n", *events, "END:VCALENDAR\r\n"]).encode(), 1)
        start_response("200 OK", [("Content-Type", "text/calendar"), ("Content-Encoding", "gzip")])
        return [body]

    return bare
