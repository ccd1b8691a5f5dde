"""The people of the matrix, and one of each thing for each of them, for somebody else, for a closed circle, and for nobody.

A *set* is one of each thing, named as the asks name them: `{project}` is a code, `{release}` a key, `{output}` an id. Everybody has
a set of their own (they manage its project and release, and belong to the team that owns its environment and service); one is of
others; one is restricted to a team that nobody here belongs to; and one does not exist.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.actions import absences, comments, tokens
from accounts.models import User
from accounts.vocabulary import Role, Scope
from environments.actions import bookings
from exchange.models import Import
from exchange.vocabulary import ImportState
from history.deeds import deed, record
from policies.actions import policies, procedures, versions
from policies.queries import standards
from projects.actions import restrictions
from projects.models import Program, Project
from releases.actions import assessments, promotions
from releases.evidence import storing
from releases.models import Approval, Evidence, GateDecision, Release, Waiver
from releases.queries import digests
from releases.vocabulary import number_of_key
from reminders.actions import subscriptions, telling, webhooks
from reminders.models import Delivery, Reminder, Rule, WebhookMessage
from reminders.vocabulary import Attention
from schedule.actions import feeds, saved_views
from tests import factories
from tests.approving import asks
from tests.callers import change

#: Who is in the columns: nobody signed in, somebody without a role, and one for each role.
ROLES: Final = {
    "nobody": None,
    "reader": (),
    "project_manager": (Role.PROJECT_MANAGER,),
    "pmo": (Role.PMO,),
    "release_manager": (Role.RELEASE_MANAGER,),
    "environment_manager": (Role.ENVIRONMENT_MANAGER,),
    "policy_owner": (Role.POLICY_OWNER,),
    "auditor": (Role.AUDITOR,),
    "administrator": (Role.ADMINISTRATOR,),
}
PEOPLE: Final = tuple(ROLES)
OTHERS, RESTRICTED, ABSENT = "other", "restricted", "absent"
AHEAD: Final = datetime(2031, 3, 4, 20, tzinfo=UTC)

Names = dict[str, Any]


@dataclass
class World:
    """People, how they come in, and the sets: by who they belong to, `other`, `restricted` and `absent`."""

    people: dict[str, User] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    sets: dict[str, Names] = field(default_factory=dict)

    def set_of(self, case: str, person: str) -> Names:
        """What a person is asked about in a case of the table."""
        if case == "own":
            return self.sets[person] if person in self.sets else self.sets[OTHERS]
        return self.sets.get(case, self.sets[OTHERS])


#: What a policy asks about regular maintenance.
QUESTION: Final[dict[str, Any]] = {
    "code": "way-back",
    "name": "Can it be taken back?",
    "answers": [{"answer": "Yes", "risk": "low"}, {"answer": "No", "risk": "high"}],
}


def build() -> World:
    """Made in the database; a few hundred rows."""
    world = World()
    _ask_about_risk()
    asks({"role": Role.RELEASE_MANAGER, "people": 2}, slug="asked", sizes=["major"])
    for person, roles in ROLES.items():
        if roles is None:
            world.clients[person] = Client()
            continue
        user: Any = factories.UserFactory(name=person, email=f"{person}@example.org", roles=roles)
        world.people[person] = user
        scopes = [Scope.READ, Scope.WRITE, Scope.APPROVE, Scope.ADMIN]
        _, world.secrets[person] = tokens.make(user, by=user, at=timezone.now(), name="matrix", scopes=scopes, days=1)
        world.clients[person] = Client()
        world.clients[person].force_login(user)
        world.sets[person] = _one_of_each(person, user)
    stranger: Any = factories.UserFactory(name="Somebody else", email="stranger@example.org", roles=[Role.PMO])
    world.sets[OTHERS] = _one_of_each(OTHERS, stranger)
    world.sets[RESTRICTED] = _one_of_each(RESTRICTED, stranger)
    _restrict(world.sets[RESTRICTED], stranger)
    world.sets[ABSENT] = {name: _absent(there) for name, there in world.sets[OTHERS].items()}
    return world


def _absent(there: Any) -> Any:
    """A name like this one, of nothing."""
    if isinstance(there, int):
        return 999_999_999
    if ":" in there:
        return "project:999999999"
    return "REL-999999999" if number_of_key(there) else "not-there"


def _ask_about_risk() -> None:
    operator, clock = User.objects.operator(), User.objects.clock()
    policy = policies.create(by=operator, slug="about-risk", name="About risk")
    version = versions.draft(policy, {"urgencies": ["maintenance"], "risk_questions": [QUESTION]}, by=operator)
    versions.publish(version, by=clock, at=timezone.now())


def _one_of_each(name: str, owner: Any) -> Names:
    team = factories.MembershipFactory(user=owner, team__slug=f"team-of-{name}").team
    program = factories.ProgramFactory(code=f"program-{name}", manager=owner)
    project = factories.ProjectFactory(code=f"project-{name}", program=program, manager=owner)
    unused_program = factories.ProgramFactory(code=f"unused-{name}", manager=owner)
    output = factories.OutputFactory(project=project, code="carried")
    offered_output = factories.OutputFactory(project=project, code="offered")
    unused_output = factories.OutputFactory(project=project, code="unused")
    milestone = factories.MilestoneFactory(project=project)
    environment = factories.EnvironmentFactory(slug=f"environment-{name}", owner=team)
    unused_environment = factories.EnvironmentFactory(slug=f"unused-environment-{name}", owner=team)
    service = factories.ServiceFactory(slug=f"service-{name}", owner=team)
    unused_service = factories.ServiceFactory(slug=f"unused-service-{name}", owner=team)
    route = factories.RouteFactory(slug=f"route-{name}")
    version = factories.RouteVersionFactory(route=route)
    factories.StopFactory(version=version, environment=environment, position=1)
    release = _release(name, owner, route=route)
    # The service is another's: its owners would see a restricted release.
    item = factories.ItemFactory(release=release, service=factories.ServiceFactory(slug=f"other-service-{name}"))
    prerequisite = factories.PrerequisiteFactory(release=release, needs=factories.ReleaseFactory(name=f"needed-{name}"))
    another_needed = factories.ReleaseFactory(name=f"also-needed-{name}")
    contribution = factories.ContributionFactory(release=release, output=output)
    offered = factories.ContributionFactory(release=release, output=offered_output, state="offered")
    promotion = factories.PromotionFactory(
        release=release, environment=environment, starts_at=AHEAD, ends_at=AHEAD + timedelta(hours=2)
    )
    draft = _release(f"draft-{name}", owner)
    package = _release(f"package-{name}", owner, extent="package")
    member = _release(f"member-{name}", owner, package=package)
    gone_live = _release(f"live-{name}", owner, status="in_production")
    live = factories.DeploymentFactory(promotion__release=gone_live, promotion__environment__slug=f"live-{name}")
    comment = comments.add(project, by=factories.UserFactory(roles=[Role.PMO]), text="Said before")
    change(comment, author=owner)
    at = AHEAD + timedelta(days=9)
    booking = bookings.book(environment, by=User.objects.operator(), starts_at=at, ends_at=at + timedelta(hours=1))
    view = saved_views.keep(by=owner, name=f"View of {name}", filters={"kind": ["promotion"]})
    feed, _ = feeds.make(by=owner, at=timezone.now(), name=f"Feed of {name}")
    watched = subscriptions.subscribe(project, Attention.WATCH, by=owner)
    watched_together = subscriptions.subscribe(
        project, Attention.WATCH, by=factories.UserFactory(roles=[Role.ADMINISTRATOR]), team=team
    )
    absence = absences.announce(owner, by=owner, starts_at=at, ends_at=at + timedelta(days=1))
    session = UserSession.objects.create(user=owner, ip="192.0.2.1", user_agent="Another", session_key=f"session-{name}")
    token, _ = tokens.make(owner, by=owner, at=timezone.now(), name="one to revoke", scopes=[Scope.READ], days=1)
    operator = User.objects.operator()
    procedure = procedures.create(by=operator, slug=f"procedure-{name}", name="Procedure", body="Do it.")
    policy, unused_policy, retired_policy = (
        policies.create(by=operator, slug=f"{kind}-{name}", name="Policy") for kind in ("policy", "unused-policy", "retired-policy")
    )
    policy_draft = versions.draft(policy, by=operator)
    policies.retire(retired_policy, by=operator, at=timezone.now())
    return {
        **_gates(name, owner, team),
        **_assessed(name, owner),
        **_asked_for(name, owner, environment),
        **_under_way(name, owner, environment),
        **_reminded(name, owner, project),
        **_hooked(name, owner),
        "procedure": procedure.slug,
        "policy": policy.slug,
        "unused_policy": unused_policy.slug,
        "retired_policy": retired_policy.slug,
        "policy_draft": policy_draft.number,
        "program": program.code,
        "project": project.code,
        "unused_program": unused_program.code,
        "output": output.pk,
        "output_code": output.code,
        "unused_output": unused_output.pk,
        "milestone": milestone.pk,
        "environment": environment.slug,
        "unused_environment": unused_environment.slug,
        "service": service.slug,
        "unused_service": unused_service.slug,
        "route": route.slug,
        "unused_route": factories.RouteFactory(slug=f"unused-route-{name}").slug,
        "release": release.key,
        "promotion": promotion.pk,
        "draft": draft.key,
        "package": package.key,
        "member": member.key,
        "gone_live": gone_live.key,
        "needed": another_needed.key,
        "offered": offered.pk,
        "comment": comment.pk,
        "subject": f"project:{project.pk}",
        "item": item.pk,
        "candidate": promotion.candidate.pk,
        "contribution": contribution.pk,
        "prerequisite": prerequisite.pk,
        "deployment": live.pk,
        "booking": booking.pk,
        "view": view.pk,
        "feed": feed.pk,
        "subscription": watched.pk,
        "team_subscription": watched_together.pk,
        "token": token.pk,
        "team": team.slug,
        "import": _checked(owner).pk,
        "absence": absence.pk,
        "session": session.pk,
    }


def _asked_for(name: str, owner: Any, environment: Any) -> Names:
    """A package with a member that the owner asked for, so that others decide on it, and a yes to what it was before."""
    package = factories.ReleaseFactory(name=f"asked-package-{name}", extent="package", release_manager=owner)
    release: Any = factories.ReleaseFactory(name=f"asked-{name}", size="major", release_manager=owner, package=package)
    factories.ItemFactory(release=release)
    when = {"starts_at": AHEAD + timedelta(days=1), "ends_at": AHEAD + timedelta(days=1, hours=2), "requested_at": timezone.now()}
    asked = factories.PromotionFactory(release=release, environment=environment, status="requested", requested_by=owner, **when)
    clock = User.objects.clock()
    with deed(by=clock):
        approval = Approval.objects.create(promotion=asked, decision="approve", by=clock, digest="0" * 64, at=timezone.now())
        record(asked, "approval_given", by=clock)
    return {
        "asked_package": package.key,
        "asked_release": release.key,
        "asked": asked.pk,
        "asked_digest": digests.of([asked], standards())[asked.pk].digest,
        "approval": approval.pk,
    }


def _release(name: str, owner: Any, **more: Any) -> Any:
    values = {"status": "draft", **more}
    return factories.ReleaseFactory(name=f"release-{name}", release_manager=owner, **values)


def _checked(owner: Any) -> Any:
    now = timezone.now()
    return Import.objects.create(
        actor_id=owner.pk, files=[], is_dry_run=True, state=ImportState.CHECKED, started_at=now, finished_at=now, kept_until=now
    )


def _assessed(name: str, owner: Any) -> Names:
    """A release about whose risk something is asked, and was answered."""
    release = _release(f"assessed-{name}", owner, urgency="maintenance", risk="")
    made = assessments.assess(release, {"way-back": "Yes"}, by=User.objects.operator(), at=timezone.now())
    return {"assessed": release.key, "assessment": made.pk}


def _reminded(name: str, owner: Any, project: Any) -> Names:
    """A rule, and what could not be sent to the owner of what it says."""
    now, clock = timezone.now(), User.objects.clock()
    says: dict[str, Any] = {"offsets": [-5], "audiences": ["owner"], "channels": ["email"]}
    with deed(by=clock):
        rule = Rule.objects.create(code=f"rule-{name}", name="Closing", occasion="project_closing", **says)
        record(rule, "created", by=clock)
    planned = {"due_at": now, "moment_at": now, "zone": "UTC", "digest": "0" * 16, "state": "addressed", "scope_id": project.pk}
    reminder = Reminder.objects.create(rule=rule, subject_kind="project", subject_id=project.pk, **planned)
    sent: dict[str, Any] = {"recipient": owner, "channel": "email", "audience": "owner", "state": "dead", "next_at": now}
    entry = Delivery.objects.create(reminder=reminder, **sent | {"channel": "inbox", "state": "sent", "sent_at": now})
    return {"reminder_rule": rule.code, "delivery": Delivery.objects.create(reminder=reminder, **sent).pk, "entry": entry.pk}


def _hooked(name: str, owner: Any) -> Names:
    """A webhook, and what it was not told."""
    by: dict[str, Any] = {"by": User.objects.operator(), "at": timezone.now()}
    webhook, _ = webhooks.create(name=f"Hook {name}", target="https://ci.example.org/hook", kinds=["release.*"], owner=owner, **by)
    message = telling.test(webhook, **by)
    WebhookMessage.objects.filter(pk=message.pk).update(state="dead")
    return {"webhook": webhook.pk, "webhook_message": message.pk}


def _under_way(name: str, owner: Any, environment: Any) -> Names:
    """One release with promotions of it ready to start, running, paused and ended; they go by the environment's owners."""
    release: Any = factories.ReleaseFactory(name=f"under-way-{name}", rollback_plan="Put it back.", release_manager=owner)
    factories.ArtefactFactory(item__release=release, address="https://files.example.org/copy")
    at = AHEAD + timedelta(days=3)
    window: dict[str, Any] = {"approved_from": datetime(2020, 1, 1, tzinfo=UTC), "approved_until": AHEAD + timedelta(days=4)}
    by: dict[str, Any] = {"by": User.objects.operator(), "at": timezone.now()}
    ready = promotions.plan(release, environment, starts_at=at, ends_at=at + timedelta(hours=1), **window, **by)
    states = {
        status: factories.PromotionFactory(release=release, environment__owner=environment.owner, status=status, starts_at=AHEAD).pk
        for status in ("running", "paused", "failed")
    }
    return {"under_way": release.key, "ready": change(ready, status="approved").pk, **states}


