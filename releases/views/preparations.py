"""Whom a release affects and what they need: on its page, on the page of a gate that follows from it, and the pages that write it."""

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from common import forming, markdown, pages
from common.forming import Nothing, Verb, Writing
from common.pages import me
from common.rows import Seen
from releases import rules
from releases.actions import audiences as on_audiences
from releases.actions import preparations as actions
from releases.actions.opening import NOT_YOURS
from releases.forms.preparations import AudienceShape, DoneShape, PreparationShape
from releases.models import Audience, Gate, Preparation, Release
from releases.queries.preparations import audiences_of, follows, of_releases, preparations_of
from releases.vocabulary import ENDED, GateState, PreparationNeed

WRITES: Final = ["GET", "HEAD", "POST"]


@dataclass(frozen=True)
class Row:
    """One thing that an audience needs, and what the reader may do with it. `is_late`: it lies behind, and is not done."""

    preparation: Preparation
    is_late: bool
    verbs: list[Verb]


@dataclass(frozen=True)
class Shown:
    """An audience with its rows."""

    audience: Audience
    rows: list[Row]
    verbs: list[Verb]


def of_release(request: HttpRequest, release: Release) -> SafeString | None:
    """Whom a release affects and what they need; nothing where nobody is named and the reader could not name anybody."""
    by = me(request)
    may = release.status not in ENDED and rules.may_write_release(by, release)
    found = audiences_of(release)
    if not found and not may:
        return None
    verbs = [Verb("Name an audience", f"{release.get_absolute_url()}audiences/new/")] if may else []
    return _table(request, release, found, verbs)


def of_gate(request: HttpRequest, gate: Gate) -> SafeString | None:
    """What a gate follows from, where it does."""
    if not follows(gate):
        return None
    # While it is open, that is just what stands on top of its page.
    is_told = gate.state == GateState.OPEN
    missing = "" if is_told else of_releases([gate.release_id])[gate.release_id].missing(gate.area)
    context = {"gate": gate, "is_told": is_told, "missing": missing}
    return render_to_string("releases/parts/gate_follows.html", context, request)


def _table(
    request: HttpRequest, release: Release, found: list[tuple[Audience, list[Preparation]]], verbs: list[Verb]
) -> SafeString:
    by = me(request)
    shown = [_shown(release, audience, own, by) for audience, own in found]
    context = {"release": release, "shown": shown, "verbs": verbs, "zone": pages.zone_quietly(request)}
    return render_to_string("releases/parts/audiences.html", context, request)


def _shown(release: Release, audience: Audience, own: list[Preparation], by: User) -> Shown:
    audience.release, now = release, timezone.now()
    rows = []
    for each in own:
        each.audience = audience
        is_late = each.done_at is None and each.starts_at is not None and (each.ends_at or each.starts_at) <= now
        rows.append(Row(each, is_late, _verbs(each, by)))
    may = release.status not in ENDED and rules.may_write_release(by, release)
    needs_nothing = any(each.need == PreparationNeed.NOTHING for each in own)
    verbs = [Verb("Say what they need", f"{audience.get_absolute_url()}preparations/new/")] if may and not needs_nothing else []
    return Shown(audience, rows, verbs)


def _verbs(preparation: Preparation, by: User) -> list[Verb]:
    release = preparation.audience.release
    if release.status in ENDED:
        return []
    base, verbs = f"{release.get_absolute_url()}preparations/{preparation.pk}/", list[Verb]()
    if preparation.need != PreparationNeed.NOTHING and rules.may_finish(by, preparation):
        words, place = ("Done…", "completion/") if preparation.done_at is None else ("Not done…", "reopening/")
        verbs.append(Verb(words, f"{base}{place}"))
    if preparation.done_at is None and rules.may_write_release(by, release):
        verbs += [Verb("Change", f"{base}edit/"), Verb("Take out…", f"{base}removal/")]
    return verbs


# --- audiences


