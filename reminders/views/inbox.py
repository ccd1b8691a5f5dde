"""The inbox: what was said to the reader, the newest first, and which of it they have read."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from common import listing, pages
from common.listing import Facet, Listing, Order
from common.pages import me
from common.refusals import BadInput
from reminders.actions import inbox as actions
from reminders.filters import InboxFilter
from reminders.forms.inbox import ReadingShape
from reminders.models import Delivery
from reminders.queries.inbox import entries

INBOX = Listing(
    noun="entry",
    plural="entries",
    heading="Inbox",
    about="What was said to you, the newest first.",
    belongs="Reminders come when something is yours to do, and of what you watch.",
    filters=InboxFilter,
    facets=(Facet("unread", "Unread"),),
    orders=(Order("new", "the newest first", ("-id",)),),
    has_times=True,
)


@login_required
@require_safe
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    found = Delivery.objects.in_inbox_of(me(request)).select_related("reminder__rule", "instead_of")
    page = listing.read(request, INBOX, found)
    context = {
        "page": page,
        "rows": entries(page.rows, me(request)),
        "newest": max((one.pk for one in page.rows), default=None),
        "unread": getattr(me(request), "unread", 0),
        "crumbs": [("Me", "/me/")],
    }
    return pages.show(request, "reminders/inbox.html", context, known=INBOX.known)


@login_required
@require_safe
@never_cache
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what one of them is about. Whoever follows that has read it; HEAD only asks where it leads."""
    found = _mine(request, pk)
    if request.method == "GET":
        actions.read(found, by=me(request), at=timezone.now())
    (entry,) = entries([found], me(request))
    return redirect(entry.url or "my-inbox")


@login_required
@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, or as unread again."""
    found = _mine(request, pk)
    if found.read_at is None:
        actions.read(found, by=me(request), at=timezone.now())
    else:
        actions.keep_unread(found, by=me(request))
    return redirect("my-inbox")


@login_required
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything as read that the reader was shown."""
    form = ReadingShape(request.POST, user=me(request))
    if not form.is_valid():
        raise BadInput(str(form.errors["until"][0]))
    number = actions.read_all(by=me(request), at=timezone.now(), until=form.cleaned_data["until"])
    messages.success(request, f"Marked as read: {number}.")
    return redirect("my-inbox")


def _mine(request: HttpRequest, pk: int) -> Delivery:
    rows = Delivery.objects.in_inbox_of(me(request)).select_related("reminder__rule", "instead_of")
    found: Delivery = get_object_or_404(rows, pk=pk)
    return found
