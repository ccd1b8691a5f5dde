"""Every page of the product, one row each: how to come there, and as whom. A test fails when the URL conf has a page without a row.

Rows are named by their route with every placeholder written `<>`, so that the row of `releases/<str:key>/` is `releases/<>/`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from accounts.actions import comments
from accounts.models import Team, User
from accounts.vocabulary import Role
from environments.actions import bookings
from exchange.models import Import
from exchange.vocabulary import KEPT_FOR, ImportState
from history.deeds import deed, record
from policies.actions import policies, procedures, versions
from policies.queries import standards
from releases.actions import approvals
from releases.models import Waiver
from releases.queries import digests
from reminders.actions import chat_addresses, subscriptions, telling, webhooks
from reminders.actions.rules import install
from reminders.channels.chat.addresses import read as read_chat
from reminders.models import Delivery, Reminder, Rule, WebhookMessage
from reminders.queries import links
from reminders.vocabulary import Attention
from schedule.actions import feeds, saved_views
from tests import factories


def person(name: str, *, second_factor: bool, roles: Sequence[str] = (Role.RELEASE_MANAGER,)) -> Any:
    """Somebody, usually a release manager, who signs in with a password, and with codes of a telephone if there is a `second_factor`."""
    password = make_password("correct horse battery", hasher="pbkdf2_sha256")
    user: Any = factories.UserFactory(name=name, password=password, roles=roles)
    clock = User.objects.clock()
    with deed(by=clock):
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
        if second_factor:
            TOTP.activate(user, generate_totp_secret())
            RecoveryCodes.activate(user)
        record(user, "equipped", by=clock)
    return user


#: Of an organisation; `""` is nobody signed in.
Who = Literal["reader", "newcomer", "keeper", "steward", ""]


@dataclass
class Organisation:
    """One of each thing, tied together: a project's output in a release that is promoted once along a route of two stops."""

    reader: Any = field(default_factory=lambda: person("Rosa Lindqvist", second_factor=True))
    keeper: Any = field(
        default_factory=lambda: person(
            "Petra Keeper", second_factor=False, roles=[Role.PMO, Role.ENVIRONMENT_MANAGER, Role.POLICY_OWNER]
        )
    )
    steward: Any = field(default_factory=lambda: person("Stefan Steward", second_factor=True, roles=[Role.ADMINISTRATOR]))
    newcomer: Any = field(default_factory=lambda: person("Nils Newcomer", second_factor=False))
    release: Any = None
    item: Any = None
    contribution: Any = None
    prerequisite: Any = None
    promotion: Any = None
    asked: Any = None
    package: Any = None
    output: Any = None
    milestone: Any = None

    def __post_init__(self) -> None:
        self.program = factories.ProgramFactory(code="BANK", name="Open banking")
        self.project = factories.ProjectFactory(code="PAY", name="Payments for small companies", program=self.program)
        self.output = factories.OutputFactory(project=self.project, name="Consent screens")
        self.milestone = factories.MilestoneFactory(project=self.project, name="Board sees the pilot")
        service = factories.ServiceFactory(slug="payments", name="Payments gateway")
        test = factories.EnvironmentFactory(slug="test", name="Test", stage="test")
        operations = factories.MembershipFactory(user=self.reader, team__name="Operations").team
        production: Any = factories.EnvironmentFactory(
            slug="prod", name="Production", time_zone="Europe/Berlin", lanes=3, owner=operations
        )
        route = factories.RouteFactory(slug="main", name="Main line")
        version = factories.RouteVersionFactory(route=route)
        for position, environment in enumerate((test, production), start=1):
            factories.StopFactory(version=version, environment=environment, position=position)
        self.release = factories.ReleaseFactory(name="Payments gateway", version="26.11", release_manager=self.reader, route=route)
        self.item = factories.ItemFactory(release=self.release, service=service, version="26.11")
        self.contribution = factories.ContributionFactory(release=self.release, output=self.output)
        self.prerequisite = factories.PrerequisiteFactory(release=self.release, needs__name="Ledger")
        self.promotion = factories.PromotionFactory(release=self.release, environment=production)
        at = {"starts_at": timezone.now() + timedelta(days=1), "ends_at": timezone.now() + timedelta(days=4)}
        self.booking = bookings.book(production, by=self.reader, purpose="Load test of payments", lanes=2, **at)
        words = "**Good** to go, @{user:%d}?\n\n- [x] `curl -sS https://pay.example/healthz`\n- see https://pay.example/runbook\n\n| step | who |\n|---|---|\n| 1 | Rosa |"
        self.comment = comments.add(self.release, by=self.keeper, text=words % self.reader.pk)
        self.answer = comments.add(self.release, by=self.reader, text="> Good to go?\n\nYes, " + "really" * 30)
        self._write_standards()
        other = factories.ReleaseFactory(name="Ledger", version="4", release_manager=self.reader)
        factories.ItemFactory(release=other, service=service, version="4")
        self.in_state = {
            status: factories.PromotionFactory(release=other, environment__owner=operations, status=status).pk
            for status in ("approved", "running", "paused", "succeeded")
        }
        self._ask_for_approvals(production)
        gate: Any = factories.GateFactory(
            release=self.release,
            rule__name="Load test",
            rule__checklist=["The report is of this candidate", "Operations saw it"],
            rule__waived_by_role=Role.RELEASE_MANAGER.value,
            ticked=["Operations saw it"],
            due_on=timezone.localdate(),
        )
        self.gate, clock, now = gate, User.objects.clock(), timezone.now()
        with deed(by=clock):
            until = now + timedelta(days=9)
            words_of_waiver = {"reason": "The machines come late", "compensating_control": "Operations watch the load"}
            self.waiver = Waiver.objects.create(gate=gate, expires_at=until, by=self.keeper, at=now, **words_of_waiver)
            record(gate, "waived", by=clock)
        self._prepare_audiences()
        self._remind()
        self._hook()
        subscriptions.subscribe(self.release, Attention.WATCH, by=self.reader)
        subscriptions.subscribe(self.project, Attention.MUTE, by=self.reader)
        self.team = Team.objects.get(name="Operations")
        subscriptions.subscribe(self.release, Attention.WATCH, by=self.steward, team=self.team)
        chat_addresses.put(read_chat("mmosts://chat.example.org/3ccdd113474722377935511fc8"), by=self.reader)
        self.saved_view = saved_views.keep(by=self.reader, name="What goes live", filters={"kind": ["promotion"]})
        self.feed, self.secret = feeds.make(by=self.reader, at=timezone.now(), name="For the board", past_days=3650)

    def _prepare_audiences(self) -> None:
        """Two audiences, of which one has notes, a training ahead and a notice that was sent; and a gate that follows from them."""
        begins = timezone.now() + timedelta(days=2)
        notes = "**Consent** is asked for once.\n\n- Ask *before* you pay out\n- See https://pay.example/consent"
        self.audience = factories.AudienceFactory(
            release=self.release, name="Store staff", site="Leipzig", size=40, language="de", notes=notes
        )
        self.preparation = factories.PreparationFactory(
            audience=self.audience,
            about="Consent at the till",
            owner=self.keeper,
            starts_at=begins,
            ends_at=begins + timedelta(hours=1),
        )
        self.sent = factories.PreparationFactory(audience=self.audience, need="notice", done_at=timezone.now())
        factories.AudienceFactory(release=self.release, name="Merchants", is_customer=True)
        rule = {"rule__name": "People trained", "rule__area": "training", "rule__evidence": "preparations"}
        factories.GateFactory(release=self.release, **rule)

    def _remind(self) -> None:
        """The shipped rules, and what became of one of them: sent to one, given up for another."""
        now = timezone.now()
        install(by=User.objects.operator(), at=now)
        moments = {"due_at": now, "moment_at": now + timedelta(days=2), "zone": "UTC", "digest": "0" * 16}
        about = {"subject_kind": "gate", "subject_id": self.gate.pk, "scope_id": self.release.pk}
        reminder = Reminder.objects.create(rule=Rule.objects.get(code="gate-due"), state="addressed", **moments, **about)
        by_mail = {"reminder": reminder, "channel": "email", "audience": "owner", "next_at": now, "attempts": 1}
        Delivery.objects.create(recipient=self.reader, state="sent", sent_at=now, **by_mail)
        in_inbox = {
            "recipient": self.reader,
            "state": "sent",
            "sent_at": now,
            "next_at": now,
            "channel": "inbox",
            "audience": "owner",
        }
        self.entry = Delivery.objects.create(reminder=reminder, **in_inbox)
        refused = {"state": "dead", "reason": "550 5.1.1 there is nobody of this name"}
        self.delivery = Delivery.objects.create(recipient=self.keeper, instead_of=self.reader, **refused, **by_mail)

    def _hook(self) -> None:
        """A webhook at which nothing arrives, with what the other side answered, and what still waits."""
        now, operator = timezone.now(), User.objects.operator()
        given = {"name": "Pipeline of payments", "target": "https://ci.pay.example/hooks/releasecal", "owner": self.steward}
        self.webhook, _ = webhooks.create(
            by=operator, at=now, kinds=["promotion.approved", "promotion.started", "release.*"], **given
        )
        self.message, answered, _ = (telling.test(self.webhook, by=operator, at=now + timedelta(minutes=n)) for n in range(3))
        WebhookMessage.objects.filter(pk=answered.pk).update(state="sent", sent_at=now, status=204, seconds=0.042, attempts=1)
        failed = {"reason": "the other side answered 503", "status": 503, "seconds": 9.81, "answer": "<html>no room left</html>\n"}
        WebhookMessage.objects.filter(pk=self.message.pk).update(state="dead", attempts=6, possible_duplicates=1, **failed)
        type(self.webhook).objects.filter(pk=self.webhook.pk).update(failing_since=now)

    def _ask_for_approvals(self, production: Any) -> None:
        """A package of two members that wait for release managers; the reader has said yes to one, on a condition."""
        now = timezone.now()
        self.package = factories.ReleaseFactory(name="Autumn train", version="1", extent="package", release_manager=self.reader)
        when = {"starts_at": now + timedelta(days=7), "ends_at": now + timedelta(days=7, hours=2)}
        for name in ("Ledger cards", "Ledger limits"):
            release: Any = factories.ReleaseFactory(name=name, size="major", package=self.package)
            factories.ItemFactory(release=release, service__name=name)
            asks = {"status": "requested", "requested_by": self.keeper, "requested_at": now}
            self.asked = factories.PromotionFactory(release=release, environment=production, **asks, **when)
        seen = digests.of([self.asked], standards())[self.asked.pk].digest
        condition = {"text": "Watch the queue of the ledger", "owner": self.keeper, "due_on": None}
        approvals.decide(self.asked, decision="approve", digest=seen, conditions=[condition], by=self.reader, at=now)

    def _write_standards(self) -> None:
        """A policy with a version in force and a draft, and a procedure that was rewritten once."""
        operator, clock = User.objects.operator(), User.objects.clock()
        texts = [
            "# Before\n1. Scan it, and *show* the report.\n2. Mend what is of level `error`.",
            "1. Scan it.\n\n> Nothing is left out.",
        ]
        procedure = procedures.create(by=operator, slug="code-security", name="Code and supply chain", body=texts[0])
        procedures.rewrite(procedure, {"body": texts[1]}, by=operator)
        gate = {
            "code": "code-scanned",
            "name": "Code scanned",
            "area": "code_security",
            "stage": "production",
            "ask": "Is the candidate free of findings that have to be mended?",
            "procedure": procedure,
            "owner_role": Role.RELEASE_MANAGER.value,
            "evidence": "sarif",
            "threshold": {"most_errors": 0},
            "checklist": ["The report is of this candidate"],
        }
        approval = {
            "code": "managers",
            "name": "Release managers",
            "stage": "production",
            "role": Role.RELEASE_MANAGER.value,
            "people": 2,
        }
        lead = {"code": "lead", "name": "Two days ahead", "stage": "production", "lead_days": 2}
        policy = policies.create(by=operator, slug="major", name="Major releases", description="What changes how people work.")
        question = {
            "code": "way-back",
            "name": "Can it be taken back within its window?",
            "answers": [{"answer": "Yes, and that was rehearsed", "risk": "low"}, {"answer": "No", "risk": "high"}],
        }
        says = {
            "sizes": ["major"],
            "gate_rules": [gate],
            "approval_rules": [approval],
            "schedule_rules": [lead],
            "risk_questions": [question],
        }
        versions.publish(versions.draft(policy, says, by=operator), by=clock, at=timezone.now())
        versions.draft(policy, {"approval_rules": [{**approval, "people": 9}], "schedule_rules": []}, by=operator)


