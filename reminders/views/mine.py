"""What one hears: the page below /me/, its panel there, and the part on the page of what can be watched."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from common import pages
from common.labels import Named
from common.refusals import BadInput, NotVisible
from common.rows import kind_of, pk_of, still_there
from reminders import rules
from reminders.actions import quiet_channels, subscriptions
from reminders.forms.subscriptions import AttentionShape, SwitchShape
from reminders.models import Preference, Subscription
from reminders.queries import mine
from reminders.queries.chat_addresses import chat_of
from reminders.vocabulary import CARRIED, Attention, Channel
from schedule.models import SavedView


@require_safe
@login_required
def index(request: HttpRequest) -> HttpResponse:
    """What the reader watches and muted, by which ways they hear, and what was said to them last."""
    me = pages.me(request)
    mine_ = mine.subscriptions_of(me)
    context = {
        "watched": mine_[Attention.WATCH],
        "muted": mine_[Attention.MUTE],
        **_through_teams(me, mine_[Attention.MUTE]),
        "channels": mine.channels_of(me),
        "chat": chat_of(me),
        "preference": Preference.objects.visible_to(me).first(),
        "heard": mine.heard_by(me),
        "shown": mine.SHOWN,
        "is_mailed": settings.MAILS_REMINDERS,
        "crumbs": [("Me", "/me/")],
    }
    return pages.show(request, "reminders/mine.html", context)


def _through_teams(me: User, muted: Sequence[tuple[Subscription, Named]]) -> dict[str, Any]:
    """What one hears of through one's teams, each with whether one muted it, and the teams of which one may change that."""
    spared = {(row.subject_kind, row.subject_id) for row, _ in muted}
    rows = mine.subscriptions_of_teams(me)
    return {"of_teams": [(row, name, (row.subject_kind, row.subject_id) in spared) for row, name in rows]}


@require_POST
@login_required
def attend(request: HttpRequest) -> HttpResponse:
    """Watch a thing, mute it, or neither; leads back to its page."""
    form = AttentionShape(request.POST, user=pages.me(request))
    if not form.is_valid():
        if "subject" in form.errors:
            raise NotVisible(str(form.errors["subject"][0]))
        raise BadInput(str(form.errors["attention"][0]))
    thing, word = form.cleaned_data["subject"], form.cleaned_data["attention"]
    me = pages.me(request)
    if word:
        subscriptions.subscribe(thing, Attention(word), by=me)
    else:
        found = Subscription.objects.of_person(me).about([(kind_of(thing), pk_of(thing))]).first()
        if found is not None:
            with still_there(Subscription):
                subscriptions.unsubscribe(found, by=me)
    messages.success(request, _DONE[word])
    if request.POST.get("from") == "mine":
        return redirect("my-reminders")
    # A view has no page of its own: the list of them is where this is asked.
    return redirect("saved-views" if isinstance(thing, SavedView) else thing)


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Neither watch nor mute something any more, even what one may not see any more."""
    found = get_object_or_404(Subscription.objects.of_person(request.user), pk=pk)
    with still_there(Subscription):
        subscriptions.unsubscribe(found, by=pages.me(request))
    messages.success(request, _DONE[""])
    return redirect("my-reminders")


@require_POST
@login_required
def switch(request: HttpRequest, channel: str) -> HttpResponse:
    """Let reminders come by a way, or none."""
    if channel not in CARRIED:
        raise Http404
    way = Channel(channel)
    form = SwitchShape(request.POST, user=pages.me(request))
    if not form.is_valid():
        raise BadInput(str(form.errors["is_on"][0]))
    is_on = form.cleaned_data["is_on"]
    quiet_channels.switch(way, is_on=is_on, by=pages.me(request))
    messages.success(request, f"Reminders by {way.label} are {'on' if is_on else 'off'}.")
    return redirect("my-reminders")


def of_thing(request: HttpRequest, thing: Any) -> SafeString | None:
    """The part of a page: whether the reader hears of what it is about, and how to change that."""
    me = pages.me(request)
    if not isinstance(thing, Model) or not rules.may_subscribe(me):
        return None
    context = {"subject": f"{kind_of(thing)}:{pk_of(thing)}", "attention": mine.attention_to(thing, me)}
    return render_to_string("reminders/watching.html", context, request=request)


def of_me(request: HttpRequest, user: Any) -> SafeString:
    """The part of /me/: how much one watches, and by which ways one hears."""
    return render_to_string("reminders/of_me.html", {"channels": mine.channels_of(user)}, request=request)


_DONE = {
    Attention.WATCH.value: "You watch it from now on.",
    Attention.MUTE.value: "It is muted; only what is urgent reaches you.",
    "": "You neither watch nor mute it any more.",
}
