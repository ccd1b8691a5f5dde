"""The pages of feeds: subscribing to what the calendar shows, and one's feeds on /me/."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts.models import User
from common import forming
from schedule.actions import feeds
from schedule.branches import addresses
from schedule.forms import NewFeedShape, filters_of
from schedule.models import Feed, SavedView
from schedule.queries.narrowings import words_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("secret", "made")
def make(request: HttpRequest) -> HttpResponse:
    """Make a feed of the filters, or of the view (`?of=`), that the address names; its secret address stands in the answer, once."""
    followed = _followed(request)
    present = followed.filters if followed else filters_of(request.GET)
    made: list[tuple[Feed, str]] = []

    def act(given: dict[str, Any], _: Any) -> str:
        if followed:
            given["filters"] = None
        made.append(feeds.make(by=cast(User, request.user), at=timezone.now(), view=followed, **given))
        return reverse("me")

    about = f"the view {followed}: {words_of(present)}" if followed else words_of(present)
    writing = forming.Writing(
        "Subscribe",
        "Make the address",
        back=reverse("calendar"),
        lead=f"A secret address from which calendar programs read {about}. It shows what you may see, and works as long as you can sign in.",
    )
    response = forming.write(
        request, NewFeedShape, writing, act, initial={"filters": present, "name": str(followed) if followed else "Releasecal"}
    )
    if made:
        feed, secret = made[0]
        return render(request, "schedule/new_feed.html", {"feed": feed, **addresses.secret_ones(secret)})
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End one's own feed."""
    feed = get_object_or_404(Feed.objects.visible_to(request.user), pk=pk)
    writing = forming.Writing(
        f"Revoke the feed {feed}",
        "Revoke",
        back=reverse("me"),
        done=f"“{feed}” no longer works.",
        question="Whoever reads it, you included, will find nothing there any more.",
        is_grave=True,
    )
    return forming.write(request, forming.Nothing, writing, lambda _, __: _revoked(feed, request))


def of_me(request: HttpRequest, user: Any) -> SafeString:
    """The part of /me/: one's feeds, and when each was last asked for."""
    rows = [
        {"feed": feed, "words": words_of(feed.view.filters if feed.view else feed.filters)}
        for feed in Feed.objects.visible_to(user).select_related("view")
    ]
    today = timezone.now().astimezone(user.zone).date()
    return render_to_string("schedule/my_feeds.html", {"feeds": rows, "today": today}, request=request)


def _followed(request: HttpRequest) -> SavedView | None:
    number = request.GET.get("of", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        return None
    found: SavedView = get_object_or_404(SavedView.objects.visible_to(request.user), pk=int(number))
    return found


def _revoked(feed: Feed, request: HttpRequest) -> str:
    feeds.revoke(feed, by=cast(User, request.user), at=timezone.now())
    return reverse("me")
