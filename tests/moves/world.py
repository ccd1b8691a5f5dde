"""The cast of the truth tables, and one promotion, gate and release in each state.

A right is never taken away by another role, the auditor's apart: so `other_roles` has all at once that nothing here is for (who has
none of them may no more), and the auditor belongs to every team that decides.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.test import Client
from django.utils import timezone

from accounts.actions import absences, tokens
from accounts.models import User
from accounts.vocabulary import AccountKind, Role, Scope
from history.deeds import deed, record
from releases.actions import approvals, promotions
from releases.models import Author, Evidence, GateDecision, Promotion, Waiver, WaiverEnd
from releases.vocabulary import GateState, PromotionStatus, ReleaseStatus
from tests import factories
from tests.approving import asks, digest, team_of
from tests.callers import change, in_a_deed

AHEAD: Final = datetime(2031, 3, 4, 20, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
#: Wide enough to start at any moment.
WINDOW: Final = {"approved_from": datetime(2020, 1, 1, tzinfo=UTC), "approved_until": AHEAD + 9 * HOUR}
_OTHERS: Final = (Role.PROJECT_MANAGER, Role.PMO, Role.ENVIRONMENT_MANAGER, Role.POLICY_OWNER, Role.ADMINISTRATOR)
#: By the name of a column, the roles of who stands in it.
ROLES: Final[dict[str, tuple[str, ...]]] = {
    "other_roles": _OTHERS,
    "auditor": (Role.AUDITOR,),
    "release_manager": (Role.RELEASE_MANAGER,),
    "manager": (),
    "environment_owner": (),
    "approver": (),
    "has_approved": (),
    "delegate": (),
    "author": (Role.RELEASE_MANAGER,),
    "gate_owner": (),
    "waiver": (),
    "has_shown": (),
    "program": (Role.RELEASE_MANAGER,),
}
#: What a gate can be: its states, one that nobody asks for any more, and one of a release that is over.
GATES: Final = (*GateState.values, "not_asked", "release_over")
#: What a waiver can be.
WAIVERS: Final = ("standing", "taken_back", "expired")


@dataclass
class World:
    """Who asks, by column, and what is asked about, by noun and state; `digests` are of what is to be approved."""

    people: dict[str, User] = field(default_factory=dict)
    pages: dict[str, Client] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    promotions: dict[str, Promotion] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    gates: dict[str, Any] = field(default_factory=dict)
    waivers: dict[str, Waiver] = field(default_factory=dict)
    releases: dict[str, Any] = field(default_factory=dict)


def build() -> World:
    world, now = World(), timezone.now()
    for name, roles in ROLES.items():
        kind = AccountKind.SERVICE if name == "program" else AccountKind.PERSON
        user: Any = factories.UserFactory(name=name, email=f"{name}@example.org", roles=roles, kind=kind)
        world.people[name], world.pages[name] = user, Client()
        world.pages[name].force_login(user)
        scopes = [Scope.READ, Scope.WRITE] + ([] if name == "program" else [Scope.APPROVE])
        _, world.secrets[name] = tokens.make(user, by=user, at=now, name="moves", scopes=scopes, days=1)
    one = world.people
    away: Any = factories.UserFactory(name="Away")
    second: Any = factories.UserFactory(name="Second")
    absences.announce(away, by=away, starts_at=now - HOUR, ends_at=now + 9 * HOUR, delegate=one["delegate"])
    deciding = team_of(one["approver"], one["has_approved"], one["author"], one["auditor"], one["program"], away, second)
    asks({"team": deciding, "people": 2, "holds_days": 32_000})
    owners = team_of(one["environment_owner"], one["auditor"], one["program"])
    environment: Any = factories.EnvironmentFactory(owner=owners)
    for status in PromotionStatus:
        world.promotions[status] = _promotion(status, environment, one, second)
        world.digests[status] = digest(world.promotions[status])
    _gates(world, team_of(one["gate_owner"], one["auditor"], one["program"], away), now)
    for release_status in ReleaseStatus:
        world.releases[release_status] = factories.ReleaseFactory(status=release_status, release_manager=one["manager"])
    return world


def _promotion(status: PromotionStatus, environment: Any, one: dict[str, User], second: User) -> Promotion:
    """In this state, asked for by the release's manager and approved by as many as it takes to be there."""
    release: Any = factories.ReleaseFactory(release_manager=one["manager"], rollback_plan="Put it back.", status="draft")
    artefact = factories.ArtefactFactory(item__release=release, address="https://files.example.org/copy")
    clock, now = User.objects.clock(), timezone.now()
    times: dict[str, Any] = {"starts_at": AHEAD, "ends_at": AHEAD + HOUR, **WINDOW}
    if status in (PromotionStatus.DRAFT, PromotionStatus.REQUESTED, PromotionStatus.APPROVED):
        made: Any = promotions.plan(release, environment, by=User.objects.operator(), at=now, **times)
    else:
        values = {"candidate": artefact.candidate, "environment": environment, "requested_by": one["manager"]}
        made = factories.PromotionFactory(release=release, status=status, **values, **times)
    with deed(by=clock):
        Author.objects.create(promotion=made, user=one["author"])
        record(made, "written", by=clock)
    if status in (PromotionStatus.REQUESTED, PromotionStatus.APPROVED):
        made = promotions.request(made, by=one["manager"], at=now)
        approvals.decide(made, decision="approve", digest=digest(made), by=one["has_approved"], at=now)
    if status == PromotionStatus.APPROVED:
        approvals.decide(made, decision="approve", digest=digest(made), by=second, at=now)
    found: Promotion = Promotion.objects.with_references().get(pk=made.pk)
    assert found.status == status
    return found


def _gates(world: World, owners: Any, now: datetime) -> None:
    one, clock = world.people, User.objects.clock()
    waiving = team_of(one["waiver"], one["has_shown"], one["auditor"], one["program"])
    rule = {"rule__owner_team": owners, "rule__owner_role": "", "rule__waived_by_team": waiving}

    def gate(state: str = "open", **more: Any) -> Any:
        release = factories.ReleaseFactory(release_manager=one["manager"], **more)
        made: Any = factories.GateFactory(release=release, **rule)
        in_a_deed(made, lambda: Evidence.objects.create(gate=made, kind="note", note="So", by=one["has_shown"], at=now))
        if state in ("passed", "failed"):
            in_a_deed(made, lambda: GateDecision.objects.create(gate=made, outcome=state, by=clock, at=now))
        return change(made, state=state)

    for state in GateState.values:
        world.gates[state] = gate(state)
    world.gates["not_asked"] = change(gate(), is_asked=False)
    world.gates["release_over"] = gate(status="cancelled")
    for state in WAIVERS:
        waived = world.gates["waived"] if state == "standing" else gate()
        world.waivers[state] = _waiver(waived, now - 9 * HOUR, now + (-HOUR if state == "expired" else HOUR))
    over = world.waivers["taken_back"]
    in_a_deed(over.gate, lambda: WaiverEnd.objects.create(waiver=over, by=clock, at=now))


def _waiver(gate: Any, at: datetime, until: datetime) -> Waiver:
    clock, made = User.objects.clock(), []

    def write() -> None:
        words = {"reason": "Late", "compensating_control": "Somebody watches"}
        made.append(Waiver.objects.create(gate=gate, expires_at=until, by=clock, at=at, **words))

    in_a_deed(gate, write)
    return made[0]
