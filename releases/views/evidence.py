"""Evidence: what was shown at a gate, on its page; the page on which people show more; and the files, to take away."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from common import forming, pages
from common.forming import Verb, Writing
from common.pages import me
from common.refusals import NotVisible
from common.rows import Seen
from policies.vocabulary import EvidenceKind
from releases import rules
from releases.actions import evidence as actions
from releases.evidence import judging, storing
from releases.forms.evidence import Showable, as_shown, shown_at
from releases.models import Evidence, Gate, Release
from releases.queries.evidence import NOT_SHOWN, Held, holding
from releases.queries.gates import newest_candidates
from releases.vocabulary import ENDED

#: Nothing of what people bring may run, load or embed anything, should a browser show it all the same.
_NOTHING_RUNS: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"


@dataclass(frozen=True)
class Shown:
    """One thing that was shown: what its report counts, in words, and whether it still holds."""

    evidence: Evidence
    counts: str
    holds: bool


def of_gate(request: HttpRequest, gate: Gate) -> SafeString | None:
    """What a gate was shown, and what is still missing; nothing where nothing was and nothing is asked."""
    newest = newest_candidates([gate.release_id]).get(gate.release_id)
    held = holding([(gate, newest)])[gate.pk, newest]
    rows = _rows(held)
    may = gate.is_asked and gate.release.status not in ENDED and rules.may_show_evidence(me(request), gate)
    wanted = gate.rule.evidence if gate.rule else EvidenceKind.NOTHING
    if not rows and not may and wanted in NOT_SHOWN:
        return None
    context = {
        "rows": rows,
        "missing": held.sentence if gate.is_asked else "",
        "verbs": [Verb("Show evidence…", f"{gate.get_absolute_url()}evidence/new/")] if may else [],
        "zone": pages.zone_quietly(request),
    }
    return render_to_string("releases/parts/evidence.html", context, request)


def _rows(held: Held) -> list[Shown]:
    lost = {each.pk for each in held.lost}
    both = sorted((*held.holding, *held.lost), key=lambda each: -each.pk)
    return [Shown(each, judging.in_words(each.kind, each.counts), each.pk not in lost) for each in both]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def show_evidence(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """Show a note, a link, a file or a report; what the gate asks for is the first choice."""
    release = get_object_or_404(Release.objects.visible_to(request.user).with_key(key))
    by, found = me(request), _gate_of(release, pk)
    forming.allow(rules.may_show_evidence(by, found), actions.NOT_YOURS)

    def act(given: dict[str, Any], seen: Seen) -> Gate:
        actions.show(found, by=by, at=timezone.now(), seen=seen, **as_shown(given))
        return found

    wanted = found.rule.evidence if found.rule else ""
    page = Writing(
        f"Show evidence at “{found.name}”",
        "Show it",
        back=found.get_absolute_url(),
        done="Shown.",
        kind="gate",
        lead=found.ask,
    )
    initial = {"kind": wanted if wanted in Showable.values else Showable.NOTE.value}
    return forming.write(request, shown_at(found), page, act, thing=found, initial=initial)


def _gate_of(release: Release, pk: int) -> Gate:
    found: Gate = get_object_or_404(Gate.objects.filter(release=release).with_rules(), pk=pk)
    return found


@require_safe
@login_required
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """The file as it came, to be kept and never to be shown by a browser."""
    found = get_object_or_404(Evidence.objects.visible_to(request.user).exclude(digest=""), pk=pk)
    try:
        file = storing.path_of(found.digest).open("rb")
    except FileNotFoundError:
        raise NotVisible(
            "The file is not where files of evidence lie; ask an administrator to bring it back from a backup."
        ) from None
    response = FileResponse(file, content_type="application/octet-stream")
    response["Content-Disposition"] = _attachment(found.file_name)
    response["Content-Security-Policy"] = _NOTHING_RUNS
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _attachment(name: str) -> str:
    """A file's name for browsers (RFC 6266): in ASCII for the old ones, and as it is."""
    plain = "".join(letter if letter.isascii() and letter.isprintable() and letter not in '"\\%;' else "_" for letter in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
