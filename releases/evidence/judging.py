"""What counts are in words, and how they fall short of what a rule asks."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from policies.vocabulary import THRESHOLDS, EvidenceKind

#: What each bound of a threshold looks at.
_LOOKS_AT: Final[Mapping[str, Callable[[Mapping[str, Any]], int]]] = {
    "least_tests": lambda counts: int(counts["tests"]),
    "most_failed": lambda counts: int(counts["failed"] + counts["errored"]),
    "most_skipped": lambda counts: int(counts["skipped"]),
    "most_errors": lambda counts: int(counts["errors"]),
    "most_warnings": lambda counts: int(counts["warnings"]),
    "least_components": lambda counts: int(counts["components"]),
}
_SAID: Final = {
    EvidenceKind.JUNIT: ("tests", "passed", "failed", "errored", "skipped"),
    EvidenceKind.SARIF: ("results", "errors", "warnings", "notes", "suppressed"),
    EvidenceKind.SBOM: ("components", "files", "dependencies", "vulnerabilities"),
}
_WORDS: Final = {"errored": "in error"}


def falls_short(kind: str, counts: Mapping[str, Any], threshold: Mapping[str, int]) -> str:
    """Why the counts of a report do not meet a threshold, in a sentence; empty when they do, or when none is asked."""
    missed = []
    for name, words in THRESHOLDS.get(kind, {}).items():
        bound = threshold.get(name)
        if bound is None:
            continue
        there = _LOOKS_AT[name](counts)
        if there < bound if name.startswith("least_") else there > bound:
            missed.append(f"{words.format(n=f'{bound:,}')}, and there are {there:,}")
    return f"Asked is {'; '.join(missed)}." if missed else ""


def in_words(kind: str, counts: Mapping[str, Any]) -> str:
    """The counts of a report in one line; empty for what is no report."""
    said = [f"{counts[name]:,} {_WORDS.get(name, name)}" for name in _SAID.get(EvidenceKind(kind), ()) if name in counts]
    return f"{counts.get('format', '')}: {', '.join(said)}" if said else ""
