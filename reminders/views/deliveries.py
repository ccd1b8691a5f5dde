"""What became of reminders, for administrators: the backlog, everything that was sent or was not, and what they decide."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, labels, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from reminders import rules
from reminders.actions import deliveries as actions
from reminders.actions import epochs
from reminders.filters import DeliveryFilter
from reminders.models import Delivery
from reminders.queries.backlog import Backlog, backlog
from reminders.queries.shown import STATES
from reminders.vocabulary import DeliveryState

NOT_YOURS = "Only administrators look after what was sent to whom; yours are on your own page."
DELIVERIES = Listing(
    noun="delivery",
    plural="deliveries",
    about="What was said to whom, what still waits, and what came to nothing.",
    belongs="Each reminder makes one for each person and way. They come once something is due.",
    filters=DeliveryFilter,
    facets=(Facet("state", "What became of it"), Facet("channel", "By")),
    orders=(Order("new", "the newest first", ("-id",)),),
    has_times=True,
)


@login_required
@require_safe
def deliveries_(request: HttpRequest) -> HttpResponse:
    _allow(request)
    found = Delivery.objects.overseen_by(request.user).select_related("reminder__rule", "recipient", "instead_of")
    page = listing.read(request, DELIVERIES, found)
    # A digest is about many things.
    subjects = [one.reminder and (one.reminder.subject_kind, one.reminder.subject_id) for one in page.rows]
    named: dict[Any, Any] = {None: None, **labels.of([subject for subject in subjects if subject], request.user)}
    rows = [
        (one, named[subject], STATES[one.state], one.state == DeliveryState.DEAD)
        for one, subject in zip(page.rows, subjects, strict=True)
    ]
    stand = backlog(timezone.now())
    context = {"page": page, "rows": rows, "backlog": stand, "verbs": _verbs(stand), "is_mailed": settings.MAILS_REMINDERS}
    return pages.show(request, "reminders/deliveries.html", context, known=DELIVERIES.known)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def retry_all(request: HttpRequest) -> HttpResponse:
    _allow(request)
    number = backlog(timezone.now()).dead
    page = _page("Send again what was given up", "Send again", f"Try {_counted(number)} again that could not be sent?")

    def act() -> str:
        dead = list(Delivery.objects.dead().values_list("pk", flat=True))
        return f"Tried again within minutes: {actions.retry(dead, by=me(request), at=timezone.now())}."

    return _decide(request, page, act)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def retry_one(request: HttpRequest, number: int) -> HttpResponse:
    _allow(request)
    found: Delivery = get_object_or_404(Delivery.objects.overseen_by(request.user).select_related("recipient"), pk=number)
    question = f"Try again what was to be said to {found.recipient}?"
    page = _page("Send one again", "Send again", f"{question} It failed last with: {found.reason or 'no reason'}.")

    def act() -> str:
        actions.retry_one(found, by=me(request), at=timezone.now())
        return "Tried again within minutes."

    return _decide(request, page, act)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def release_held(request: HttpRequest) -> HttpResponse:
    _allow(request)
    held = _counted(backlog(timezone.now()).held)
    question = f"Have {held} said that the restore holds? What the system before it said already, people then get twice."
    page = _page("Release what is held", "Release it", f"{question} What is no longer true is left out.")
    return _decide(request, page, lambda: f"Released: {epochs.release(by=me(request))}.")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def drop_held(request: HttpRequest) -> HttpResponse:
    _allow(request)
    held = _counted(backlog(timezone.now()).held)
    question = f"Never say {held} that the restore holds? What was not said before it, nobody hears; this cannot be taken back."
    page = _page("Drop what is held", "Drop it", question, is_grave=True)
    return _decide(request, page, lambda: f"Dropped: {epochs.drop(by=me(request))}.")


def _allow(request: HttpRequest) -> None:
    forming.allow(rules.may_manage_deliveries(me(request)), NOT_YOURS)


def _page(title: str, verb: str, question: str, *, is_grave: bool = False) -> Writing:
    return Writing(title, verb, back=reverse("deliveries"), kind="delivery", question=question, is_grave=is_grave)


def _decide(request: HttpRequest, page: Writing, act: Callable[[], str]) -> HttpResponse:
    """Ask, do it, and say on the way back what it came to."""

    def done(*_: object) -> str:
        messages.success(request, act())
        return page.back

    return forming.write(request, Nothing, page, done)


def _verbs(stand: Backlog) -> list[Verb]:
    """Only for what there is."""
    verbs = [Verb("Send again what was given up…", reverse("retry_deliveries"))] if stand.dead else []
    if stand.held or stand.held_until:
        verbs += [Verb("Release what is held…", reverse("release_held")), Verb("Drop what is held…", reverse("drop_held"))]
    return verbs


def _counted(number: int) -> str:
    return "1 reminder" if number == 1 else f"{number:,} reminders"
