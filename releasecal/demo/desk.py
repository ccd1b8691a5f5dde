"""What people do day by day, by the verbs: show and decide what stands at gates, say yes to promotions.

What somebody does at one sitting is one deed, as it would be for them: one event with several facts.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.files.base import ContentFile

from accounts.models import User
from accounts.vocabulary import Role
from history.deeds import deed
from policies.models import GateRule
from policies.queries import standards
from policies.vocabulary import EvidenceKind
from releasecal.demo import papers
from releases.actions import approvals, evidence, gates
from releases.models import Gate, Item, Promotion, Release
from releases.queries import digests
from releases.vocabulary import ApprovalDecision, GateOutcome

#: Who decides for a role or a team (by its short name): somebody to sign in as.
_DECIDES: Final[Mapping[str, str]] = {
    Role.RELEASE_MANAGER: "release",
    Role.PMO: "pmo",
    Role.ENVIRONMENT_MANAGER: "environment",
    "security": "security",
}
_REPORTS: "Final[Mapping[str, Callable[[Sequence[str], str], ContentFile[bytes]]]]" = {
    EvidenceKind.JUNIT: papers.tests,
    EvidenceKind.SARIF: papers.scan,
    EvidenceKind.SBOM: papers.components,
}
#: What is written at gates that ask for a note, by the short name of their rule.
_NOTES: Final[Mapping[str, str]] = {
    "accepted": "Tried on Acceptance for two days by those who asked for it, with bookings of last month. They want it as it is.",
    "users-told": "Notice to the service desk and to everybody who works with it; the page with questions and answers is in the wiki.",
    "people-trained": "Everybody on the list was there, the night shift on the second date.",
    "customers-ready": "Each of them has confirmed in writing that their side is ready.",
    "looked-back": "What broke, why no test found it, and what watches over it from now on stands in the wiki.",
}
_WIKI: Final = "https://wiki.meridian.example/releases"


@dataclass(frozen=True)
class Sitting:
    """The gates of a release at an instant (UTC); what `leave` names (codes of rules) stays open."""

    release: Release
    at: datetime
    leave: Collection[str] = ()


def pass_gates(sittings: Iterable[Sitting], persons: Mapping[str, User]) -> None:
    """Have those whose gates they are show what is asked, and pass them.

    A component list is shown also where it is left for later to decide. Gates that follow from what audiences need are none of these.
    """
    asked = {sitting.release.pk: sitting for sitting in sittings}
    waiting = Gate.objects.filter(release__in=asked).asked().with_rules().order_by("release_id", "id")
    by_person: dict[str, list[tuple[Gate, GateRule]]] = defaultdict(list)
    for gate in waiting:
        if gate.rule is not None and gate.rule.evidence != EvidenceKind.PREPARATIONS:
            by_person[_DECIDES[gate.owner_team.slug if gate.owner_team else gate.owner_role]].append((gate, gate.rule))
    services = services_of(asked)
    for who in sorted(by_person):
        person = persons[who]
        with deed(by=person):
            for gate, rule in by_person[who]:
                sitting = asked[gate.release_id]
                is_left = rule.code in sitting.leave
                if not is_left or rule.evidence == EvidenceKind.SBOM:
                    _show(gate, rule, services[gate.release_id], person, sitting.at)
                if not is_left:
                    gates.decide(gate, outcome=GateOutcome.PASSED, by=person, at=sitting.at)


def services_of(releases: Collection[int]) -> dict[int, list[str]]:
    """By release (id) the short names of the services it changes."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = Item.objects.filter(release__in=releases).order_by("service__slug")
    for release, slug in rows.values_list("release", "service__slug"):
        found[release].append(slug)
    return found


def _show(gate: Gate, rule: GateRule, services: Sequence[str], by: User, at: datetime) -> None:
    """What its rule asks to be shown, and everything ticked on its list."""
    release = gate.release
    given: dict[str, Any] = {}
    if rule.evidence in _REPORTS:
        given = {"file": _REPORTS[rule.evidence](services, release.version)}
    elif rule.evidence == EvidenceKind.NOTE:
        given = {"note": _NOTES[rule.code]}
    if given:
        evidence.show(gate, kind=rule.evidence, by=by, at=at, **given)
    if rule.checklist:
        page = f"{_WIKI}/{release.name.lower().replace(' ', '-')}-{release.version}"
        evidence.show(gate, kind=EvidenceKind.LINK, url=page, note="The plan of the night, with names.", by=by, at=at)
        gates.tick(gate, rule.checklist, by=by, at=at)


@dataclass(frozen=True)
class Yes:
    """A yes to what a promotion is now, at an instant (UTC), perhaps on conditions."""

    promotion: Promotion
    at: datetime
    conditions: Sequence[Mapping[str, Any]] = ()


def approve(given: Iterable[Yes], *, by: User, comment: str = "") -> None:
    """Say yes to promotions, one after the other."""
    wanted = {yes.promotion.pk: yes for yes in given}
    found = list(Promotion.objects.filter(pk__in=wanted).with_references().order_by("pk"))
    shown = digests.of(found, standards())
    with deed(by=by):
        for promotion in found:
            approvals.decide(
                promotion,
                decision=ApprovalDecision.APPROVE,
                digest=shown[promotion.pk].digest,
                conditions=wanted[promotion.pk].conditions,
                comment=comment,
                by=by,
                at=wanted[promotion.pk].at,
            )