@dataclass(frozen=True)
class Row:
    """A page: its address in the organisation, who reads it (`""` is nobody signed in), and the status it answers with."""

    address: Callable[[Organisation], str]
    who: Who = "reader"
    status: int = 200


def at(address: str, who: Who = "reader", status: int = 200) -> Row:
    return Row(lambda _: address, who, status)


def outside(address: str, status: int = 200) -> Row:
    return at(address, "", status)


def checked(person: Any) -> Any:
    """A dry run that a person may say yes to."""
    now = timezone.now()
    counts = {"programs": {"created": 1, "changed": 0, "unchanged": 2}}
    return Import.objects.create(
        actor_id=person.pk,
        files=[{"name": "programs.csv", "size": 120}],
        is_dry_run=True,
        state=ImportState.CHECKED,
        started_at=now,
        finished_at=now,
        counts=counts,
        created={"teams": 0, "people": 1},
        kept_until=now + KEPT_FOR,
    )


def _reset_link(organisation: Organisation) -> str:
    reader = organisation.reader
    return f"/accounts/password/reset/key/{user_pk_to_url_str(reader)}-{default_token_generator.make_token(reader)}/"


PAGES: dict[str, Row] = {
    # everything
    "search/": at("/search/?q=pay"),
    # schedule
    "": at("/?view=month&date=2026-03-10"),
    "views/": at("/views/?kind=promotion"),
    "views/new/": at("/views/new/?kind=promotion"),
    "views/<>/edit/": Row(lambda o: f"/views/{o.saved_view.pk}/edit/"),
    "views/<>/removal/": Row(lambda o: f"/views/{o.saved_view.pk}/removal/"),
    "feeds/new/": at("/feeds/new/?kind=promotion"),
    "feeds/<>/revocation/": Row(lambda o: f"/feeds/{o.feed.pk}/revocation/"),
    "shared/<>/": Row(lambda o: f"/shared/{o.secret}/?date=2026-03-10", ""),
    # reminders
    "reminders/rules/": at("/reminders/rules/"),
    "reminders/rules/<>/": at("/reminders/rules/gate-due/"),
    "reminders/rules/<>/preview/": at("/reminders/rules/gate-due/preview/"),
    "reminders/rules/<>/edit/": at("/reminders/rules/gate-due/edit/"),
    "reminders/deliveries/": at("/reminders/deliveries/", "steward"),
    "reminders/deliveries/retry/": at("/reminders/deliveries/retry/", "steward"),
    "reminders/deliveries/release/": at("/reminders/deliveries/release/", "steward"),
    "reminders/deliveries/drop/": at("/reminders/deliveries/drop/", "steward"),
    "webhooks/": at("/webhooks/", "steward"),
    "webhooks/new/": at("/webhooks/new/", "steward"),
    "webhooks/<>/": Row(lambda o: f"/webhooks/{o.webhook.pk}/", "steward"),
    "webhooks/<>/edit/": Row(lambda o: f"/webhooks/{o.webhook.pk}/edit/", "steward"),
    "webhooks/<>/switch/": Row(lambda o: f"/webhooks/{o.webhook.pk}/switch/", "steward"),
    "webhooks/<>/secret/": Row(lambda o: f"/webhooks/{o.webhook.pk}/secret/", "steward"),
    "webhooks/<>/test/": Row(lambda o: f"/webhooks/{o.webhook.pk}/test/", "steward"),
    "webhooks/<>/delete/": Row(lambda o: f"/webhooks/{o.webhook.pk}/delete/", "steward"),
    "webhooks/<>/messages/": Row(lambda o: f"/webhooks/{o.webhook.pk}/messages/", "steward"),
    "webhooks/<>/messages/<>/redelivery/": Row(
        lambda o: f"/webhooks/{o.webhook.pk}/messages/{o.message.pk}/redelivery/", "steward"
    ),
    "reminders/links/<>/": Row(lambda o: f"/reminders/links/{links.token(o.entry.number, links.Answer.ACKNOWLEDGE)}/", ""),
    "reminders/deliveries/<>/retry/": Row(lambda o: f"/reminders/deliveries/{o.delivery.pk}/retry/", "steward"),
    # releases
    "releases/": at("/releases/"),
    "releases/new/": Row(lambda o: f"/releases/new/?output={o.output.pk}&urgency=break_fix"),
    "releases/<>/": Row(lambda o: f"/releases/{o.release.key}/"),
    "releases/<>/items/new/": Row(lambda o: f"/releases/{o.release.key}/items/new/"),
    "releases/<>/items/<>/edit/": Row(lambda o: f"/releases/{o.release.key}/items/{o.item.pk}/edit/"),
    "releases/<>/items/<>/removal/": Row(lambda o: f"/releases/{o.release.key}/items/{o.item.pk}/removal/"),
    "releases/<>/candidates/new/": Row(lambda o: f"/releases/{o.release.key}/candidates/new/"),
    "releases/<>/contributions/new/": Row(lambda o: f"/releases/{o.release.key}/contributions/new/"),
    "releases/<>/contributions/<>/edit/": Row(lambda o: f"/releases/{o.release.key}/contributions/{o.contribution.pk}/edit/"),
    "releases/<>/contributions/<>/decision/": Row(
        lambda o: f"/releases/{o.release.key}/contributions/{o.contribution.pk}/decision/?outcome=declined"
    ),
    "releases/<>/contributions/<>/withdrawal/": Row(
        lambda o: f"/releases/{o.release.key}/contributions/{o.contribution.pk}/withdrawal/"
    ),
    "releases/<>/prerequisites/new/": Row(lambda o: f"/releases/{o.release.key}/prerequisites/new/"),
    "releases/<>/prerequisites/<>/removal/": Row(lambda o: f"/releases/{o.release.key}/prerequisites/{o.prerequisite.pk}/removal/"),
    "releases/<>/audiences/new/": Row(lambda o: f"/releases/{o.release.key}/audiences/new/"),
    "releases/<>/audiences/<>/": Row(lambda o: o.audience.get_absolute_url()),
    "releases/<>/audiences/<>/edit/": Row(lambda o: f"{o.audience.get_absolute_url()}edit/"),
    "releases/<>/audiences/<>/removal/": Row(lambda o: f"{o.audience.get_absolute_url()}removal/"),
    "releases/<>/audiences/<>/draft/": Row(lambda o: f"{o.audience.get_absolute_url()}draft/"),
    "releases/<>/audiences/<>/preparations/new/": Row(lambda o: f"{o.audience.get_absolute_url()}preparations/new/"),
    "releases/<>/preparations/<>/edit/": Row(lambda o: f"/releases/{o.release.key}/preparations/{o.preparation.pk}/edit/"),
    "releases/<>/preparations/<>/removal/": Row(lambda o: f"/releases/{o.release.key}/preparations/{o.preparation.pk}/removal/"),
    "releases/<>/preparations/<>/completion/": Row(
        lambda o: f"/releases/{o.release.key}/preparations/{o.preparation.pk}/completion/"
    ),
    "releases/<>/preparations/<>/reopening/": Row(lambda o: f"/releases/{o.release.key}/preparations/{o.sent.pk}/reopening/"),
    "outputs/<>/offer/": Row(lambda o: f"/outputs/{o.output.pk}/offer/"),
    "releases/<>/edit/": Row(lambda o: f"/releases/{o.release.key}/edit/"),
    "releases/<>/copy/": Row(lambda o: f"/releases/{o.release.key}/copy/"),
    "releases/<>/assessment/": Row(lambda o: f"/releases/{o.asked.release.key}/assessment/"),
    "releases/<>/status/": Row(lambda o: f"/releases/{factories.ReleaseFactory(status='in_production').key}/status/"),
    "releases/<>/members/": Row(lambda o: f"/releases/{factories.ReleaseFactory(extent='package').key}/members/"),
    "releases/<>/restriction/": Row(lambda o: f"/releases/{o.release.key}/restriction/"),
    "releases/<>/opening/": Row(lambda o: f"/releases/{o.release.key}/opening/"),
    "releases/<>/cancellation/": Row(lambda o: f"/releases/{o.release.key}/cancellation/"),
    "releases/<>/gates/<>/": Row(lambda o: o.gate.get_absolute_url()),
    "releases/<>/gates/<>/ticks/": Row(lambda o: f"{o.gate.get_absolute_url()}ticks/"),
    "releases/<>/gates/<>/decision/": Row(lambda o: f"{o.gate.get_absolute_url()}decision/"),
    "releases/<>/gates/<>/reopening/": Row(lambda o: f"{o.gate.get_absolute_url()}reopening/"),
    "releases/<>/gates/<>/evidence/new/": Row(lambda o: f"{o.gate.get_absolute_url()}evidence/new/"),
    "releases/<>/gates/<>/waivers/new/": Row(lambda o: f"{o.gate.get_absolute_url()}waivers/new/"),
    "releases/<>/gates/<>/waivers/<>/ending/": Row(lambda o: f"{o.gate.get_absolute_url()}waivers/{o.waiver.pk}/ending/"),
    "promotions/": at("/promotions/"),
    "releases/<>/plan/": Row(lambda o: f"/releases/{o.release.key}/plan/"),
    "promotions/new/": Row(lambda o: f"/promotions/new/?release={o.release.key}&environment=prod&date=2026-03-10"),
    "promotions/<>/move/": Row(lambda o: f"/promotions/{o.promotion.pk}/move/?days=1"),
    "promotions/<>/cancellation/": Row(lambda o: f"/promotions/{o.promotion.pk}/cancellation/"),
    "approvals/": at("/approvals/"),
    "promotions/<>/request/": Row(lambda o: f"/promotions/{o.promotion.pk}/request/"),
    "promotions/<>/withdrawal/": Row(lambda o: f"/promotions/{o.asked.pk}/withdrawal/"),
    "promotions/<>/approvals/new/": Row(lambda o: f"/promotions/{o.asked.pk}/approvals/new/"),
    "promotions/<>/approvals/taking-back/": Row(lambda o: f"/promotions/{o.asked.pk}/approvals/taking-back/"),
    "releases/<>/approvals/new/": Row(lambda o: f"/releases/{o.package.key}/approvals/new/"),
    "promotions/<>/run/": Row(lambda o: f"/promotions/{o.in_state['approved']}/run/"),
    "promotions/<>/pause/": Row(lambda o: f"/promotions/{o.in_state['running']}/pause/"),
    "promotions/<>/resumption/": Row(lambda o: f"/promotions/{o.in_state['paused']}/resumption/"),
    "promotions/<>/outcome/": Row(lambda o: f"/promotions/{o.in_state['running']}/outcome/"),
    "promotions/<>/roll-back/": Row(lambda o: f"/promotions/{o.in_state['succeeded']}/roll-back/"),
    "promotions/<>/": Row(lambda o: f"/promotions/{o.promotion.pk}/"),
    "live/": at("/live/"),
    # projects
    "programs/": at("/programs/"),
    "programs/new/": at("/programs/new/", "keeper"),
    "programs/<>/edit/": at("/programs/BANK/edit/", "keeper"),
    "programs/<>/deletion/": at("/programs/BANK/deletion/", "keeper"),
    "programs/<>/restriction/": at("/programs/BANK/restriction/", "keeper"),
    "programs/<>/opening/": at("/programs/BANK/opening/", "keeper"),
    "programs/<>/": at("/programs/BANK/"),
    "projects/": at("/projects/"),
    "projects/new/": at("/projects/new/?program=BANK", "keeper"),
    "projects/<>/edit/": at("/projects/PAY/edit/", "keeper"),
    "projects/<>/cancellation/": at("/projects/PAY/cancellation/", "keeper"),
    "projects/<>/restriction/": at("/projects/PAY/restriction/", "keeper"),
    "projects/<>/opening/": at("/projects/PAY/opening/", "keeper"),
    "projects/<>/": at("/projects/PAY/"),
    "outputs/": at("/outputs/"),
    "outputs/new/": at("/outputs/new/?project=PAY", "keeper"),
    "outputs/<>/edit/": Row(lambda o: f"/outputs/{o.output.pk}/edit/", "keeper"),
    "outputs/<>/deletion/": Row(lambda o: f"/outputs/{o.output.pk}/deletion/", "keeper"),
    "outputs/<>/": Row(lambda o: f"/outputs/{o.output.pk}/"),
    "milestones/": at("/milestones/"),
    "milestones/new/": at("/milestones/new/?project=PAY", "keeper"),
    "milestones/<>/edit/": Row(lambda o: f"/milestones/{o.milestone.pk}/edit/", "keeper"),
    "milestones/<>/cancellation/": Row(lambda o: f"/milestones/{o.milestone.pk}/cancellation/", "keeper"),
    "milestones/<>/deletion/": Row(lambda o: f"/milestones/{o.milestone.pk}/deletion/", "keeper"),
    "milestones/<>/": Row(lambda o: f"/milestones/{o.milestone.pk}/"),
    # environments
    "environments/": at("/environments/"),
    "environments/new/": at("/environments/new/", "keeper"),
    "environments/<>/edit/": at("/environments/prod/edit/", "keeper"),
    "environments/<>/deletion/": at("/environments/prod/deletion/", "keeper"),
    "environments/<>/": at("/environments/prod/"),
    "bookings/new/": at("/bookings/new/?environment=prod"),
    "bookings/<>/": Row(lambda o: f"/bookings/{o.booking.pk}/"),
    "bookings/<>/edit/": Row(lambda o: f"/bookings/{o.booking.pk}/edit/"),
    "bookings/<>/cancellation/": Row(lambda o: f"/bookings/{o.booking.pk}/cancellation/"),
    "services/": at("/services/"),
    "services/new/": at("/services/new/", "keeper"),
    "services/<>/edit/": at("/services/payments/edit/", "keeper"),
    "services/<>/deletion/": at("/services/payments/deletion/", "keeper"),
    "services/<>/": at("/services/payments/"),
    "routes/": at("/routes/"),
    "routes/new/": at("/routes/new/", "keeper"),
    "routes/<>/edit/": at("/routes/main/edit/", "keeper"),
    "routes/<>/deletion/": at("/routes/main/deletion/", "keeper"),
    "routes/<>/": at("/routes/main/"),
    # policies
    "procedures/": at("/procedures/"),
    "procedures/new/": at("/procedures/new/", "keeper"),
    "procedures/<>/edit/": at("/procedures/code-security/edit/", "keeper"),
    "procedures/<>/comparison/": at("/procedures/code-security/comparison/"),
    "procedures/<>/": at("/procedures/code-security/"),
    "policies/": at("/policies/"),
    "policies/new/": at("/policies/new/", "keeper"),
    "policies/<>/edit/": at("/policies/major/edit/", "keeper"),
    "policies/<>/retirement/": at("/policies/major/retirement/", "keeper"),
    "policies/<>/restoration/": at("/policies/major/restoration/", "keeper"),
    "policies/<>/draft/": at("/policies/major/draft/", "keeper"),
    "policies/<>/draft/deletion/": at("/policies/major/draft/deletion/", "keeper"),
    "policies/<>/comparison/": at("/policies/major/comparison/"),
    "policies/<>/versions/<>/": at("/policies/major/versions/2/"),
    "policies/<>/versions/<>/publication/": at("/policies/major/versions/2/publication/", "keeper"),
    "policies/<>/": at("/policies/major/"),
    # exchange
    "imports/": at("/imports/"),
    "imports/<>/": Row(lambda o: f"/imports/{checked(o.reader).pk}/"),
    # accounts
    "me/": at("/me/"),
    "me/inbox/": at("/me/inbox/"),
    "me/reminders/": at("/me/reminders/"),
    "me/reminders/teams/": at("/me/reminders/teams/", "steward"),
    "me/reminders/teams/<>/": Row(lambda o: f"/me/reminders/teams/{o.team.slug}/", "steward"),
    "me/reminders/quiet-hours/": at("/me/reminders/quiet-hours/"),
    "me/reminders/chat/": at("/me/reminders/chat/"),
    "me/reminders/chat/removal/": at("/me/reminders/chat/removal/"),
    "comments/": Row(lambda o: f"/comments/?subject=release:{o.release.key}"),
    "comments/new/": Row(lambda o: f"/comments/new/?subject=release:{o.release.key}"),
    "comments/<>/": Row(lambda o: f"/comments/{o.comment.pk}/"),
    "comments/<>/edit/": Row(lambda o: f"/comments/{o.answer.pk}/edit/"),
    "comments/<>/taking-back/": Row(lambda o: f"/comments/{o.answer.pk}/taking-back/"),
    "accounts/login/": outside("/accounts/login/"),
    "accounts/logout/": at("/accounts/logout/"),
    "accounts/inactive/": outside("/accounts/inactive/"),
    "accounts/signup/": outside("/accounts/signup/"),
    "accounts/reauthenticate/": at("/accounts/reauthenticate/"),
    "accounts/password/change/": at("/accounts/password/change/"),
    "accounts/password/reset/": outside("/accounts/password/reset/"),
    "accounts/password/reset/done/": outside("/accounts/password/reset/done/"),
    "accounts/password/reset/key/<>-<>/": Row(_reset_link, ""),
    "accounts/password/reset/key/done/": outside("/accounts/password/reset/key/done/"),
    "accounts/2fa/": at("/accounts/2fa/"),
    "accounts/2fa/reauthenticate/": at("/accounts/2fa/reauthenticate/"),
    "accounts/2fa/totp/activate/": at("/accounts/2fa/totp/activate/", "newcomer"),
    "accounts/2fa/totp/deactivate/": at("/accounts/2fa/totp/deactivate/"),
    "accounts/2fa/recovery-codes/": at("/accounts/2fa/recovery-codes/"),
    "accounts/2fa/recovery-codes/generate/": at("/accounts/2fa/recovery-codes/generate/"),
    "accounts/2fa/webauthn/": at("/accounts/2fa/webauthn/"),
    "accounts/2fa/webauthn/add/": at("/accounts/2fa/webauthn/add/"),
    "accounts/3rdparty/login/cancelled/": outside("/accounts/3rdparty/login/cancelled/"),
    "accounts/3rdparty/login/error/": outside("/accounts/3rdparty/login/error/", 401),
}

