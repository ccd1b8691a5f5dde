"""Webhooks: the list, one with its log, and the pages by which administrators write them."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from common.writing import Shape
from reminders import rules
from reminders.actions import telling
from reminders.actions import webhooks as actions
from reminders.filters import WebhookFilter, WebhookMessageFilter
from reminders.forms.webhooks import NewWebhookShape, WebhookShape
from reminders.models import Webhook, WebhookMessage
from reminders.queries.kinds import KINDS
from reminders.queries.shown import STATES
from reminders.vocabulary import SETTLED

NOT_FOR_YOU: Final = "Webhooks are shown to administrators, release managers and auditors; ask one of them."
#: So many of the last messages stand on the page of a webhook.
SHOWN: Final = 10
WEBHOOKS = Listing(
    noun="webhook",
    plural="webhooks",
    about="Which other programs are told what happens here.",
    belongs="A webhook calls an address for each thing that happens, such as a promotion that was approved. Administrators make them.",
    filters=WebhookFilter,
    facets=(Facet("on", "It is on"),),
    orders=(Order("name", "name", ("name", "id")), Order("new", "the newest first", ("-id",))),
)
MESSAGES = Listing(
    noun="message",
    plural="messages",
    about="What it was told, what still waits, and what did not arrive.",
    belongs="Each thing that happens makes one message, within a minute.",
    filters=WebhookMessageFilter,
    facets=(Facet("state", "What became of it"),),
    orders=(Order("new", "the newest first", ("-id",)),),
    has_times=True,
)


@login_required
@require_safe
def webhooks_(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_see_webhooks(me(request)), NOT_FOR_YOU)
    page = listing.read(request, WEBHOOKS, Webhook.objects.visible_to(request.user).select_related("owner"))
    verbs = [Verb("New webhook", reverse("new_webhook"), rel="new")] if rules.may_write_webhooks(me(request)) else []
    return pages.show(request, "reminders/webhooks.html", {"page": page, "verbs": verbs}, known=WEBHOOKS.known)


@login_required
@require_safe
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    found = _seen(request, pk)
    writes = rules.may_write_webhooks(me(request))
    told = _of(WebhookMessage.objects.visible_to(request.user).filter(webhook=found).order_by("-pk")[:SHOWN])
    context = {
        "webhook": found,
        "told": told,
        "writes": writes,
        "both_sign": found.earlier_until is not None and timezone.now() < found.earlier_until,
        "verbs": _verbs(found) if writes else [],
        "crumbs": _crumbs(),
    }
    return pages.show(request, "reminders/webhook.html", context)


@login_required
@require_safe
def messages_(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_write(request, pk)
    page = listing.read(request, MESSAGES, WebhookMessage.objects.visible_to(request.user).filter(webhook=found))
    context = {"page": page, "webhook": found, "told": _of(page.rows), "crumbs": _crumbs(found)}
    return pages.show(request, "reminders/webhook_messages.html", context, known=MESSAGES.known)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("made", "secret")
def new(request: HttpRequest) -> HttpResponse:
    """Make one; the secret stands in the answer itself, once."""
    _allow(request)
    page = Writing("New webhook", "Make it", back=reverse("webhooks"), kind="webhook", lead=_LEAD)
    return _with_secret(
        request,
        NewWebhookShape,
        page,
        lambda given, _: actions.create(by=me(request), at=timezone.now(), **given),
        template="reminders/webhook_form.html",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_write(request, pk)
    page = Writing(f"Change {found}", "Save", back=found.get_absolute_url(), done="Saved.", kind="webhook")

    def act(given: dict[str, Any], seen: Seen) -> Webhook:
        return actions.change(found, given, by=me(request), at=timezone.now(), seen=seen)

    template = "reminders/webhook_form.html"
    initial = {"owner": found.owner.email}
    return forming.write(request, WebhookShape, page, act, thing=found, initial=initial, template=template, context=_KINDS)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch it on, or off."""
    found = _to_write(request, pk)
    word = "off" if found.is_on else "on"
    question = (
        "Tell it nothing any more? What waits for it is left out, and what happens while it is off is not told later."
        if found.is_on
        else "Tell it what happens from now on? What happened while it was off is not told."
    )
    page = _page(found, f"Switch {found} {word}", f"Switch it {word}", question, done=f"It is {word}.")

    def act(_: Any, seen: Seen) -> Webhook:
        return actions.change(found, {"is_on": word == "on"}, by=me(request), at=timezone.now(), seen=seen)

    return forming.write(request, Nothing, page, act, thing=found)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("made", "secret")
