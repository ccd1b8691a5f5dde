"""May it go? What each type of requirement asks, and what the answer costs."""

from datetime import date, timedelta
from typing import Any

import factory
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from environments.actions import bookings
from history.deeds import deed, record
from policies import models as policies
from policies.queries import standards
from releases import models
from releases.verdicts import Requirement, verdict, verdict_of_plan, verdicts
from tests import factories
from tests.factories import NOON
from tests.reading import signed_in

pytestmark = pytest.mark.django_db
BEFORE = NOON - timedelta(days=7)


class ApprovalRuleFactory(factories.Made):
    class Meta:
        model = policies.ApprovalRule

    code = factory.Sequence(lambda n: f"approval-rule-{n}")
    name = factory.Sequence(lambda n: f"Approval rule {n}")
    stage = "production"
    role = "Release manager"


class ScheduleRuleFactory(factories.Made):
    class Meta:
        model = policies.ScheduleRule

    code = factory.Sequence(lambda n: f"schedule-rule-{n}")
    name = factory.Sequence(lambda n: f"Schedule rule {n}")
    stage = "production"


class ObligationFactory(factories.Made):
    class Meta:
        model = models.Obligation


def publish(version: Any) -> None:
    change(version, published_at=BEFORE, published_by=factories.UserFactory())


def change(thing: Any, **values: Any) -> None:
    """Write columns of a row, as a verb would."""
    clock = User.objects.clock()
    with deed(by=clock):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save(update_fields=list(values))
        record(thing, "changed", by=clock)


def hold(promotion: Any) -> None:
    clock = User.objects.clock()
    with deed(by=clock):
        bookings.hold(promotion, promotion.environment, starts_at=promotion.starts_at, ends_at=promotion.ends_at, by=clock)
        record(promotion, "placed", by=clock)


def ready(**given: Any) -> Any:
    """A promotion in whose way nothing stands: asked for, with a place, something in it, and a way back."""
    release = given.pop("release", None) or factories.ReleaseFactory(rollback_plan="Put 1.0 back.")
    service = given.pop("service", None) or factories.ServiceFactory(name="Payments")
    promotion = factories.PromotionFactory(release=release, **{"status": "approved", **given})
    item = factories.ItemFactory(release=release, service=service)
    factories.ArtefactFactory(item=item, candidate=promotion.candidate, address="https://example.org/payments")
    hold(promotion)
    return promotion


def asked(promotion: Any, kind: str, at: Any = BEFORE, **more: Any) -> list[tuple[str, str]]:
    """States and sentences of the requirements of a type."""
    found = verdict(promotion, at, **more)
    return [(each.state.value, each.sentence) for each in found.requirements if each.type == kind]


def test_it_may_go_when_nothing_stands_in_the_way():
    found = verdict(ready(), BEFORE)
    assert (found.allowed, found.sentence) == (True, "It may go: nothing stands in the way.")
    assert {each.type.value for each in found.requirements} == {"timing", "booking", "artefact_identity", "roll_back"}


def test_the_sentence_names_what_is_missing_and_counts_it():
    promotion = ready()
    change(promotion.release, rollback_plan="")
    found = verdict(promotion, BEFORE)
    assert (found.allowed, found.sentence) == (False, "1 of 4 is missing: the way back.")


@pytest.mark.parametrize(
    ("given", "at", "state"),
    [
        ({}, BEFORE, "satisfied"),
        ({}, NOON + timedelta(hours=1), "satisfied"),
        ({}, NOON + timedelta(hours=2), "failed"),
        ({"approved_from": NOON + timedelta(hours=1), "approved_until": NOON + timedelta(hours=4)}, BEFORE, "missing"),
        ({"approved_from": NOON - timedelta(hours=1), "approved_until": NOON + timedelta(hours=4)}, BEFORE, "satisfied"),
    ],
)
def test_timing_lies_inside_the_approved_window(given: dict[str, Any], at: Any, state: str):
    assert [each for each, _ in asked(ready(**given), "timing", at)] == [state]


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (timedelta(), "satisfied"),
        (timedelta(hours=1), "satisfied"),
        (timedelta(hours=2), "missing"),
        (timedelta(hours=-2), "missing"),
    ],
)
def test_a_start_has_to_fit_into_the_window_with_its_whole_length(late: timedelta, state: str):
    promotion = ready(approved_from=NOON - timedelta(hours=1), approved_until=NOON + timedelta(hours=3))
    assert [each for each, _ in asked(promotion, "timing", NOON + late, starting=True)] == [state]