#: Other addresses of the same routes that look different, and pages that no route has.
VIEWS: dict[str, Row] = {
    "the agenda": at("/?view=agenda&date=2026-03-10"),
    "an empty month": at("/?view=month&date=2020-01-01"),
    "a list that finds nothing, with a notice": at("/releases/?status=retired&color=red"),
    "what was live at a moment": at("/live/?at=2026-03-12T12:00"),
    "a search that finds nothing": at("/search/?q=nowhere"),
    "search before it is asked": at("/search/"),
    "an unknown address": at("/nowhere/", status=404),
}

#: Routes that only take a POST; a GET of them is answered 405.
POSTS = {
    "imports/<>/confirmation/",
    "accounts/demo/",
    "demo/tour/end/",
    "me/absences/",
    "me/absences/<>/withdrawal/",
    "me/preferences/",
    "me/inbox/reading/",
    "me/inbox/<>/reading/",
    "me/reminders/channels/<>/",
    "me/reminders/chat/test/",
    "me/reminders/subscriptions/",
    "me/reminders/subscriptions/<>/end/",
    "me/reminders/teams/<>/<>/end/",
    "me/sessions/<>/end/",
    "me/tokens/",
    "me/tokens/<>/revocation/",
}

#: What is no page, by the beginning of its route, and why.
NO_PAGES: dict[str, str] = {
    "api/": "answers JSON; its documents are the library's own page",
    "admin/": "Django's own pages, in its own markup",
    "schedule/card/": "a part of the calendar, loaded into the card of an entry",
    "feeds/<>\\.ics": "iCalendar text",
    "comments/people/": "names for the field of a comment, as JSON",
    "imports/templates/": "files to begin with",
    "exports/": "files",
    "evidence/<>/file": "files",
    "me/inbox/<>/open/": "leads on to what it is about",
    "start/": "leads on to where one's day begins",
    "healthz": "a plain answer for machines",
    "readyz": "a plain answer for machines",
    "metrics": "a plain answer for machines",
    "accounts/oidc/": "leads to the provider and back",
    "accounts/password/set/": "leads on to changing it, since everybody here has one",
    "accounts/2fa/authenticate/": "stands in the middle of signing in; tested there",
    "accounts/2fa/recovery-codes/download/": "a text file",
    "accounts/2fa/webauthn/keys/": "needs a key, which no test machine has; the same form as the others",
    "accounts/2fa/webauthn/reauthenticate/": "needs a key, as above",
    "accounts/2fa/webauthn/login/": "answers JSON",
}


def routes() -> Iterator[str]:
    """Every route of the URL conf that may be a page, placeholders written `<>`."""
    for route in _walk(get_resolver().url_patterns, ""):
        if not any(route.startswith(beginning) for beginning in NO_PAGES):
            yield route


def placeholders(pattern: str) -> str:
    """A pattern of the URL conf with every placeholder written `<>`."""
    return re.sub(r"\(\?P<[^)]*\)|<[^>]*>", "<>", pattern).strip("^$")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
    for entry in patterns:
        route = prefix + placeholders(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route)
        else:
            yield route
