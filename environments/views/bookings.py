"""Bookings: one, and the pages that book, change and cancel."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, labels, pages
from common.forming import Nothing, Verb, Writing
from common.rows import Seen
from environments import rules
from environments.actions import bookings
from environments.forms import BookingShape
from environments.models import Booking, Environment

ABOUT = "While you have lanes nothing else takes their place. What is booked already, and the next free slot, stand on the environment's page."


@login_required
@require_safe
def booking(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    held = (found.holder_kind, found.holder_id or 0)
    context: dict[str, Any] = {
        "booking": found,
        "holder": labels.of([held], request.user)[held] if found.is_held else None,
        "verbs": _verbs(found, request.user),
        "crumbs": [(str(found.environment), found.environment.get_absolute_url())],
    }
    return pages.show(request, "environments/booking.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Book lanes; `?environment=` names the first choice."""
    environment = Environment.objects.visible_to(request.user).filter(slug=pages.name_asked(request, "environment")).first()
    if environment:
        forming.allow(rules.may_book(_me(request), environment), bookings.NOT_YOURS)
    return forming.write(
        request,
        BookingShape,
        Writing(
            "Book lanes",
            "Book",
            back=environment.get_absolute_url() if environment else reverse("environments"),
            done="Booked.",
            lead=ABOUT,
            kind="booking",
        ),
        lambda given, seen: bookings.book(by=_me(request), **given),
        initial={"environment": environment, "lanes": 1} if environment else {"lanes": 1},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    forming.allow(rules.may_book(_me(request), found.environment), bookings.NOT_YOURS)

    def act(given: Mapping[str, Any], seen: Seen) -> Booking:
        return bookings.change(found, given, by=_me(request), seen=seen)

    page = Writing(f"Change {found}", "Save", back=found.get_absolute_url(), done="Saved.", lead=ABOUT, kind="booking")
    return forming.write(request, BookingShape, page, act, thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = _visible(request, pk)
    forming.allow(rules.may_book(_me(request), found.environment), bookings.NOT_YOURS)

    def act(given: Mapping[str, Any], seen: Seen) -> Environment:
        bookings.cancel(found, by=_me(request), seen=seen)
        environment: Environment = found.environment
        return environment

    page = Writing(
        f"Cancel {found}",
        "Cancel the booking",
        back=found.get_absolute_url(),
        done="Cancelled.",
        kind="booking",
        question=f"The lanes of {found.environment} are free for others at once, and the booking is gone. Cancel it?",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _visible(request: HttpRequest, pk: int) -> Booking:
    found: Booking = get_object_or_404(Booking.objects.visible_to(request.user).with_references(), pk=pk)
    return found


def _verbs(found: Booking, user: Any) -> list[Verb]:
    """What holds a place moves and ends it; by hand nobody does."""
    if found.is_held or not rules.may_book(user, found.environment):
        return []
    return [
        Verb("Change", reverse("booking_change", args=[found.pk])),
        Verb("Cancel", reverse("booking_cancellation", args=[found.pk])),
    ]


def _me(request: HttpRequest) -> Any:
    return request.user
