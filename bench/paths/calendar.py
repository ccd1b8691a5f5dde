"""G7, G8 and G10: the month page and the first entries of a month, beside prebuilt strings, static HTML and the bare queries."""

import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches, path
from django.utils.safestring import mark_safe
from playwright.sync_api import Page, sync_playwright

from bench.browser import CHROMIUM_ARGUMENTS, chromium
from bench.reference import MONTH_OF_10_000, MONTH_OF_300
from bench.servers import Site, StaticSite
from bench.timing import Figure, compare
from bench.wsgi import Caller
from releasecal import urls
from releasecal.wsgi import application
from schedule import queries
from schedule.branches.sight import Sight
from schedule.views import calendar as page
from schedule.vocabulary import Narrowing, Span

_KEYS = """
    SELECT starts_at, kind, id FROM (
        SELECT * FROM (SELECT starts_at, 'promotion' AS kind, id FROM releases_promotion WHERE during @> %(start)s AND starts_at < %(start)s) a
        UNION ALL
        SELECT * FROM (SELECT starts_at, 'promotion', id FROM releases_promotion WHERE starts_at >= %(start)s AND starts_at < %(end)s
            ORDER BY starts_at, id LIMIT 100) b
    ) entry ORDER BY starts_at, kind, id LIMIT 100
"""
_ENTRIES = """
    SELECT p.id, p.release_id, r.name, r.version, e.slug, e.name, p.starts_at, p.ends_at, p.status, r.commitment, p.updated_at,
        ARRAY(SELECT s.slug FROM environments_service s JOIN releases_item i ON i.service_id = s.id
            WHERE i.release_id = p.release_id ORDER BY s.slug),
        ARRAY(SELECT DISTINCT j.code FROM projects_project j JOIN projects_output o ON o.project_id = j.id
            JOIN releases_contribution c ON c.output_id = o.id WHERE c.release_id = p.release_id AND c.state <> 'declined' ORDER BY 1)
    FROM releases_promotion p JOIN releases_release r ON r.id = p.release_id JOIN environments_environment e ON e.id = p.environment_id
    WHERE p.id = ANY(%s)
"""


def first_of_a_month(user: Any) -> Figure:
    """G10: the first 100 promotions of a month among a million, with all that an entry says of them."""
    start, end = datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 6, 1, tzinfo=UTC)
    span = Span.of_days(date(2024, 5, 1), date(2024, 6, 1), ZoneInfo("UTC"))
    narrowing = Narrowing(kinds=("promotion",))

    def product() -> list[Any]:
        sight = Sight.of(user)
        keys = queries.keys(sight, span, narrowing, limit=100)
        return queries.entries(sight, [(key.kind, key.number) for key in keys])

    def bare() -> list[Any]:
        with connection.connection.cursor() as cursor:
            cursor.execute(_KEYS, {"start": start, "end": end})
            ids = [row[2] for row in cursor.fetchall()]
            cursor.execute(_ENTRIES, [ids])
            found = {row[0]: row for row in cursor.fetchall()}
        return [found[number] for number in ids]

    if [entry["id"] for entry in product()] != [f"promotion-{row[0]}" for row in bare()]:
        raise RuntimeError("the bare query finds other entries than the product")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM releases_promotion")
        rows = cursor.fetchone()[0]
    return compare("G10", f"first 100 entries of a month among {rows:,}", 1.3, product, bare, times=30)


def month_page(session: dict[str, str]) -> Iterator[Figure]:
    """G7: beside a view of the same site that asks the same questions of the database and joins prebuilt strings in the same frame.

    Once as people meet it, kept by the process as long as nothing has changed, and once built anew for every request.
    """
    year, month, entries = MONTH_OF_300
    product = Caller(application, f"/?view=month&date={year}-{month:02}-01", session)

    def anew() -> bytes:
        page.KEPT.clear()
        return product()

    anew()
    for name, call in (("kept", product), ("built anew", anew)):
        with CaptureQueriesContext(connection) as captured:
            body = call()
        yield compare(
            "G7", f"month page of {entries} entries, {name}", 1.3, call, _prebuilt(name, captured, body, session), times=15
        )


def _prebuilt(name: str, captured: CaptureQueriesContext, body: bytes, session: dict[str, str]) -> Caller:
    asked = [
        query["sql"] for query in captured if not any(table in query["sql"] for table in ("django_session", '"accounts_user" '))
    ]
    inside = body.decode().partition('<div class="sheet-wide">')[2].partition("</main>")[0].rpartition("</div>")[0]
    pieces = inside.replace("</a>", "</a>\0").split("\0")

    @login_required
    def prebuilt(request: HttpRequest) -> HttpResponse:
        with connection.cursor() as cursor:
            for statement in asked:
                cursor.execute(statement)
                cursor.fetchall()
        return render(request, "schedule/calendar.html", {"inside": mark_safe("".join(pieces)), "title": "Prebuilt"})  # noqa: S308

    place = name.replace(" ", "-")
    urls.urlpatterns.append(path(f"bench/{place}/", prebuilt))
    clear_url_caches()
    limit = Caller(application, f"/bench/{place}/", session)
    if abs(len(limit()) - len(body)) > len(body) / 50:
        raise RuntimeError("the prebuilt page is another one")
    return limit


def in_the_browser(session: str) -> Iterator[Figure]:
    """G8 (wall): the month page in Chromium beside the same HTML from a file, and 10,000 entries beside 300."""
    with Site() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_ARGUMENTS)
        context = browser.new_context()
        context.add_cookies([{"name": "session", "value": session, "url": site.address}])
        tab = context.new_page()
        addresses = [f"{site.address}/?view=month&date={year}-{month:02}-01" for year, month, _ in (MONTH_OF_300, MONTH_OF_10_000)]
        small, large = (_visit(tab, address) for address in addresses)
        small()
        with StaticSite(tab.content(), site) as static:
            still = _visit(tab, static.address)
            yield compare("G8", "month page of 300 entries in Chromium (wall)", 1.5, small, still, times=4, clock=_loading)
        yield compare(
            "G8", "month page of 10,000 entries beside 300 in Chromium (wall)", 1.5, large, small, times=4, clock=_loading
        )
        browser.close()


def _visit(tab: Page, address: str) -> Callable[[], object]:
    return lambda: tab.goto(address, wait_until="load")


def _loading(call: Callable[[], object], times: int) -> float:
    walls = []
    for _ in range(times):
        before = time.perf_counter()
        call()
        walls.append(time.perf_counter() - before)
    return statistics.median(walls)