def test_it_needs_its_place():
    promotion = ready()
    assert asked(promotion, "booking") == [("satisfied", f"It has its place in {promotion.environment.name}.")]
    change(promotion, starts_at=NOON + timedelta(days=1), ends_at=NOON + timedelta(days=1, hours=2))
    assert [state for state, _ in asked(promotion, "booking")] == ["missing"]


def route(*stops: dict[str, Any]) -> tuple[Any, list[Any]]:
    made = factories.RouteFactory()
    version = factories.RouteVersionFactory(route=made)
    environments = []
    for position, stop in enumerate(stops, 1):
        environment = factories.EnvironmentFactory(name=stop.pop("name"), stage=stop.pop("stage", "test"))
        factories.StopFactory(version=version, environment=environment, **{"position": position, **stop})
        environments.append(environment)
    return made, environments


def test_it_has_been_at_the_stops_before_and_soaked_there():
    way, (first, second, production) = route(
        {"name": "Test"}, {"name": "Stage", "soak_hours": 48}, {"name": "Live", "stage": "production"}
    )
    release = factories.ReleaseFactory(route=way, rollback_plan="Put 1.0 back.")
    promotion = ready(release=release, environment=production)
    assert asked(promotion, "route_order") == [("missing", "It has to succeed in Test, Stage first.")]
    assert asked(promotion, "soak") == []
    for environment, ended in ((first, NOON - timedelta(days=9)), (second, NOON - timedelta(hours=40))):
        factories.PromotionFactory(
            release=release,
            environment=environment,
            status="succeeded",
            starts_at=ended - timedelta(hours=1),
            ends_at=ended,
            ended_at=ended,
        )
    assert asked(promotion, "route_order") == [("satisfied", "It has been in Test, Stage.")]
    assert asked(promotion, "soak") == [
        ("missing", "It soaks in Stage until Tue 10 Mar, 20:00 UTC, which is later than it begins; move it.")
    ]
    change(promotion, starts_at=NOON + timedelta(hours=8), ends_at=NOON + timedelta(hours=9))
    assert [state for state, _ in asked(promotion, "soak")] == ["satisfied"]


def test_an_environment_that_is_no_stop_is_no_way():
    way, _ = route({"name": "Test"})
    promotion = ready(release=factories.ReleaseFactory(route=way))
    assert [state for state, _ in asked(promotion, "route_order")] == ["failed"]


def test_what_it_needs_live_first_is_there():
    promotion = ready()
    needed = factories.ReleaseFactory(name="Ledger", version="2.0")
    factories.PrerequisiteFactory(release=promotion.release, needs=needed)
    where = promotion.environment
    assert asked(promotion, "prerequisite") == [
        ("missing", f"It needs Ledger 2.0 in {where.name} first, which is not planned there.")
    ]
    there = factories.PromotionFactory(release=needed, environment=where, starts_at=NOON - timedelta(days=1), ends_at=NOON)
    assert asked(promotion, "prerequisite") == [("missing", f"It needs Ledger 2.0 in {where.name} first, which is planned there for Mon 9 Mar, 12:00 UTC.")]  # fmt: skip
    change(there, status="succeeded")
    assert [state for state, _ in asked(promotion, "prerequisite")] == ["satisfied"]


