"""The answer above a list of what is still ahead: how much it is, what comes next, and what of it is threatened."""

from typing import Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from common import pages
from common.listing import CURSOR, Page
from releases.verdicts import NOT_BEGUN, threatened_among
from releases.vocabulary import UNFINISHED

_SOONEST: Final = "earliest"


def answer(request: HttpRequest, page: Page) -> SafeString | None:
    """Said of promotions when only unfinished ones are asked for, soonest first, on the first page of the list."""
    asked = set(request.GET.getlist("status"))
    if page.listing.noun != "promotion" or not asked or asked - UNFINISHED or page.order.name != _SOONEST or CURSOR in request.GET:
        return None
    threatened = threatened_among([promotion.pk for promotion in page.rows if promotion.status in NOT_BEGUN])
    now = timezone.now()
    only_threatened = request.GET.copy()
    only_threatened["threatened"] = "true"
    context = {
        "page": page,
        "next": next((promotion for promotion in page.rows if promotion.ends_at > now), None),
        "passed": sum(promotion.ends_at <= now for promotion in page.rows),
        # Of a list that goes on, only its first page is known.
        "threatened": len(threatened),
        "goes_on": bool(page.next),
        "only_threatened": f"?{only_threatened.urlencode()}",
        "zone": pages.zone_quietly(request),
    }
    return render_to_string("releases/parts/ahead.html", context, request)
