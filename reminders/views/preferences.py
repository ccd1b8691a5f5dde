"""When reminders reach the reader."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common import forming
from common.forming import Writing
from common.pages import me
from common.rows import Seen
from reminders import rules
from reminders.actions import preferences
from reminders.actions.subscriptions import NOT_YOURS
from reminders.forms.preferences import PreferenceShape
from reminders.models import Preference


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_subscribe(me(request)), NOT_YOURS)
    found = Preference.objects.visible_to(me(request)).first()
    page = Writing(
        "Quiet hours and digests",
        "Save",
        back=reverse("my-reminders"),
        done="Saved.",
        lead=f"What is not urgent waits until they are over. Times are in {me(request).zone}. The inbox is always open.",
    )

    def act(given: dict[str, Any], seen: Seen) -> str:
        preferences.change(given, by=me(request), at=timezone.now(), seen=seen)
        return page.back

    return forming.write(
        request,
        PreferenceShape,
        page,
        act,
        thing=found,
        initial=None if found else {"pace": "at_once", "digest_hour": 8, "digest_weekday": 1},
    )