def test_what_is_restricted_is_not_named():
    promotion = ready()
    needed = factories.ReleaseFactory(name="Merger", restricted_until=NOON)
    factories.PrerequisiteFactory(release=promotion.release, needs=needed)
    project = factories.ProjectFactory(restricted_until=NOON)
    factories.ContributionFactory(release=promotion.release, output=factories.OutputFactory(name="Merger papers", project=project))
    said = [each for each in verdict(promotion, BEFORE).requirements if not each.is_good]
    assert len(said) == 2
    assert not [each for each in said if "Merger" in each.sentence + each.name or each.url]


@pytest.mark.parametrize(
    ("state", "status", "strength", "found"),
    [
        ("accepted", "delivered", "hard", ["satisfied"]),
        ("accepted", "accepted", "hard", ["satisfied"]),
        ("accepted", "in_progress", "hard", ["missing"]),
        ("accepted", "cancelled", "hard", ["failed"]),
        ("offered", "delivered", "hard", ["missing"]),
        ("declined", "planned", "hard", []),
        ("accepted", "planned", "soft", []),
    ],
)
def test_the_outputs_it_waits_for_are_delivered(state: str, status: str, strength: str, found: list[str]):
    promotion = ready()
    output = factories.OutputFactory(status=status, due_on=date(2026, 3, 1))
    factories.ContributionFactory(release=promotion.release, output=output, state=state, strength=strength)
    assert [each for each, _ in asked(promotion, "contribution")] == found


def test_everything_in_it_lies_somewhere():
    promotion = ready()
    item = factories.ItemFactory(release=promotion.release, service=factories.ServiceFactory(name="Ledger"))
    assert asked(promotion, "artefact_identity") == [
        ("missing", "Ledger has no definitive copy in candidate 1; say where it lies.")
    ]
    artefact = factories.ArtefactFactory(item=item, digest=f"sha256:{'a' * 64}", identity="digest")
    assert asked(promotion, "artefact_identity") == [
        (
            "satisfied",
            "Where Ledger lies is not said, but it is known by its digest; the next release over it needs an address to go back to.",
        )
    ]
    change(artefact, address="https://example.org/ledger")
    assert asked(promotion, "artefact_identity") == [("satisfied", "Candidate 1 says where everything lies.")]
    change(artefact, address="", digest="", identity="recorded")
    change(item, change="removed")
    assert [state for state, _ in asked(promotion, "artefact_identity")] == ["satisfied"]


def test_where_users_are_there_is_a_way_back():
    promotion = ready()
    service = promotion.release.items.get().service
    older = factories.PromotionFactory(
        environment=promotion.environment, status="succeeded", starts_at=BEFORE, ends_at=BEFORE + timedelta(hours=1)
    )
    item = factories.ItemFactory(release=older.release, service=service)
    factories.DeploymentFactory(promotion=older, item=item)
    assert asked(promotion, "roll_back") == [
        ("missing", "What is there now of Payments has no definitive copy to go back to; say where it lies.")
    ]
    factories.ArtefactFactory(item=item, candidate=older.candidate, address="https://example.org/old")
    assert [state for state, _ in asked(promotion, "roll_back")] == ["satisfied"]
    change(promotion.environment, stage="test")
    assert asked(promotion, "roll_back") == []


def test_lead_time_counts_working_days_from_the_request():
    """NOON is a Tuesday: five working days before lies the Tuesday before."""
    rule = ScheduleRuleFactory(version=factories.PolicyVersionFactory(), lead_days=5)
    publish(rule.version)
    promotion = ready(requested_at=NOON - timedelta(days=7))
    assert asked(promotion, "lead_time") == [("satisfied", "It is asked for 5 working days ahead.")]
    change(promotion, requested_at=NOON - timedelta(days=6))
    assert asked(promotion, "lead_time") == [
        ("missing", "It takes 5 working days of notice: it was asked for on Wed 4 Mar, so it begins on Wed 11 Mar at the earliest.")
    ]


