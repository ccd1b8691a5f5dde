"""Verbs on evidence: showing something at a gate. It is never changed; what is shown later speaks in its place."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from common.bounded import Unfit
from common.locks import Lock, take
from common.refusals import BadInput, Conflict, NotAllowed, RuleBroken
from common.rows import Seen, expect_seen
from history.deeds import deed, record
from policies.vocabulary import REPORTS, EvidenceKind
from releases import evidence as reports
from releases import rules
from releases.actions import candidates
from releases.actions.opening import expect_open, locked
from releases.evidence import judging, sniffing, storing
from releases.models import Evidence, Gate, Item
from releases.queries.builds import builds_of
from releases.queries.evidence import NOT_SHOWN, known_digests

NOT_YOURS: Final = "Only the release's side, and those whose gate it is, may show something at this gate."
_TOO_LARGE: Final = f"A file is at most {storing.GREATEST_SIZE // 1_000_000} MB; show what is needed of it, or link to it."


@dataclass(frozen=True)
class _Came:
    """A file that was looked at: under which name, where it lies for now, and what it counts."""

    name: str
    received: storing.Received
    counts: dict[str, Any]


def show(
    gate: Gate,
    *,
    kind: str,
    by: User,
    at: datetime,
    note: str = "",
    url: str = "",
    file: "File[Any] | None" = None,
    item: Item | None = None,
    seen: Seen = None,
) -> Evidence:
    """Show something at a gate, of the newest candidate: a note, a link, a file or a report; with an `item`, of it alone.

    A file is looked at before anything is locked, in a process of its own, and kept only if everything else is right. Raises
    NotAllowed, BadInput for what does not fit its kind, RuleBroken for a file that cannot be read or is harmful (nothing of it is
    kept), Stale, and Conflict when the gate is asked no more or the release is over.
    """
    _expect_may(gate, by)
    _expect_shape(kind, note, url, file)
    if file is None:
        return _show(gate, kind=kind, by=by, at=at, note=note, url=url, item=item, seen=seen)
    with _looked_at(kind, file) as came:
        return _show(gate, kind=kind, by=by, at=at, note=note, url=url, item=item, seen=seen, came=came)


@deed
def _show(
    gate: Gate,
    *,
    kind: str,
    by: User,
    at: datetime,
    note: str,
    url: str,
    item: Item | None,
    seen: Seen,
    came: _Came | None = None,
) -> Evidence:
    release = locked(gate.release)
    gate = Gate.objects.select_for_update(no_key=True, of=("self",)).select_related("rule").get(pk=gate.pk)
    gate.release = release
    _expect_may(gate, by)
    expect_seen(gate, seen)
    expect_open(release)
    if not gate.is_asked:
        raise Conflict("Neither the policies nor the items of the release ask for this gate any more; nothing has to be shown.")
    if item is not None and item.release_id != release.pk:
        raise RuleBroken("The item is of another release.", errors={"item": ["Choose an item of this release."]})
    candidate = candidates.current(release)
    threshold = gate.rule.threshold if gate.rule and gate.rule.evidence == kind else {}
    made: Evidence = Evidence.objects.create(
        gate=gate,
        candidate=candidate,
        item=item,
        stands_for=dict(builds_of([candidate.pk])[candidate.pk].builds),
        kind=kind,
        note=note,
        url=url,
        by=by,
        at=at,
        **(_columns(kind, came, threshold) if came else {}),
    )
    if came:
        # Until the end of the transaction, so that the row is there before anybody sweeps.
        _lock_files(shared=True)
        storing.keep(came.received)
    template = "{actor} showed evidence at {subject} of {release}"
    short = bool(made.falls_short)
    record(gate, "shown_evidence", by=by, template=template, release=release, kind_of_evidence=kind, falls_short=short)
    made.refresh_from_db()
    return made


def sweep() -> int:
    """Delete files that nothing refers to, left by transactions that came to nothing. Gives how many."""
    with transaction.atomic():
        _lock_files(shared=False)
        return storing.sweep(known_digests)


def _expect_may(gate: Gate, by: User) -> None:
    if not rules.may_show_evidence(by, gate):
        raise NotAllowed(NOT_YOURS)


def _expect_shape(kind: str, note: str, url: str, file: Any) -> None:
    """What each kind is made of. A note may stand beside everything."""
    if kind not in EvidenceKind.values or kind in NOT_SHOWN:
        there = ", ".join(each.value for each in EvidenceKind if each not in NOT_SHOWN)
        raise BadInput(f"What is shown is one of {there}.", errors={"kind": [f"This is one of {there}."]})
    needed = {EvidenceKind.NOTE: ("note", note), EvidenceKind.LINK: ("link", url)}.get(EvidenceKind(kind), ("file", file))
    if not needed[1]:
        words = {"note": "Write the note.", "link": "Write the address.", "file": "Choose the file."}[needed[0]]
        raise BadInput(f"There is nothing to show: {words}", errors={needed[0]: [words]})
    for name, given in (("link", url), ("file", file)):
        if given and needed[0] != name:
            words = f"What is shown as a {kind} has no {name}; leave it out, or choose another kind."
            raise BadInput(words, errors={name: [words]})
    if url and not is_link(url):
        words = "A link begins with http:// or https:// and a host, and has no spaces; correct it."
        raise BadInput(words, errors={"link": [words]})


def is_link(url: str) -> bool:
    """Whether a browser may be sent there: http or https, to a host, nothing in it that is not seen."""
    if any(letter.isspace() or not letter.isprintable() for letter in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


@contextmanager
def _looked_at(kind: str, file: "File[Any]") -> Iterator[_Came]:
    """A file that came, found harmless and read if it is a report; gone at the end unless it was kept."""
    name = _name_of(str(file.name or ""))
    if (file.size or 0) > storing.GREATEST_SIZE:
        raise too_large()
    try:
        with storing.received(file.chunks()) as came:
            if not came.size:
                raise _refused("The file is empty; choose the one that has something in it.")
            yield _Came(name, came, _read(kind, name, came.path))
    except storing.TooLarge:
        raise too_large() from None
    except Unfit as unfit:
        raise _refused(unfit.problem) from None


def _read(kind: str, name: str, path: Path) -> dict[str, Any]:
    if kind in REPORTS:
        return reports.read(kind, path)
    with path.open("rb") as stream:
        sniffing.refuse_harmful(name, stream.read(sniffing.ENOUGH))
    return {}


def _name_of(given: str) -> str:
    """A file's name as it may be shown. Raises RuleBroken for one that could be more than a name."""
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2].strip())
    if not name.isprintable() or set(name) & set('<>"|*?:'):
        raise _refused("The name of the file holds signs that no file should be called by, such as < or >; rename it.")
    if len(name) > storing.LONGEST_NAME:
        raise _refused(f"The name of the file is longer than {storing.LONGEST_NAME} letters; rename it.")
    return name or "file"


def too_large() -> RuleBroken:
    """The refusal of more than a file may hold."""
    return _refused(_TOO_LARGE, status=413)


def _refused(sentence: str, *, status: int = 422) -> RuleBroken:
    refusal = RuleBroken(sentence, errors={"file": [sentence]})
    if status == 413:
        refusal.status, refusal.title = 413, "Too large"
    return refusal


def _columns(kind: str, came: _Came, threshold: dict[str, int]) -> dict[str, Any]:
    return {
        "digest": came.received.digest,
        "size": came.received.size,
        "file_name": came.name,
        "counts": came.counts,
        "falls_short": judging.falls_short(kind, came.counts, threshold)[:500],
    }


def _lock_files(*, shared: bool) -> None:
    """Putting a file where it stays, and sweeping, never at the same time; until the transaction ends."""
    take(Lock.EVIDENCE, shared=shared)
