"""Versions of policies: one, two compared, and the pages that draft, discard and publish."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, pages
from common.forming import Nothing, Verb, Writing
from common.pages import me
from common.rows import Seen
from policies import rules
from policies.actions import rulebooks
from policies.actions import versions as actions
from policies.forms import VersionShape
from policies.models import Policy, PolicyVersion
from policies.queries.drafts import writers_of
from policies.queries.shown import compare
from policies.verdicts import unmeetable
from policies.views.comparing import FROM, TO, two_of
from policies.views.policies import to_write
from policies.views.showing import said_by


@login_required
@require_safe
def version(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    found = _version(request, slug, number)
    context = {
        "policy": found.policy,
        "shown": found,
        "said": said_by(found),
        "warnings": [] if found.is_published else unmeetable(found),
        "verbs": _verbs(request, found),
    }
    return pages.show(request, "policies/version.html", context)


@login_required
@require_safe
def compare_policy(request: HttpRequest, slug: str) -> HttpResponse:
    """Two versions side by side: `?from=` and `?to=`, by default the last two."""
    policy: Policy = get_object_or_404(Policy.objects.visible_to(request.user), slug=slug)
    versions = list(PolicyVersion.objects.visible_to(request.user).filter(policy=policy).order_by("-number").with_rules())
    before, after = two_of(request, versions)
    context = {
        "thing": policy,
        "kind": "policy",
        "versions": versions,
        "before": before,
        "after": after,
        "differences": compare(before, after),
    }
    return pages.show(request, "policies/policy_comparison.html", context, known={FROM, TO})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit_draft(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft, and where there is none a new one that begins as the newest version."""
    policy = to_write(request, slug)
    draft, newest = policy.draft, policy.in_force
    source = draft or newest
    title = f"{policy.name}: draft of version {draft.number if draft else newest.number + 1 if newest else 1}"
    page = Writing(title, "Save the draft", back=policy.get_absolute_url(), done="The draft is saved.", kind="policy", lead=_LEAD)

    def act(given: dict[str, Any], seen: Seen) -> PolicyVersion:
        lists = {name: given.get(name, []) for name in rulebooks.LISTS}
        if draft is None:
            made = actions.draft(policy, {**given, **lists}, by=me(request))
        else:
            made = actions.change(draft, {**given, **lists}, by=me(request), seen=seen)
        for sentence in unmeetable(made):
            messages.warning(request, sentence)
        return made

    initial = _initial(source) if source else {}
    return forming.write(request, VersionShape, page, act, thing=draft, initial=initial, template="policies/draft.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def discard_draft(request: HttpRequest, slug: str) -> HttpResponse:
    policy = to_write(request, slug)
    draft = get_object_or_404(PolicyVersion.objects.drafts(), policy=policy)
    page = Writing(
        f"Discard the draft of {policy.name}",
        "Discard the draft",
        back=draft.get_absolute_url(),
        done="The draft is discarded.",
        kind="policy",
        question=f"Throw the draft of version {draft.number} away? What is in force stays as it is.",
        is_grave=True,
    )

    def act(_: dict[str, Any], seen: Seen) -> Policy:
        actions.discard(draft, by=me(request), seen=seen)
        return policy

    return forming.write(request, Nothing, page, act, thing=draft)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def publish_draft(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    found = _version(request, slug, number)
    forming.allow(rules.may_publish(me(request), writers_of(found)), actions.NOT_A_SECOND)
    answer: HttpResponse = _publish(request, found)
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]  # the library has no types
def _publish(request: HttpRequest, found: PolicyVersion) -> HttpResponse:
    """Only after the reader has confirmed who they are: somebody at an unlocked browser is no second policy owner."""
    policy = found.policy
    page = Writing(
        f"Publish version {found.number} of {policy.name}",
        "Publish it",
        back=found.get_absolute_url(),
        done=f"Version {found.number} is in force.",
        kind="policy",
        question=f"Put version {found.number} of {policy.name} in force? It never changes again; releases on their way meet it from now on.",
    )

    def act(_: dict[str, Any], seen: Seen) -> PolicyVersion:
        return actions.publish(found, by=me(request), at=timezone.now(), seen=seen)

    return forming.write(request, Nothing, page, act, thing=found)


_LEAD = "Nothing of it counts until a policy owner who wrote nothing of it publishes it."


def _version(request: HttpRequest, slug: str, number: int) -> PolicyVersion:
    found: PolicyVersion = get_object_or_404(
        PolicyVersion.objects.visible_to(request.user).with_rules().with_people(), policy__slug=slug, number=number
    )
    return found


def _verbs(request: HttpRequest, found: PolicyVersion) -> list[Verb]:
    if found.is_published or not rules.may_write_standards(me(request)):
        return []
    base = found.policy.get_absolute_url()
    publish = [Verb("Publish…", f"{found.get_absolute_url()}publication/", "new")]
    may_publish = rules.may_publish(me(request), writers_of(found))
    return [*(publish if may_publish else []), Verb("Change", f"{base}draft/"), Verb("Discard…", f"{base}draft/deletion/")]


def _initial(source: PolicyVersion) -> dict[str, Any]:
    """What the fields show of a version: its selection, and its rules as rows."""
    found = PolicyVersion.objects.with_rules().get(pk=source.pk)
    names = (*actions.SELECTION, *(("note",) if not found.is_published else ()))
    values: dict[str, Any] = {name: getattr(found, name) for name in names}
    for name, model in rulebooks.LISTS.items():
        columns = rulebooks.columns_of(model)
        values[name] = [{column: getattr(rule, column) for column in columns} for rule in getattr(found, name).all()]
    return values
