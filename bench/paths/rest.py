"""G1 to G3: lists over REST, beside psycopg2 rows, orjson and a bare WSGI function that gives the same JSON."""

from collections.abc import Iterator
from typing import Any

import orjson
from django.db import connection

from bench.timing import Figure, compare
from bench.wsgi import Application, Caller
from releasecal.wsgi import application

BASE = "http://127.0.0.1:8000"
API = f"{BASE}/api/v1"
_ROWS = """
    SELECT p.id, p.release_id, r.name, r.version, p.candidate_id, c.number, e.slug, e.name, p.parts, p.attempt, p.starts_at,
        p.ends_at, p.approved_from, p.approved_until, p.status, p.started_at, p.ended_at, p.rolled_back_at, p.is_emergency,
        p.was_recorded, p.is_trusted, p.updated_at, p.revision
    FROM releases_promotion p JOIN releases_release r ON r.id = p.release_id JOIN releases_candidate c ON c.id = p.candidate_id
    JOIN environments_environment e ON e.id = p.environment_id ORDER BY p.starts_at, p.id LIMIT %s
"""


def figures(token: str) -> Iterator[Figure]:
    headers = {"Authorization": f"Bearer {token}"}
    for goal, limit, most in (("G1", 100, 2.5), ("G2", 1000, 1.4)):
        product = Caller(application, f"/api/v1/promotions/?limit={limit}", headers)
        bare = Caller(_bare_list(limit), f"/api/v1/promotions/?limit={limit}", headers)
        if orjson.loads(product())["results"] != orjson.loads(bare())["results"]:
            raise RuntimeError("the bare list does other work than the product")
        yield compare(goal, f"REST list of {limit:,} promotions", most, product, bare, times=40 if limit == 100 else 8)
    first = Caller(application, "/api/v1/promotions/?limit=100", headers)
    yield compare("G3", "page 500 of a list of 100 a page", 1.2, _far(first, headers), first, times=40)


def _far(first: Caller, headers: dict[str, str]) -> Caller:
    """The page 500, reached as a client would: by following `next`."""
    page = first
    for _ in range(499):
        following = orjson.loads(page())["next"]
        if following is None:
            break
        page = Caller(application, following.removeprefix(BASE), headers)
    return page


def _bare_list(limit: int) -> Application:
    def bare(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        with connection.connection.cursor() as cursor:
            cursor.execute(_ROWS, [limit + 1])
            rows = cursor.fetchall()
        more = len(rows) > limit
        body = orjson.dumps(
            {
                "results": [_promotion(*row) for row in rows[:limit]],
                "next": f"{API}/promotions/" if more else None,
                "previous": None,
            },
            option=orjson.OPT_UTC_Z,
        )
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return bare


def _promotion(
    number: int,
    release: int,
    name: str,
    version: str,
    candidate: int,
    build: int,
    slug: str,
    environment: str,
    parts: list[str],
    attempt: int,
    starts_at: Any,
    ends_at: Any,
    approved_from: Any,
    approved_until: Any,
    status: str,
    started_at: Any,
    ended_at: Any,
    rolled_back_at: Any,
    is_emergency: bool,
    was_recorded: bool,
    is_trusted: bool,
    updated_at: Any,
    revision: int,
) -> dict[str, Any]:
    return {
        "id": number,
        "url": f"{API}/promotions/{number}/",
        "html_url": f"{BASE}/promotions/{number}/",
        "release": {"key": f"REL-{release}", "name": name, "version": version, "url": f"{API}/releases/REL-{release}/"},
        "candidate": {
            "id": candidate,
            "name": f"candidate {build}",
            "url": f"{API}/releases/REL-{release}/candidates/{candidate}/",
        },
        "environment": {"slug": slug, "name": environment, "url": f"{API}/environments/{slug}/"},
        "parts": parts,
        "attempt": attempt,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "approved_from": approved_from,
        "approved_until": approved_until,
        "status": status,
        "started_at": started_at,
        "ended_at": ended_at,
        "rolled_back_at": rolled_back_at,
        "is_emergency": is_emergency,
        "was_recorded": was_recorded,
        "is_trusted": is_trusted,
        "updated_at": updated_at,
        "revision": revision,
    }