def _gates(name: str, owner: Any, team: Any) -> Names:
    """Before a release of which nothing is planned: a gate of the team that is open, one that was decided, and one that was waived."""
    release = factories.ReleaseFactory(name=f"gated-{name}", release_manager=owner)
    rule = {"rule__owner_team": team, "rule__owner_role": "", "rule__waived_by_role": Role.RELEASE_MANAGER}
    decided, waived = (factories.GateFactory(release=release, **rule) for _ in range(2))
    gate = factories.GateFactory(release=release, ticked=["Done"], rule__checklist=["Done"], **rule)
    clock, at = User.objects.clock(), timezone.now()
    with deed(by=clock):
        decision = GateDecision.objects.create(gate=decided, outcome="failed", by=clock, at=at)
        waiver = Waiver.objects.create(
            gate=waived, reason="Late", compensating_control="Watch", expires_at=at + timedelta(days=9), by=clock, at=at
        )
        with storing.received([b"what was shown"]) as came:
            file = {"digest": came.digest, "size": came.size, "file_name": "shown.txt"}
            storing.keep(came)
        evidence = Evidence.objects.create(gate=gate, kind="file", by=clock, at=at, **file)
        record(release, "prepared", by=clock)
    audience = factories.AudienceFactory(release=release)
    done = factories.PreparationFactory(audience__release=release, need="notice", done_at=at)
    return {
        "gated": release.key,
        "audience": audience.pk,
        "preparation": factories.PreparationFactory(audience=audience).pk,
        "done": done.pk,
        "evidence": evidence.pk,
        "gate": gate.pk,
        "decided_gate": decided.pk,
        "gate_decision": decision.pk,
        "waived_gate": waived.pk,
        "waiver": waiver.pk,
    }


def _restrict(names: Names, owner: Any) -> None:
    """Keep the program, the project and the release of a set to a team that nobody of the columns belongs to."""
    circle = factories.TeamFactory(slug="circle")
    now = timezone.now()
    until = now + timedelta(days=30)
    restrictions.restrict(Program.objects.get(code=names["program"]), by=owner, until=until, teams=[circle], at=now)
    restrictions.restrict(Project.objects.get(code=names["project"]), by=owner, until=until, teams=[circle], at=now)
    own = ("release", "draft", "package", "member", "gone_live", "asked_release", "under_way", "asked_package", "gated", "assessed")
    for key in own:
        change(Release.objects.get(pk=number_of_key(names[key]) or 0), restricted_until=until)
