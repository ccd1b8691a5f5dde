"""Rules: the list, one with its history, and the page that changes it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.refusals import BadInput, RuleBroken
from common.rows import Seen
from reminders import rules
from reminders.actions import rules as actions
from reminders.filters import RuleFilter
from reminders.forms.rules import RuleShape
from reminders.models import Rule
from reminders.queries.preview import preview
from reminders.queries.shown import by_which_way, to_whom, when_said
from reminders.vocabulary import Occasion

RULES = Listing(
    noun="rule",
    plural="reminders",
    about="What is said to whom, and when; release managers change it.",
    belongs="A rule says on an occasion, such as a gate that is due, who hears of it and when. They come with the installation.",
    filters=RuleFilter,
    facets=(Facet("on", "It is on"), Facet("severity", "Severity"), Facet("occasion", "Occasion")),
    orders=(Order("occasion", "occasion", ("occasion", "code")), Order("code", "short name", ("code",))),
)


@login_required
@require_safe
def rules_(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, RULES, Rule.objects.visible_to(request.user))
    rows = [(each, when_said(each), to_whom(each)) for each in page.rows]
    oversees = rules.may_manage_deliveries(me(request))
    verbs = [Verb("What became of them", reverse("deliveries"))] if oversees else []
    verbs += [Verb("Webhooks", reverse("webhooks"))] if rules.may_see_webhooks(me(request)) else []
    return pages.show(request, "reminders/rules.html", {"page": page, "rows": rows, "verbs": verbs}, known=RULES.known)


@login_required
@require_safe
def rule(request: HttpRequest, code: str) -> HttpResponse:
    found = _rule(request, code)
    facts = [
        ("About", _capital(found.get_occasion_display())),
        ("When", _capital(when_said(found))),
        ("Who hears of it", _capital(to_whom(found))),
        ("Severity", _capital(found.get_severity_display())),
        ("By", _capital(by_which_way(found))),
    ]
    if found.occasion == Occasion.GATE_STARTS:
        facts.append(("A gate takes", f"{found.assumed_days} working days, until five of its kind were passed here"))
    verbs = []
    if rules.may_write_rules(me(request)):
        verbs = [Verb("Change", f"{found.get_absolute_url()}edit/"), Verb("Preview", f"{found.get_absolute_url()}preview/")]
    context = {"rule": found, "facts": facts, "verbs": verbs, "crumbs": [("Reminders", reverse("reminder_rules"))]}
    return pages.show(request, "reminders/rule.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_rule(request: HttpRequest, code: str) -> HttpResponse:
    found = _rule(request, code)
    forming.allow(rules.may_write_rules(me(request)), actions.NOT_YOURS)
    page = Writing(
        f"Change {found.name}",
        "Save",
        back=found.get_absolute_url(),
        done="Saved. What is planned follows within minutes.",
        lead=f"It is about: {found.get_occasion_display()}.",
        kind="rule",
    )

    def act(given: dict[str, Any], seen: Seen) -> Rule:
        return actions.change(found, given, by=me(request), at=timezone.now(), seen=seen)

    return forming.write(request, RuleShape, page, act, thing=found)


@login_required
@require_safe
def preview_rule(request: HttpRequest, code: str) -> HttpResponse:
    """What the rule would have said lately, with other values in the address if one likes; nothing is saved."""
    found = _rule(request, code)
    forming.allow(rules.may_write_rules(me(request)), actions.NOT_YOURS)
    form = RuleShape(request.GET or None, user=me(request), initial={name: getattr(found, name) for name in RuleShape.base_fields})
    if request.GET and form.is_valid():
        for name, value in form.cleaned_data.items():
            setattr(found, name, value)
        try:
            actions.expect_sense(found)
        except (BadInput, RuleBroken) as refusal:
            for name, sentences in refusal.errors.items():
                form.add_error(name, sentences[0])
    problems = [(f"id_{name}", form.fields[name].label, sentences[0]) for name, sentences in form.errors.items()]
    context = {
        "rule": found,
        "form": form,
        "problems": problems,
        "preview": None if problems else preview(found, me(request), timezone.now()),
        "verbs": [Verb("Change", f"{found.get_absolute_url()}edit/")],
        "crumbs": [("Reminders", reverse("reminder_rules")), (found.name, found.get_absolute_url())],
    }
    return pages.show(request, "reminders/preview.html", context, known=form.fields.keys())


def _rule(request: HttpRequest, code: str) -> Rule:
    found: Rule = get_object_or_404(Rule.objects.visible_to(request.user), code=code)
    return found


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