def renew_secret(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_write(request, pk)
    question = "Make a new secret? Calls are signed with both for 24 hours, so that the other side can take it over in between."
    page = _page(found, f"New secret of {found}", "Make a new secret", question)
    return _with_secret(
        request,
        Nothing,
        page,
        lambda _, seen: actions.renew_secret(found, by=me(request), at=timezone.now(), seen=seen),
        thing=found,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_write(request, pk)
    question = "Delete it with its log? It is told nothing any more, and this cannot be taken back."
    page = _page(found, f"Delete {found}", "Delete the webhook", question, done=f"{found} is deleted.", is_grave=True)

    def act(_: Any, seen: Seen) -> str:
        actions.delete(found, by=me(request), seen=seen)
        return reverse("webhooks")

    return forming.write(request, Nothing, page, act, thing=found)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def test(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_write(request, pk)
    question = f"Call {found.target} with a message of the kind webhook.test? What it answers stands in the log within a minute."
    page = _page(found, f"Test {found}", "Send a test", question, done="The test is on its way.")

    def act(*_: Any) -> Webhook:
        telling.test(found, by=me(request), at=timezone.now())
        return found

    return forming.write(request, Nothing, page, act)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def tell_again(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    found = _to_write(request, pk)
    message: WebhookMessage = get_object_or_404(WebhookMessage.objects.visible_to(request.user), webhook=found, pk=number)
    question = f"Tell it {message.kind} again? It comes under the same webhook-id, by which the other side knows it."
    page = _page(found, f"Tell {found} again", "Tell it again", question, done="It is on its way again.")

    def act(*_: Any) -> Webhook:
        telling.tell_again(message, by=me(request), at=timezone.now())
        return found

    return forming.write(request, Nothing, page, act)


_LEAD: Final = "It is called each time something happens of the kinds you choose. Its secret is shown once, after you made it."
_KINDS: Final = {"kinds": [(subject, [f"{subject}.{verb}" for verb in ("*", *sorted(verbs))]) for subject, verbs in KINDS.items()]}


def _with_secret(
    request: HttpRequest,
    shape: type[Shape],
    page: Writing,
    verb: Callable[[dict[str, Any], Seen], tuple[Webhook, str]],
    *,
    thing: Webhook | None = None,
    template: str = "form.html",
) -> HttpResponse:
    """A page whose verb gives a secret: its answer shows it, this once."""
    made: list[tuple[Webhook, str]] = []

    def act(given: dict[str, Any], seen: Seen) -> Webhook:
        made.append(verb(given, seen))
        return made[0][0]

    response = forming.write(request, shape, page, act, thing=thing, template=template, context=_KINDS)
    if not made:
        return response
    found, secret = made[0]
    return pages.show(request, "reminders/webhook_secret.html", {"webhook": found, "secret": secret, "crumbs": _crumbs(found)})


def _of(messages: Any) -> list[tuple[WebhookMessage, str, bool]]:
    """Messages, each with its state in words and whether it may be told again."""
    return [(one, STATES[one.state], one.state in SETTLED) for one in messages]


def _page(found: Webhook, title: str, verb: str, question: str, *, done: str = "", is_grave: bool = False) -> Writing:
    return Writing(title, verb, back=found.get_absolute_url(), done=done, kind="webhook", question=question, is_grave=is_grave)


def _allow(request: HttpRequest) -> None:
    forming.allow(rules.may_write_webhooks(me(request)), actions.NOT_YOURS)


def _seen(request: HttpRequest, pk: int) -> Webhook:
    found: Webhook = get_object_or_404(Webhook.objects.visible_to(request.user).select_related("owner"), pk=pk)
    return found


def _to_write(request: HttpRequest, pk: int) -> Webhook:
    found = _seen(request, pk)
    _allow(request)
    return found


def _crumbs(found: Webhook | None = None) -> list[tuple[str, str]]:
    return [("Webhooks", reverse("webhooks")), *([(str(found), found.get_absolute_url())] if found else [])]


def _verbs(found: Webhook) -> list[Verb]:
    base = found.get_absolute_url()
    tests = [Verb("Send a test…", f"{base}test/")] if found.is_on else []
    return [
        Verb("Change", f"{base}edit/"),
        *tests,
        Verb(f"Switch {'off' if found.is_on else 'on'}…", f"{base}switch/"),
        Verb("New secret…", f"{base}secret/"),
        Verb("Delete…", f"{base}delete/"),
    ]