def test_a_debt_of_a_service_holds_up_what_is_normal_and_no_break_fix():
    service = factories.ServiceFactory(name="Ledger")
    fix = factories.PromotionFactory(
        status="succeeded", release=factories.ReleaseFactory(name="Fix", version="1", urgency="break_fix")
    )
    factories.ItemFactory(release=fix.release, service=service)
    rule = factories.GateRuleFactory(name="Regression tests", stage="test")
    owed = ObligationFactory(
        promotion=fix, gate=factories.GateFactory(release=fix.release, rule=rule), due_at=BEFORE - timedelta(days=1)
    )
    promotion = ready(service=service)
    assert asked(promotion, "obligation") == [
        ("missing", "Ledger still owes Regression tests of Fix 1, which was due by Mon 2 Mar, 12:00 UTC.")
    ]
    change(promotion.release, urgency="break_fix")
    assert asked(promotion, "obligation") == []
    change(promotion.release, urgency="planned")
    change(owed, met_at=BEFORE)
    assert asked(promotion, "obligation") == []


def test_gates_and_approvals_stand_before_their_stage():
    version = factories.PolicyVersionFactory()
    rule = factories.GateRuleFactory(version=version, name="Penetration test", ask="Is it safe?")
    ApprovalRuleFactory(version=version, name="Go-live", people=2)
    publish(version)
    promotion = ready(status="requested")
    gate = promotion.release.gates.filter(rule=rule).first() or factories.GateFactory(release=promotion.release, rule=rule)
    found = verdict(promotion, BEFORE)
    assert [each.state.value for each in found.requirements if each.type in ("gate", "approval")] == ["missing", "missing"]
    for state, is_told in (("passed", "satisfied"), ("failed", "failed"), ("open", "missing")):
        change(gate, state=state)
        assert [each for each, _ in asked(promotion, "gate")] == [is_told]
    change(promotion.environment, stage="test")
    assert asked(promotion, "gate") == asked(promotion, "approval") == []


@pytest.mark.parametrize(("expires", "state"), [(NOON + timedelta(days=1), "waived"), (NOON - timedelta(hours=1), "missing")])
def test_a_waiver_has_to_last_until_it_begins(expires: Any, state: str):
    version = factories.PolicyVersionFactory()
    rule = factories.GateRuleFactory(version=version)
    publish(version)
    promotion = ready()
    gate = promotion.release.gates.filter(rule=rule).first() or factories.GateFactory(release=promotion.release, rule=rule)

    class WaiverFactory(factories.Made):
        class Meta:
            model = models.Waiver

    WaiverFactory(gate=gate, reason="a", compensating_control="b", expires_at=expires, at=BEFORE, by=factories.UserFactory())
    change(gate, state="waived")
    assert [each for each, _ in asked(promotion, "gate")] == [state]


def test_a_package_answers_for_its_members():
    package = factories.ReleaseFactory(extent="package", rollback_plan="All back.")
    whole = ready(release=package)
    member = ready(release=factories.ReleaseFactory(package=package), environment=whole.environment)
    lost = factories.ReleaseFactory(package=package, status="cancelled")
    found = verdict(whole, BEFORE)
    assert found.sentence == f"1 of 8 is missing: {member.release.key}: the way back."
    assert not [each for each in found.requirements if lost.key in each.sentence]
    change(member, status="succeeded")
    assert verdict(whole, BEFORE).allowed


def test_what_has_begun_has_nothing_left_to_ask():
    found = verdict(ready(status="running"), BEFORE)
    assert (found.allowed, found.requirements) == (False, ())


def test_a_plan_that_does_not_exist_has_an_answer_and_leaves_nothing():
    promotion = ready()
    elsewhere = factories.EnvironmentFactory(lanes=1)
    user = factories.UserFactory()
    when = (NOON, NOON + timedelta(hours=1))
    found = verdict_of_plan(promotion.release, elsewhere, *when, BEFORE, user=user)
    assert found.allowed
    other = factories.PromotionFactory(environment=elsewhere)
    hold(other)
    taken = [
        each for each in verdict_of_plan(promotion.release, elsewhere, *when, BEFORE, user=user).requirements if not each.is_good
    ]
    assert [each.type.value for each in taken] == ["booking"]
    assert models.Promotion.objects.count() == 2


