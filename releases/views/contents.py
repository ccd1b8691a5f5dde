"""What a release carries: what its page shows and offers of it, and the pages that write items, candidates, contributions, prerequisites."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from common import forming
from common.forming import Nothing, Verb, Writing
from common.labels import Named
from common.pages import me
from common.rows import Seen
from projects import rules as project_rules
from projects.models import Output
from releases import rules
from releases.actions import candidates, contributions, items, opening, prerequisites
from releases.forms.contents import (
    CandidateShape,
    ContributionShape,
    DecisionShape,
    ItemShape,
    NewContributionShape,
    NewItemShape,
    OfferShape,
    PrerequisiteShape,
)
from releases.models import Artefact, Candidate, Contribution, Item, Prerequisite, Release
from releases.queries.contents import Built, Carried, Contents, built
from releases.vocabulary import ENDED, ContributionState, Identity

WRITES = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Panels:
    """What the page says of each thing a release carries, and the ways to change it, only those that lead somewhere for the reader.

    `fixed` is why items stay as they are, for who might change them otherwise.
    """

    items: list[tuple[Item, Artefact | None, list[Verb]]]
    item_verbs: list[Verb]
    fixed: str
    candidates: list[tuple[Candidate, list[Built]]]
    carried: list[tuple[Carried, list[Verb]]]
    carried_verbs: list[Verb]
    needs: list[tuple[Named, list[Verb]]]
    needs_verbs: list[Verb]


def panels(release: Release, shown: Contents, user: Any) -> Panels:
    """The panels of a release's page for one reader. Who may not write costs one query more, who may up to six."""
    base = release.get_absolute_url()
    is_open = release.status not in ENDED
    may = is_open and rules.may_write_release(user, release)
    is_fixed = may and shown.latest is not None and rules.is_fixed(shown.latest)
    may_fill = may and not is_fixed
    return Panels(
        items=[(item, artefact, _item_verbs(base, item) if may_fill else []) for item, artefact in shown.items],
        item_verbs=[
            *([Verb("Add an item", f"{base}items/new/")] if may_fill else []),
            *([Verb("New candidate", f"{base}candidates/new/")] if may and shown.items else []),
        ],
        fixed="It has left its first stop, and what goes on is what was tested there: a new candidate carries what changes."
        if is_fixed
        else "",
        candidates=built(shown.candidates) if len(shown.candidates) > 1 else [],
        carried=[(carried, _carried_verbs(base, carried, release, user) if is_open else []) for carried in shown.carried],
        carried_verbs=[Verb("Carry an output", f"{base}contributions/new/")]
        if may
        else [Verb("Offer an output", f"{base}contributions/new/")]
        if is_open and project_rules.writes_something(user)
        else [],
        needs=[
            (named, [Verb("Remove…", f"{base}prerequisites/{number}/removal/")] if may else []) for number, named in shown.needs
        ],
        needs_verbs=[Verb("Add a prerequisite", f"{base}prerequisites/new/")] if may else [],
    )


def _item_verbs(base: str, item: Item) -> list[Verb]:
    return [Verb("Change", f"{base}items/{item.pk}/edit/"), Verb("Remove…", f"{base}items/{item.pk}/removal/")]


def _carried_verbs(base: str, carried: Carried, release: Release, user: Any) -> list[Verb]:
    contribution = carried.contribution
    contribution.release = release
    if not carried.is_open:
        return []
    start = f"{base}contributions/{contribution.pk}/"
    verbs: list[Verb] = []
    if rules.may_write_release(user, release):
        if contribution.state != ContributionState.ACCEPTED:
            verbs.append(Verb("Accept", f"{start}decision/?outcome=accepted"))
        if contribution.state != ContributionState.DECLINED:
            verbs.append(Verb("Decline…", f"{start}decision/?outcome=declined"))
    if rules.may_write_contribution(user, contribution):
        verbs += [Verb("Hard or soft", f"{start}edit/"), Verb("Take out…", f"{start}withdrawal/")]
    return verbs


# --- items


