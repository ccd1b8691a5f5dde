"""Policies: the list, one with what is in force, and the pages that write."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, listing, pages
from common.forming import Nothing, Verb, Writing
from common.listing import Facet, Listing, Order
from common.pages import me
from common.rows import Seen
from policies import rules
from policies.actions import policies as actions
from policies.filters import PolicyFilter
from policies.forms import NewPolicyShape, PolicyShape, Retirement
from policies.models import Policy, PolicyVersion
from policies.queries.shown import selection_words
from policies.views.showing import said_by

POLICIES = Listing(
    noun="policy",
    plural="policies",
    about="The standards that releases meet, and which releases each is for.",
    belongs="A policy is a set of gates, approvals and schedule rules for some kind of release. A policy owner writes it.",
    filters=PolicyFilter,
    facets=(Facet("retired", "Retired"),),
    orders=(Order("slug", "short name", ("slug",)),),
)


@login_required
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    page = listing.read(request, POLICIES, Policy.objects.visible_to(request.user).with_versions())
    rows = [(each, selection_words(each.in_force) if each.in_force else "") for each in page.rows]
    verbs = [Verb("New policy", reverse("new_policy"), "new")] if rules.may_write_standards(me(request)) else []
    return pages.show(request, "policies/policies.html", {"page": page, "rows": rows, "verbs": verbs}, known=POLICIES.known)


@login_required
@require_safe
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    found: Policy = get_object_or_404(Policy.objects.visible_to(request.user).with_versions(), slug=slug)
    in_force = found.in_force
    shown = PolicyVersion.objects.with_rules().with_people().get(pk=in_force.pk) if in_force else None
    context = {
        "policy": found,
        "versions": found.versions.all(),
        "shown": shown,
        "said": said_by(shown) if shown else None,
        "verbs": _verbs(request, found),
    }
    return pages.show(request, "policies/policy.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_policy(request: HttpRequest) -> HttpResponse:
    forming.allow(rules.may_write_standards(me(request)), actions.NOT_YOURS)
    page = Writing(
        "New policy",
        "Make the policy",
        back=reverse("policies"),
        done="The policy is there. Draft what it asks, and let a second policy owner publish it.",
        kind="policy",
    )
    return forming.write(request, NewPolicyShape, page, lambda given, _: actions.create(by=me(request), **given))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_policy(request: HttpRequest, slug: str) -> HttpResponse:
    found = to_write(request, slug)
    page = Writing(f"Change {found.name}", "Save", back=found.get_absolute_url(), done="Saved.", kind="policy")

    def act(given: dict[str, Any], seen: Seen) -> Policy:
        return actions.change(found, given, by=me(request), seen=seen)

    return forming.write(request, PolicyShape, page, act, thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def retire_policy(request: HttpRequest, slug: str) -> HttpResponse:
    found = to_write(request, slug)
    page = Writing(
        f"Retire {found.name}",
        "Retire the policy",
        back=found.get_absolute_url(),
        done=f"{found.name} is retired.",
        kind="policy",
        question=f"Put {found.name} away? It goes only once its version in force asks for nothing, and can be taken up again.",
        is_grave=True,
    )

    def act(given: dict[str, Any], seen: Seen) -> Policy:
        return actions.retire(found, by=me(request), at=timezone.now(), seen=seen, **given)

    return forming.write(request, Retirement, page, act, thing=found)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def restore_policy(request: HttpRequest, slug: str) -> HttpResponse:
    found = to_write(request, slug)
    page = Writing(
        f"Take {found.name} up again",
        "Take it up again",
        back=found.get_absolute_url(),
        done=f"{found.name} is in use again.",
        kind="policy",
        question=f"Take {found.name} up again? Its version in force asks for nothing; draft what it is to ask.",
    )
    return forming.write(request, Nothing, page, lambda _, seen: actions.restore(found, by=me(request), seen=seen), thing=found)


def to_write(request: HttpRequest, slug: str) -> Policy:
    """The policy that a page writes, if the reader may."""
    found: Policy = get_object_or_404(Policy.objects.visible_to(request.user).with_versions(), slug=slug)
    forming.allow(rules.may_write_standards(me(request)), actions.NOT_YOURS)
    return found


def _verbs(request: HttpRequest, found: Policy) -> list[Verb]:
    if not rules.may_write_standards(me(request)):
        return []
    base = found.get_absolute_url()
    if found.retired_at:
        return [Verb("Take it up again…", f"{base}restoration/")]
    words = "Change the draft" if found.draft else "Draft a new version" if found.in_force else "Draft what it asks"
    verbs = [Verb(words, f"{base}draft/", "new"), Verb("Change name", f"{base}edit/")]
    may_go = found.draft is None and not (found.in_force and found.in_force.has_rules())
    return [*verbs, Verb("Retire…", f"{base}retirement/")] if may_go else verbs
