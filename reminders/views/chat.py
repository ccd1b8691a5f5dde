"""Where one is reached by chat: given, tried, taken away; a panel of the page of what one hears."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from common import forming
from common.forming import Nothing, Writing
from common.pages import me
from common.rows import Seen, still_there
from reminders import rules
from reminders.actions import chat_addresses
from reminders.actions.subscriptions import NOT_YOURS
from reminders.channels.chat.addresses import SERVICES
from reminders.forms.chat_addresses import ChatAddressShape
from reminders.models import ChatAddress
from reminders.queries.chat_addresses import Shown, chat_of


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest) -> HttpResponse:
    """Give an address, or another one; the present one is not shown."""
    forming.allow(rules.may_subscribe(me(request)), NOT_YOURS)
    found = chat_of(me(request))
    page = Writing(
        "Where I am reached by chat",
        "Save",
        back=reverse("my-reminders"),
        done="Saved. Send yourself a test to see whether it works.",
        lead=f"Now it is {found.words}. Its address is not shown, since whoever has it can write there." if found else "",
    )

    def act(given: dict[str, Any], seen: Seen) -> str:
        chat_addresses.put(given["address"], by=me(request), seen=seen)
        return page.back

    context = {"services": SERVICES}
    thing = found.row if found else None
    return forming.write(request, ChatAddressShape, page, act, thing=thing, template="reminders/chat_form.html", context=context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest) -> HttpResponse:
    found = _mine(request)
    question = f"Say nothing more at {found.words}? What waits to be said there is left out."
    page = Writing("Remove the chat", "Remove", back=reverse("my-reminders"), done="Removed.", question=question)

    def act(_: dict[str, Any], seen: Seen) -> str:
        chat_addresses.remove(found.row, by=me(request), seen=seen)
        return page.back

    return forming.write(request, Nothing, page, act, thing=found.row)


@require_POST
@login_required
def ask_for_trial(request: HttpRequest) -> HttpResponse:
    """Have something said there; what comes of it stands on the page."""
    found = _mine(request)
    with still_there(ChatAddress):
        chat_addresses.ask_for_trial(found.row, by=me(request), at=timezone.now())
    messages.success(request, "A test is on its way; what comes of it stands here within a minute.")
    return redirect("my-reminders")


def _mine(request: HttpRequest) -> Shown:
    found = chat_of(me(request))
    if found is None:
        raise Http404
    return found