@login_required
@require_safe
def audience(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """One audience: who they are, the release notes for them, what they need."""
    found = _audience(request, key, pk)
    by, base = me(request), found.get_absolute_url()
    may = found.release.status not in ENDED and rules.may_write_release(by, found.release)
    shown = _shown(found.release, found, preparations_of(found), by)
    context = {
        "audience": found,
        "release": found.release,
        "notes": markdown.render(found.notes) if found.notes else "",
        "shown": [shown],
        "verbs": [Verb("Change", f"{base}edit/"), Verb("Take out…", f"{base}removal/")] if may else [],
        "note_verbs": [
            Verb("Edit" if found.notes else "Write", f"{base}edit/"),
            Verb("Draft anew…" if found.notes else "Draft…", f"{base}draft/"),
        ]
        if may
        else [],
    }
    return pages.show(request, "releases/audience.html", context)


@require_http_methods(WRITES)
@login_required
def new_audience(request: HttpRequest, key: str) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    page = Writing(
        "Name an audience",
        "Name them",
        back=release.get_absolute_url(),
        done="Named. Say what they need, if only that they need nothing.",
        kind="release",
        lead=f"Who is affected by {release}, and has to be told or taught?",
    )
    return forming.write(request, AudienceShape, page, lambda given, _: on_audiences.add(release, by=by, **given))


@require_http_methods(WRITES)
@login_required
def edit_audience(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    found = _of(release, pk)
    page = Writing(
        f"Change {found}", "Save", back=found.get_absolute_url(), done="Saved.", kind="release", lead=f"Affected by {release}."
    )
    return forming.write(
        request, AudienceShape, page, lambda given, seen: on_audiences.change(found, given, by=by, seen=seen), thing=found
    )


@require_http_methods(WRITES)
@login_required
def remove_audience(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    found = _of(release, pk)

    def act(_: dict[str, Any], seen: Seen) -> Release:
        on_audiences.remove(found, by=by, seen=seen)
        return release

    question = f"What was planned for {found}, and the release notes for them, go with it. Take them out?"
    page = _grave(f"Take {found} out", "Take them out", found.get_absolute_url(), "Taken out.", question)
    return forming.write(request, Nothing, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def draft_notes(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Asks before notes go that somebody wrote."""
    by, release = me(request), _to_write(request, key)
    found = _of(release, pk)
    is_written = bool(found.notes) and not found.is_drafted
    writes_over = "Somebody wrote the notes that are there, and the draft takes their place. " if is_written else ""
    page = Writing(
        f"Draft release notes for {found}",
        "Draft them",
        back=found.get_absolute_url(),
        done="Drafted. Make them theirs: say what changes for them.",
        kind="release",
        question=f"{writes_over}A draft names what {release} brings and changes; its words are for you to find. Draft them?",
        is_grave=is_written,
    )

    def act(_: dict[str, Any], seen: Seen) -> Audience:
        # What the page asked about is what `seen` stands for: notes written since then are not written over.
        return on_audiences.draft_notes(found, overwrite=is_written and seen is not None, by=by, seen=seen)

    return forming.write(request, Nothing, page, act, thing=found)


# --- what they need


@require_http_methods(WRITES)
@login_required
def new_preparation(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    found = _of(release, pk)

    def act(given: dict[str, Any], _: Seen) -> Release:
        actions.plan(found, by=by, **given)
        return release

    page = Writing(
        f"What {found} needs",
        "Say it",
        back=release.get_absolute_url(),
        done="Saved.",
        kind="training",
        lead=f"Before {release} comes. When and by whom may follow later.",
    )
    return forming.write(request, PreparationShape, page, act)


@require_http_methods(WRITES)
@login_required
def edit_preparation(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    found = _preparation(release, pk)

    def act(given: dict[str, Any], seen: Seen) -> Release:
        actions.change(found, given, by=by, seen=seen)
        return release

    page = Writing(f"What {found.audience} needs", "Save", back=release.get_absolute_url(), done="Saved.", kind="training")
    return forming.write(request, PreparationShape, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def remove_preparation(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, release = me(request), _to_write(request, key)
    found = _preparation(release, pk)

    def act(_: dict[str, Any], seen: Seen) -> Release:
        actions.remove(found, by=by, seen=seen)
        return release

    question = f"{found.audience} then no longer needs this, and it leaves the calendar. Take it out?"
    page = _grave(f"Take out {_called(found)}", "Take it out", release.get_absolute_url(), "Taken out.", question)
    return forming.write(request, Nothing, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def finish_preparation(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found = me(request), _to_finish(request, key, pk)

    def act(given: dict[str, Any], seen: Seen) -> Release:
        actions.finish(found, by=by, at=timezone.now(), seen=seen, **given)
        return found.audience.release

    page = Writing(
        f"{_called(found)} is done",
        "Mark it as done",
        back=found.audience.release.get_absolute_url(),
        done="Done.",
        kind="training",
        lead=f"For {found.audience} of {found.audience.release}.",
    )
    return forming.write(request, DoneShape, page, act, thing=found)


@require_http_methods(WRITES)
@login_required
def reopen_preparation(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    by, found = me(request), _to_finish(request, key, pk)

    def act(_: dict[str, Any], seen: Seen) -> Release:
        actions.reopen(found, by=by, seen=seen)
        return found.audience.release

    question = "Gates that follow from it are open again, and approvals that saw them passed are void. Was it not done?"
    back = found.audience.release.get_absolute_url()
    page = _grave(f"{_called(found)} is not done", "It was not done", back, "It is not done.", question)
    return forming.write(request, Nothing, page, act, thing=found)


def _grave(title: str, verb: str, back: str, done: str, question: str) -> Writing:
    return Writing(title, verb, back=back, done=done, kind="training", question=question, is_grave=True)


def _called(preparation: Preparation) -> str:
    words = preparation.get_need_display()
    return f"{words} “{preparation.about}”" if preparation.about else words


def _visible(request: HttpRequest, key: str) -> Release:
    found: Release = get_object_or_404(Release.objects.visible_to(request.user).with_key(key).with_references())
    return found


def _to_write(request: HttpRequest, key: str) -> Release:
    found = _visible(request, key)
    forming.allow(rules.may_write_release(me(request), found), NOT_YOURS)
    return found


def _of(release: Release, pk: int) -> Audience:
    found: Audience = get_object_or_404(Audience.objects.filter(release=release), pk=pk)
    found.release = release
    return found


def _audience(request: HttpRequest, key: str, pk: int) -> Audience:
    return _of(_visible(request, key), pk)


def _preparation(release: Release, pk: int) -> Preparation:
    found: Preparation = get_object_or_404(Preparation.objects.filter(audience__release=release).with_references(), pk=pk)
    return found


def _to_finish(request: HttpRequest, key: str, pk: int) -> Preparation:
    found = _preparation(_visible(request, key), pk)
    forming.allow(rules.may_finish(me(request), found), actions.NOT_YOURS_TO_FINISH)
    return found
