"""What was shown at gates, and whether it still holds for a candidate.

What is shown speaks for the build it was shown of: for all its items, or for one of them. It goes on holding for each item that is
the same still, and whose needs (other items that its service depends on) are too; for the others it is lost, and has to be shown
anew. What a gate of training, communication, customer preparation or scheduling is shown speaks for the release and not for a
build: it goes on holding.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from policies.vocabulary import REPORTS, EvidenceKind, GateArea
from releases.evidence import judging
from releases.models import Evidence, Gate
from releases.queries.builds import Build, builds_of

#: The areas whose evidence is about what was built.
OF_BUILDS: Final = frozenset({GateArea.TESTING, GateArea.ACCEPTANCE, GateArea.CODE_SECURITY})
_WANTED: Final = {
    EvidenceKind.NOTE: "a note",
    EvidenceKind.LINK: "a link",
    EvidenceKind.FILE: "a file",
    EvidenceKind.JUNIT: "a test report (JUnit XML)",
    EvidenceKind.SARIF: "a scan report (SARIF)",
    EvidenceKind.SBOM: "a component list (CycloneDX or SPDX)",
}
#: Kinds that nobody shows: nothing is wanted, or it follows from rows of its own.
NOT_SHOWN: Final = frozenset({EvidenceKind.NOTHING, EvidenceKind.PREPARATIONS})


@dataclass(frozen=True)
class Held:
    """What a gate has been shown, as far as it holds for one candidate.

    `is_enough`: what the rule asks to be shown is there, holds, and meets its threshold; else `sentence` says what is missing.
    `holding` is what holds for at least one item (newest first), `lost` what was shown of another build and holds for none.
    """

    is_enough: bool
    sentence: str
    holding: tuple[Evidence, ...] = ()
    lost: tuple[Evidence, ...] = ()


def holding(asked: Iterable[tuple[Gate, int | None]]) -> dict[tuple[int, int | None], Held]:
    """What holds at gates for candidates: by (gate id, candidate id). At most four queries, and one where nothing was shown.

    The gates come with their rules. Without a candidate, everything that was shown holds.
    """
    pairs = list(asked)
    shown: dict[int, list[Evidence]] = defaultdict(list)
    rows = Evidence.objects.filter(gate__in={gate.pk for gate, _ in pairs}).order_by("-id")
    for each in rows.select_related("by", "item__service", "candidate"):
        shown[each.gate_id].append(each)
    of_builds = {candidate for gate, candidate in pairs if candidate and gate.area in OF_BUILDS and shown[gate.pk]}
    builds = builds_of(of_builds) if of_builds else {}
    return {(gate.pk, candidate): judge(gate, shown[gate.pk], builds.get(candidate or 0)) for gate, candidate in pairs}


def judge(gate: Gate, shown: Sequence[Evidence], build: Build | None) -> Held:
    """What holds of what was `shown` at a gate (newest first) for a build; None where it doesn't depend on one."""
    kind = gate.rule.evidence if gate.rule else EvidenceKind.NOTHING
    covered = {each.pk: covers(each, gate, build) for each in shown}
    holds = tuple(each for each in shown if covered[each.pk])
    lost = tuple(each for each in shown if not covered[each.pk])
    sentence = "" if kind in NOT_SHOWN else _missing(EvidenceKind(kind), holds, lost, covered, build)
    return Held(not sentence, sentence, holds, lost)


def covers(evidence: Evidence, gate: Gate, build: Build | None) -> frozenset[str]:
    """For which items what was shown holds, by their ids as text; `*` stands for a release without any, or for the whole of it."""
    if build is None or gate.area not in OF_BUILDS:
        return frozenset("*")
    then: Mapping[str, str] = evidence.stands_for
    same = {item for item, mark in build.builds.items() if then.get(item) == mark}
    own = {str(evidence.item_id)} if evidence.item_id else set(build.builds)
    found = {item for item in own & same if build.needs.get(item, frozenset()) <= same}
    # What was shown before anything was known to be in the release holds as long as nothing is.
    return frozenset(found) if build.builds else frozenset("*")


def _missing(
    kind: EvidenceKind,
    holds: Sequence[Evidence],
    lost: Sequence[Evidence],
    covered: Mapping[int, frozenset[str]],
    build: Build | None,
) -> str:
    wanted = _WANTED[kind]
    own = [each for each in holds if each.kind == kind]
    is_one = build is None or not build.builds or any("*" in covered[each.pk] for each in own)
    items = ["*"] if build is None or is_one else sorted(build.builds, key=int)
    # The newest that covers an item speaks for it.
    latest = {item: next((each for each in own if item in covered[each.pk]), None) for item in items}
    without = [item for item, each in latest.items() if each is None]
    if without:
        if items == ["*"] or len(without) == len(items):
            again = " What was shown is of another build." if any(each.kind == kind for each in lost) else ""
            return f"It has not been shown {wanted}.{again}"
        names = ", ".join(build.names[item] for item in without) if build else ""
        return f"It has not been shown {wanted} of {names} as it is in this candidate."
    short = next((each for each in latest.values() if each and each.falls_short), None)
    if short is None:
        return ""
    of = f" of {short.item.service}" if short.item else ""
    return f"The latest {wanted.partition(' ')[2]}{of} falls short. {short.falls_short}"


def losses(release: int, before: int, after: int) -> dict[int, tuple[Evidence, ...]]:
    """What the gates of a release lose when its candidate `after` follows `before`: by gate, what held for more items than it does."""
    gates = {gate.pk: gate for gate in Gate.objects.asked().filter(release=release, area__in=OF_BUILDS)}
    shown = list(Evidence.objects.filter(gate__in=gates).order_by("-id")) if gates else []
    if not shown:
        return {}
    builds = builds_of({before, after})
    lost: dict[int, list[Evidence]] = defaultdict(list)
    for each in shown:
        gate = gates[each.gate_id]
        if covers(each, gate, builds[before]) - covers(each, gate, builds[after]):
            lost[gate.pk].append(each)
    return {gate: tuple(found) for gate, found in lost.items()}


def in_words(evidence: Evidence) -> str:
    """What a report comes to in one line; empty for notes, links and files."""
    return judging.in_words(evidence.kind, evidence.counts) if evidence.kind in REPORTS else ""


def known_digests(digests: Collection[str]) -> set[str]:
    """Those of these digests whose files are shown somewhere."""
    found: Any = Evidence.objects.filter(digest__in=digests).values_list("digest", flat=True)
    return set(found)
