"""The words of policies. Releases use the words by which policies select them too, and take them from here."""

from django.db import models


class Urgency(models.TextChoices):
    PLANNED = "planned"
    BREAK_FIX = "break_fix", "break-fix"
    MAINTENANCE = "maintenance"


class Size(models.TextChoices):
    """Standard: pre-approved."""

    STANDARD = "standard"
    MINOR = "minor"
    MAJOR = "major"


class Risk(models.TextChoices):
    """Empty means not assessed; policies treat that as high."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Nature(models.TextChoices):
    SOFTWARE = "software"
    HARDWARE = "hardware"
    BOTH = "both", "software and hardware"


class GateArea(models.TextChoices):
    """The seven areas in which every release meets the same standards."""

    TESTING = "testing"
    ACCEPTANCE = "acceptance"
    SCHEDULING = "scheduling"
    CODE_SECURITY = "code_security", "code security"
    TRAINING = "training"
    COMMUNICATION = "communication"
    CUSTOMER_PREPARATION = "customer_preparation", "customer preparation"


class EvidenceKind(models.TextChoices):
    """What a gate asks for. Reports are parsed into counts, which the rule's threshold judges; preparations are rows of their own."""

    NOTHING = "nothing"
    NOTE = "note"
    LINK = "link"
    FILE = "file"
    JUNIT = "junit", "test report (JUnit XML)"
    SARIF = "sarif", "scan report (SARIF)"
    SBOM = "sbom", "component list (CycloneDX or SPDX)"
    PREPARATIONS = "preparations", "what the audiences need"


#: The areas whose gates may follow from what audiences need.
PREPARED = (GateArea.TRAINING, GateArea.COMMUNICATION, GateArea.CUSTOMER_PREPARATION)

REPORTS = frozenset({EvidenceKind.JUNIT, EvidenceKind.SARIF, EvidenceKind.SBOM})

#: What a threshold may say of a kind of report, and the words of its sentence: `at least` or `at most` so many.
THRESHOLDS: dict[str, dict[str, str]] = {
    EvidenceKind.JUNIT: {
        "least_tests": "at least {n} tests",
        "most_failed": "at most {n} failed or in error",
        "most_skipped": "at most {n} skipped",
    },
    EvidenceKind.SARIF: {"most_errors": "at most {n} results of level error", "most_warnings": "at most {n} of level warning"},
    EvidenceKind.SBOM: {"least_components": "at least {n} components"},
}


def threshold_words(kind: str, threshold: dict[str, int]) -> str:
    """What a threshold asks, in words: `at least 100 tests, at most 0 failed or in error`; empty when nothing."""
    known = THRESHOLDS.get(kind, {})
    return ", ".join(words.format(n=threshold[name]) for name, words in known.items() if name in threshold)