def test_over_rest():
    promotion = ready(starts_at=NOON + timedelta(days=9_000), ends_at=NOON + timedelta(days=9_001))
    reader = signed_in(factories.UserFactory())
    answer = reader.get(f"/api/v1/promotions/{promotion.pk}/verdict/")
    assert answer.json()["allowed"] is True
    assert set(answer.json()["requirements"][0]) == {"type", "state", "sentence", "who", "due_at", "url"}
    assert answer.json()["requirements"][0]["url"] == f"http://testserver/promotions/{promotion.pk}/move/"
    asked_about = {"release": promotion.release.key, "environment": promotion.environment.slug}
    same = reader.post("/api/v1/verdicts/", asked_about, content_type="application/json")
    assert same.json() == answer.json()
    half = reader.post("/api/v1/verdicts/", asked_about | {"starts_at": "2027-01-01T00:00:00Z"}, content_type="application/json")
    assert (half.status_code, list(half.json()["errors"])) == (400, ["ends_at"])
    assert reader.get("/api/v1/promotions/999999/verdict/").status_code == 404
    change(promotion.release, restricted_until=NOON + timedelta(days=99_00))
    assert reader.get(f"/api/v1/promotions/{promotion.pk}/verdict/").status_code == 404


def thirty_on(way: Any, test: Any, production: Any) -> list[Any]:
    """Promotions of thirty releases that were in test, changed since and wait for something; written at once."""
    services, output, needed = (
        [factories.ServiceFactory(), factories.ServiceFactory()],
        factories.OutputFactory(),
        factories.ReleaseFactory(),
    )
    clock = User.objects.clock()
    with deed(by=clock):
        releases = models.Release.objects.bulk_create(models.Release(name=f"R{n}", version="1", route=way) for n in range(30))
        for number in (1, 2):
            models.Candidate.objects.bulk_create(models.Candidate(release=each, number=number) for each in releases)
        old, new = ({each.release_id: each for each in models.Candidate.objects.filter(number=number)} for number in (1, 2))
        there = {"environment": test, "status": "succeeded", "starts_at": BEFORE, "ends_at": BEFORE + timedelta(hours=1)}
        ahead = {"environment": production, "starts_at": NOON, "ends_at": NOON + timedelta(hours=1)}
        models.Promotion.objects.bulk_create(models.Promotion(release=each, candidate=old[each.pk], **there) for each in releases)
        made: list[Any] = models.Promotion.objects.bulk_create(
            models.Promotion(release=each, candidate=new[each.pk], **ahead) for each in releases
        )
        models.Item.objects.bulk_create(models.Item(release=each, service=service) for each in releases for service in services)
        models.Contribution.objects.bulk_create(models.Contribution(release=each, output=output) for each in releases)
        models.Prerequisite.objects.bulk_create(models.Prerequisite(release=each, needs=needed) for each in releases)
        record(output, "carried", by=clock)
    return made


def test_thirty_answers_cost_as_many_queries_as_one_and_at_most_twelve():
    """With everything there is to ask: a route, several candidates, gates, approvals, and what it waits for."""
    version = factories.PolicyVersionFactory()
    factories.GateRuleFactory(version=version)
    ApprovalRuleFactory(version=version)
    ScheduleRuleFactory(version=version, lead_days=1, soak_hours=1)
    publish(version)
    way, (test, production) = route({"name": "Test"}, {"name": "Live", "stage": "production"})
    made = thirty_on(way, test, production)
    known = standards()
    counts = []
    for some in (made[:1], made):
        with CaptureQueriesContext(connection) as captured:
            found = verdicts(some, BEFORE, known=known)
        counts.append(len(captured))
        assert len(found) == len(some)
    # Readers ask once more: whether the standards they keep are still those in force.
    assert counts == [11, 11]


def test_a_requirement_without_a_day_is_never_late():
    assert not Requirement("gate", "missing", "It is open.").is_late(NOON)