@require_http_methods(WRITES)
@login_required
def new_item(request: HttpRequest, key: str) -> HttpResponse:
    by, release = me(request), _to_write(request, key)

    def act(given: dict[str, Any], _: Seen) -> Release:
        items.add(release, by=by, **given)
        return release

    page = Writing("Add an item", "Add it", back=release.get_absolute_url(), done="Added.", kind="service", lead=f"Of {release}.")
    return forming.write(request, NewItemShape, page, act, initial={"version": release.version})


@require_http_methods(WRITES)
@login_required
def edit_item(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    item = get_object_or_404(Item.objects.filter(release=release).select_related("service"), pk=pk)

    def act(given: dict[str, Any], seen: Seen) -> Release:
        items.change(item, given, by=by, seen=seen)
        return release

    page = Writing(
        f"Change what it does to {item.service}",
        "Save",
        back=release.get_absolute_url(),
        done="Saved.",
        kind="service",
        lead=f"Of {release}.",
    )
    return forming.write(request, ItemShape, page, act, thing=item, initial=_artefact_as_typed(item))


def _artefact_as_typed(item: Item) -> dict[str, str]:
    """The newest artefact of an item as its form shows it; an identity that follows from the digest is left unsaid."""
    found = item.artefacts.order_by("-candidate__number").first()
    if found is None:
        return {}
    identity = found.identity if found.identity == Identity.PER_ENVIRONMENT else ""
    return {"artefact_url": found.address, "artefact_digest": found.digest, "artefact_identity": identity}


@require_http_methods(WRITES)
@login_required
def remove_item(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    item = get_object_or_404(Item.objects.filter(release=release).select_related("service"), pk=pk)

    def act(_: dict[str, Any], seen: Seen) -> Release:
        items.remove(item, by=by, seen=seen)
        return release

    page = Writing(
        f"Take {item.service} out",
        "Take it out",
        back=release.get_absolute_url(),
        done=f"{item.service} is out.",
        kind="service",
        question=f"{release} no longer changes {item.service}, and what it put at its first stop is forgotten. Take it out?",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=item)


# --- candidates


@require_http_methods(WRITES)
@login_required
def new_candidate(request: HttpRequest, key: str) -> HttpResponse:
    by, release = me(request), _to_write(request, key)

    def act(given: dict[str, Any], _: Seen) -> Release:
        candidates.new(release, by=by, **given)
        return release

    page = Writing(
        "New candidate",
        "Make the candidate",
        back=release.get_absolute_url(),
        done="The candidate is there.",
        kind="release",
        lead=f"The next build of {release}. Promotions that are only drafts carry it from then on.",
    )
    rows = [{"service": item.service} for item in release.items.select_related("service").order_by("service__slug")]
    initial = {"artefacts": rows} if len(rows) == 1 else {}
    return forming.write(request, CandidateShape, page, act, initial=initial)


# --- contributions


@require_http_methods(WRITES)
@login_required
def new_contribution(request: HttpRequest, key: str) -> HttpResponse:
    """Both sides come here; `?output=` fills in which."""
    by, release = me(request), _visible(request, key)
    carries = rules.may_write_release(by, release)
    forming.allow(carries or project_rules.writes_something(by), contributions.NOT_YOURS_TO_OFFER)

    def act(given: dict[str, Any], _: Seen) -> Release:
        contributions.offer(release, by=by, **given)
        return release

    words = ("Carry an output", "Carry it", "It carries the output.") if carries else ("Offer an output", "Offer it", "Offered.")
    page = Writing(words[0], words[1], back=release.get_absolute_url(), done=words[2], kind="output", lead=f"To {release}.")
    initial = {name: request.GET[name] for name in ("output",) if name in request.GET}
    return forming.write(request, NewContributionShape, page, act, initial=initial)


@require_http_methods(WRITES)
@login_required
def offer_output(request: HttpRequest, pk: int) -> HttpResponse:
    """From the output's own page, to a release; `?release=` fills in which."""
    by = me(request)
    output: Output = get_object_or_404(Output.objects.visible_to(by).with_project(), pk=pk)
    forming.allow(may_offer(by, output), contributions.NOT_YOURS_TO_OFFER)

    def act(given: dict[str, Any], _: Seen) -> Output:
        contributions.offer(given.pop("release"), output, by=by, **given)
        return output

    page = Writing(
        f"Offer {output.name} to a release",
        "Offer it",
        back=output.get_absolute_url(),
        done="Offered.",
        kind="output",
        lead="What it is offered to decides; release managers carry it at once.",
    )
    initial = {name: request.GET[name] for name in ("release",) if name in request.GET}
    return forming.write(request, OfferShape, page, act, initial=initial)


def may_offer(by: Any, output: Output) -> bool:
    """Whether there may be a release to which `by` can offer the output."""
    return project_rules.may_write_output(by, output) or rules.may_plan_something(by)


@require_http_methods(WRITES)
@login_required
def edit_contribution(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found = me(request), _contribution(request, key, pk)
    forming.allow(rules.may_write_contribution(by, found), contributions.ASK_THE_RELEASE)

    def act(given: dict[str, Any], seen: Seen) -> Release:
        contributions.change(found, given, by=by, seen=seen)
        return found.release

    page = Writing(
        f"How {found.output.name} feeds {found.release}",
        "Save",
        back=found.release.get_absolute_url(),
        done="Saved.",
        kind="output",
    )
    return forming.write(request, ContributionShape, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def decide_contribution(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Accept or decline; `?outcome=` is the first choice."""
    by, found = me(request), _contribution(request, key, pk)
    forming.allow(rules.may_write_release(by, found.release), opening.NOT_YOURS)

    def act(given: dict[str, Any], seen: Seen) -> Release:
        contributions.decide(found, by=by, seen=seen, **given)
        return found.release

    page = Writing(
        f"Does {found.release} carry {found.output.name}?",
        "Decide",
        back=found.release.get_absolute_url(),
        done="Decided.",
        kind="output",
    )
    return forming.write(
        request, DecisionShape, page, act, thing=found, initial={"outcome": request.GET.get("outcome", "accepted")}
    )


@require_http_methods(WRITES)
@login_required
def withdraw_contribution(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found = me(request), _contribution(request, key, pk)
    forming.allow(rules.may_write_contribution(by, found), contributions.ASK_THE_RELEASE)

    def act(_: dict[str, Any], seen: Seen) -> Release:
        contributions.withdraw(found, by=by, seen=seen)
        return found.release

    page = Writing(
        f"Take {found.output.name} out",
        "Take it out",
        back=found.release.get_absolute_url(),
        done="Taken out.",
        kind="output",
        question=f"{found.output.name} no longer feeds {found.release}; both stay as they are otherwise. Take it out?",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


# --- prerequisites


@require_http_methods(WRITES)
@login_required
def new_prerequisite(request: HttpRequest, key: str) -> HttpResponse:
    by, release = me(request), _to_write(request, key)

    def act(given: dict[str, Any], _: Seen) -> Release:
        prerequisites.add(release, by=by, **given)
        return release

    page = Writing(
        "Add a prerequisite", "Add it", back=release.get_absolute_url(), done="Added.", kind="release", lead=f"Of {release}."
    )
    return forming.write(request, PrerequisiteShape, page, act)


@require_http_methods(WRITES)
@login_required
def remove_prerequisite(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    found = get_object_or_404(Prerequisite.objects.filter(release=release), pk=pk)

    def act(_: dict[str, Any], seen: Seen) -> Release:
        prerequisites.remove(found, by=by, seen=seen)
        return release

    page = Writing(
        "Remove a prerequisite",
        "Remove it",
        back=release.get_absolute_url(),
        done="Removed.",
        kind="release",
        question=f"{release} may then go live before the other release does. Remove it?",
        is_grave=True,
    )
    return forming.write(request, Nothing, page, act, thing=found)


def _visible(request: HttpRequest, key: str) -> Release:
    found: Release = get_object_or_404(Release.objects.visible_to(request.user).with_key(key).with_references())
    return found


def _to_write(request: HttpRequest, key: str) -> Release:
    found = _visible(request, key)
    forming.allow(rules.may_write_release(me(request), found), opening.NOT_YOURS)
    return found


def _contribution(request: HttpRequest, key: str, pk: int) -> Contribution:
    """A contribution of which the reader may see both ends."""
    release = _visible(request, key)
    outputs = Output.objects.visible_to(request.user)
    carried = Contribution.objects.filter(release=release, output__in=outputs).select_related("output__project", "release")
    found: Contribution = get_object_or_404(carried, pk=pk)
    return found
