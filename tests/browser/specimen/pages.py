"""The specimen's pages. What they show is made up here, in the shapes the components ask for."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.utils.safestring import SafeString

from common import looks
from common.refusals import Busy, NotAllowed
from tests.browser.specimen import drawing

HERE = Path(__file__).parent / "templates"
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 11, 24, 21, tzinfo=UTC)


def month(request: HttpRequest) -> HttpResponse:
    return _show(
        request,
        "month.html",
        rows=SafeString(drawing.month_rows(drawing.ENTRIES)),
        list=SafeString(drawing.day_list(drawing.TODAY, drawing.ENTRIES)),
        **_around("month"),
    )


def agenda(request: HttpRequest) -> HttpResponse:
    return _show(request, "agenda.html", days=SafeString(drawing.agenda_days(drawing.ENTRIES)), **_around("agenda"))


def pieces(request: HttpRequest) -> HttpResponse:
    return _show(
        request,
        "pieces.html",
        kinds=list(looks.KINDS),
        statuses=list(looks.FILL_OF),
        stations=_stations(),
        night=NIGHT,
        morning=NIGHT + timedelta(hours=1, minutes=30),
        next_day=NIGHT + timedelta(hours=9),
        first=date(2026, 12, 18),
        last=date(2027, 1, 4),
        zone=BERLIN,
        columns=["Release", ("Version", "number"), "Status"],
        rows=[["Payments gateway", "26.11", "Under way"], ["Customer portal", "4.2", "Planned"]],
        facts=[("Manager", "Rosa Lindqvist"), ("Route", "Main line"), ("Urgency", "Planned"), ("Size", "Major")],
    )


def empty(request: HttpRequest) -> HttpResponse:
    return _show(request, "empty.html")


def refused(request: HttpRequest) -> HttpResponse:
    raise NotAllowed(
        "Only release managers may plan promotions into production.",
        errors={"starts_at": ["It lies in the year-end freeze, Fri 18 Dec – Mon 4 Jan."]},
        requirements=[
            {"state": "missing", "sentence": "The security scan of REL-42 has not passed.", "who": "Security", "url": "/pieces/"}
        ],
    )


def narrow(request: HttpRequest) -> HttpResponse:
    return _show(request, "sign_in.html")


def broken(request: HttpRequest) -> HttpResponse:
    raise Busy("The database does not answer; nothing was changed. Try again in a moment.")


def card(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p><strong>Payments gateway 26.11</strong></p><p>Production, Tue 24 Nov, 22:00–23:30 CET</p>")


def _show(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    template = Engine.get_default().from_string((HERE / name).read_text())
    with_request = {"request": request, "demo": True, "version": "0.1.0", "messages": [], "csrf_token": "x" * 64, **context}
    return HttpResponse(template.render(Context(with_request)))


def _around(view: str) -> dict[str, Any]:
    """What stands around both views of the calendar."""
    kinds = [{"value": kind, "count": 3 + 7 * at % 23, "chosen": kind == "freeze"} for at, kind in enumerate(looks.KINDS)]
    places = [
        {"value": f"e{at}", "label": name, "count": 12 * at + 4, "chosen": False}
        for at, name in enumerate(("Production", "Acceptance", "Test"))
    ]
    return {
        "view": view,
        "filters": [
            {"name": "kind", "label": "Kind", "has_icons": True, "choices": kinds},
            {"name": "environment", "label": "Environment", "choices": places},
        ],
        "keep": [("view", view), ("date", "2026-12-01")],
        "search": {"name": "q", "value": ""},
        "chosen": 1,
        "reset": "/",
    }


def _stations() -> list[dict[str, Any]]:
    def hours(start: int, length: int) -> tuple[datetime, datetime]:
        return NIGHT + timedelta(hours=start), NIGHT + timedelta(hours=start + length)

    def gates(passed: int, asked: int) -> dict[str, Any]:
        return {"words": f"{passed} of {asked} passed", "is_open": passed == asked, "url": "/"}

    return [
        {
            "name": "Development",
            "url": "/",
            "state": "passed",
            "words": "been there",
            "actual": hours(-400, 1),
            "attempt": "succeeded",
            "url_promotion": "/",
        },
        {"name": "Load test", "state": "skipped", "words": "left out", "optional": True},
        {
            "name": "Test",
            "url": "/",
            "state": "here",
            "words": "stands here",
            "version": "26.11",
            "actual": hours(-90, 2),
            "gates": gates(2, 2),
            "soak": datetime.now(UTC) + timedelta(days=2),
        },
        {
            "name": "Acceptance",
            "url": "/",
            "state": "rolled_back",
            "words": "rolled back here",
            "actual": hours(-60, 1),
            "gates": gates(3, 4),
            "beside": "Staging",
        },
        {
            "name": "Staging",
            "url": "/",
            "state": "paused",
            "words": "paused on its way in",
            "planned": hours(-4, 1),
            "attempt": "paused",
            "url_promotion": "/",
            "beside": "Acceptance",
        },
        {"name": "Rehearsal", "url": "/", "state": "missed", "words": "missed its window", "is_interrupted": True},
        {
            "name": "Production",
            "url": "/",
            "state": "ahead",
            "words": "ahead",
            "planned": hours(0, 2),
            "gates": gates(3, 5),
            "freeze": "closed from Fri 18 Dec",
        },
    ]
