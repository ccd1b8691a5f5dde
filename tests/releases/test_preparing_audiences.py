"""Whom a release affects, what they need, and what gates follow from it, through both doors."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.vocabulary import Role, Scope
from common import labels
from common.refusals import Conflict, IllegalMove, NotAllowed, RuleBroken, Stale
from history.models import Fact
from policies.vocabulary import GateArea
from releases.actions import audiences, gates, preparations, promotions, restrictions
from releases.models import Audience, Gate, Preparation
from releases.queries.gates import state_of
from releases.queries.preparations import Need, Prepared
from releases.verdicts import verdicts
from tests.approving import asks, manager, yes
from tests.callers import Caller
from tests.factories import (
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    OutputFactory,
    PreparationFactory,
    ReleaseFactory,
    UserFactory,
)
from tests.reading import signed_in, words
from tests.standards import standard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
WINDOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
SESSION = {"starts_at": NOW + timedelta(days=3), "ends_at": NOW + timedelta(days=3, hours=2)}
AREAS = (GateArea.TRAINING, GateArea.COMMUNICATION, GateArea.CUSTOMER_PREPARATION)


@pytest.fixture(autouse=True)
def at_nine(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


class Cast:
    """A release on its way into production, and the three gates that follow from its audiences."""

    def __init__(self) -> None:
        standard(gates=[{"name": area.label, "area": area, "evidence": "preparations"} for area in AREAS])
        self.manager: Any = UserFactory(name="Rita", roles=[Role.RELEASE_MANAGER])
        self.trainer: Any = UserFactory(name="Tom")
        self.release: Any = ReleaseFactory(name="Payments", version="2.0", status="draft", release_manager=self.manager)
        ItemFactory(release=self.release, service__name="Payments gateway", version="2.0")
        production: Any = EnvironmentFactory(slug="prod", stage="production")
        when: dict[str, Any] = {"starts_at": WINDOW, "ends_at": WINDOW + timedelta(hours=2)}
        self.promotion = promotions.plan(self.release, production, by=self.manager, at=NOW, **when)

    def named(self, name: str, *needs: str, **more: Any) -> Audience:
        found = audiences.add(self.release, name=name, by=self.manager, **more)
        for need in needs:
            preparations.plan(found, need=need, by=self.manager)
        return found

    def need(self, need: str) -> Preparation:
        found: Preparation = Preparation.objects.with_references().get(need=need)
        return found

    def finish(self, preparation: Preparation) -> Preparation:
        return preparations.finish(preparation, by=self.manager, at=NOW)

    @property
    def states(self) -> dict[str, str]:
        """What each gate is kept as, by area; and that it is just that when it is asked anew."""
        found = list(Gate.objects.with_rules())
        anew = state_of(found, NOW)
        assert {gate.pk: gate.state for gate in found} == {number: standing.state for number, standing in anew.items()}
        return {gate.area: gate.state for gate in found}

    def sentence(self, area: str) -> str:
        """What the verdict says of a gate."""
        name = GateArea(area).label
        found = verdicts([self.promotion], NOW)[self.promotion.pk].requirements
        return next(each.sentence for each in found if each.name == name)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


# --- gates follow


def test_while_nobody_is_named_all_three_are_open_and_say_so(cast: Cast):
    assert set(cast.states.values()) == {"open"}
    assert "nobody has said yet who is affected; name the audiences of the release." in cast.sentence("training")


@pytest.mark.parametrize(
    ("needs", "is_customer", "passed"),
    [
        ((), False, {"customer_preparation"}),
        ((), True, set()),
        (("nothing",), True, {"training", "communication", "customer_preparation"}),
        (("notice",), False, {"training", "customer_preparation"}),
        (("notice",), True, {"training"}),
        (("briefing",), False, {"communication", "customer_preparation"}),
        (("training",), True, {"communication"}),
        (("training", "notice"), False, {"customer_preparation"}),
    ],
)
def test_each_area_looks_at_its_own_needs(cast: Cast, needs: tuple[str, ...], is_customer: bool, passed: set[str]):
    cast.named("Store staff", *needs, is_customer=is_customer)
    assert {area for area, state in cast.states.items() if state == "passed"} == passed


@pytest.mark.parametrize("order", list(permutations(("notice", "briefing", "training"))))
def test_in_whatever_order_things_are_done_and_undone_the_gates_follow(cast: Cast, order: tuple[str, ...]):
    cast.named("Store staff", *order, is_customer=True)
    done: set[str] = set()
    for verb in (cast.finish, lambda each: preparations.reopen(each, by=cast.manager)):
        for need in order:
            verb(cast.need(need))
            done ^= {need}
            assert cast.states == {
                "training": "passed" if {"briefing", "training"} <= done else "open",
                "communication": "passed" if "notice" in done else "open",
                "customer_preparation": "passed" if len(done) == 3 else "open",
            }


NEEDS = st.builds(
    Need,
    audience=st.sampled_from(["Drivers", "Store staff Leipzig"]),
    is_customer=st.booleans(),
    need=st.sampled_from(["", "nothing", "notice", "briefing", "training"]),
    is_done=st.booleans(),
)


@settings(max_examples=50)
@given(st.lists(NEEDS, max_size=6), st.sampled_from(AREAS))
def test_what_is_missing_never_depends_on_the_order_and_ends_when_all_is_done(needs: list[Need], area: str):
    known = tuple(each._replace(is_done=True) if each.need == "nothing" else each for each in needs)
    assert bool(Prepared(known).missing(area)) == bool(Prepared(known[::-1]).missing(area))
    all_done = Prepared(tuple(each._replace(is_done=True) for each in known if each.need))
    assert bool(all_done.missing(area)) is not bool(all_done.needs)


def test_the_verdict_names_what_is_missing(cast: Cast):
    cast.named("Store staff", "training", site="Leipzig")
    cast.named("Drivers", "training", "briefing")
    cast.named("Desk", is_customer=True)
    assert cast.sentence("training").startswith(
        "Training: it is not said yet what is needed by Desk; 2 trainings and 1 briefing are not done: Store staff Leipzig, Drivers."
    )
    assert cast.sentence("communication").startswith("Communication: it is not said yet what is needed by Desk.")


def test_the_verdict_asks_no_query_more_for_it(cast: Cast):
    with CaptureQueriesContext(connection) as before:
        verdicts([cast.promotion], NOW)
    for name in ("Store staff", "Drivers"):
        cast.named(name, "training", "notice")
    with CaptureQueriesContext(connection) as after:
        verdicts([cast.promotion], NOW)
    assert len(after) == len(before)


def test_taking_an_audience_out_is_followed_too(cast: Cast):
    found = cast.named("Store staff", "nothing")
    assert set(cast.states.values()) == {"passed"}
    audiences.remove(found, by=cast.manager)
    assert set(cast.states.values()) == {"open"}
    told = Fact.objects.filter(subject_kind="gate", verb="followed")
    assert told.count() == 6


def test_a_gate_put_later_knows_what_was_done_before(cast: Cast):
    promotions.cancel(cast.promotion, reason="Later", by=cast.manager, at=NOW)
    cast.named("Store staff", "nothing")
    when: dict[str, Any] = {"starts_at": WINDOW, "ends_at": WINDOW + timedelta(hours=2)}
    promotions.plan(cast.release, cast.promotion.environment, by=cast.manager, at=NOW, **when)
    assert set(cast.states.values()) == {"passed"}


def test_nobody_passes_it_by_hand_but_who_decides_may_fail_it(cast: Cast):
    cast.named("Store staff", "nothing")
    gate = Gate.objects.with_rules().get(area="training")
    with pytest.raises(IllegalMove, match="follows from what the audiences"):
        gates.decide(gate, outcome="passed", by=cast.manager, at=NOW)
    gates.decide(gate, outcome="failed", comment="Half of them were ill", by=cast.manager, at=NOW)
    assert cast.states["training"] == "failed"
    gates.reopen(Gate.objects.with_rules().get(pk=gate.pk), by=cast.manager, at=NOW)
    assert cast.states["training"] == "passed"


def test_an_approval_that_saw_it_passed_is_void_once_it_is_not(cast: Cast):
    asks({"role": Role.RELEASE_MANAGER, "people": 1}, slug="approvals")
    cast.named("Store staff", "notice")
    one = cast.finish(cast.need("notice"))
    promotion = promotions.request(cast.promotion, by=cast.manager, at=NOW)
    given = yes(promotion, manager(), at=NOW)
    preparations.reopen(one, by=cast.manager)
    given.refresh_from_db()
    assert given.end.reason == "the gate “Communication” was good then, and is not any more"


# --- who may


@pytest.mark.parametrize(("who", "may"), [("manager", True), ("trainer", True), ("stranger", False), ("auditor", False)])
def test_the_releases_side_and_who_sees_to_it_say_whether_it_is_done(cast: Cast, who: str, may: bool):
    auditor = UserFactory(roles=[Role.AUDITOR])
    person = {"manager": cast.manager, "trainer": cast.trainer, "stranger": UserFactory(), "auditor": auditor}[who]
    found = cast.named("Store staff", "training")
    one = preparations.change(cast.need("training"), {"owner": auditor if who == "auditor" else cast.trainer}, by=cast.manager)
    if may:
        assert preparations.finish(one, by=person, at=NOW).done_at == NOW
        assert preparations.reopen(one, by=person).done_at is None
    else:
        with pytest.raises(NotAllowed, match="who sees to it"):
            preparations.finish(one, by=person, at=NOW)
    if who != "manager":
        for verb in (
            lambda: preparations.change(one, {"about": "Refunds"}, by=person),
            lambda: preparations.remove(one, by=person),
            lambda: audiences.change(found, {"site": "Leipzig"}, by=person),
            lambda: audiences.draft_notes(found, by=person),
            lambda: audiences.remove(found, by=person),
        ):
            with pytest.raises(NotAllowed):
                verb()


# --- what goes together


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"need": "nothing", "starts_at": NOW}, "starts_at"),
        ({"need": "notice", **SESSION}, "ends_at"),
        ({"need": "training", "starts_at": NOW}, "ends_at"),
        ({"need": "training", "ends_at": NOW}, "starts_at"),
        ({"need": "briefing", "starts_at": NOW, "ends_at": NOW}, "ends_at"),
    ],
)
def test_times_go_with_the_need(cast: Cast, given: dict[str, Any], field: str):
    found = cast.named("Store staff")
    with pytest.raises(RuleBroken) as refused:
        preparations.plan(found, by=cast.manager, **given)
    assert set(refused.value.errors) == {field}


def test_nobody_needs_nothing_and_something(cast: Cast):
    one, other = cast.named("Store staff", "nothing"), cast.named("Drivers", "notice")
    for audience, need in ((one, "notice"), (other, "nothing")):
        with pytest.raises(Conflict):
            preparations.plan(audience, need=need, by=cast.manager)


def test_what_is_done_stays_until_it_is_marked_as_not_done(cast: Cast):
    found = cast.named("Store staff", "training")
    one = cast.finish(cast.need("training"))
    with pytest.raises(IllegalMove):
        cast.finish(one)
    for verb in (
        lambda: preparations.change(one, {"about": "Refunds"}, by=cast.manager),
        lambda: preparations.remove(one, by=cast.manager),
        lambda: audiences.remove(found, by=cast.manager),
    ):
        with pytest.raises(Conflict, match="mark it as not done first"):
            verb()
    preparations.reopen(one, by=cast.manager)
    audiences.remove(found, by=cast.manager)
    assert not Audience.objects.exists()
    assert not Preparation.objects.exists()


def test_nothing_is_done_before_it_happened(cast: Cast):
    cast.named("Store staff", "training")
    with pytest.raises(RuleBroken):
        preparations.finish(cast.need("training"), done_at=NOW + timedelta(minutes=1), by=cast.manager, at=NOW)
    cast.named("Drivers", "nothing")
    with pytest.raises(IllegalMove):
        cast.finish(cast.need("nothing"))


def test_an_audience_is_named_once_at_each_site(cast: Cast):
    cast.named("Store staff", site="Leipzig")
    other = cast.named("Store staff", site="Halle")
    with pytest.raises(Conflict, match="named already"):
        audiences.change(other, {"site": "Leipzig"}, by=cast.manager)


def test_a_release_that_is_over_stays_as_it_was(cast: Cast):
    found = cast.named("Store staff", "training")
    over: Any = ReleaseFactory(status="retired")
    with pytest.raises(Conflict, match="retired"):
        audiences.add(over, name="Drivers", by=cast.manager)
    assert found.release_id != over.pk


# --- release notes


def test_a_draft_names_what_everybody_may_know_and_never_writes_over_what_somebody_wrote(cast: Cast):
    ContributionFactory(release=cast.release, output__name="Consent *screens*")
    secret: Any = OutputFactory(name="Secret tariff", project__restricted_until=NOW + timedelta(days=90))
    ContributionFactory(release=cast.release, output=secret)
    found = audiences.draft_notes(cast.named("Store staff", site="Leipzig"), by=cast.manager)
    assert found.notes == (
        "**Payments 2.0**\n\nFor Store staff Leipzig.\n\nWhat it brings:\n\n- Consent \\*screens\\*\n\n"
        "What changes:\n\n- Payments gateway changes, version 2.0\n"
    )
    assert found.is_drafted
    ItemFactory(release=cast.release, service__name="Ledger", version="", change="removed")
    found = audiences.draft_notes(found, by=cast.manager)
    assert "- Ledger goes" in found.notes
    found = audiences.change(found, {"notes": "Your tills say *thank you*."}, by=cast.manager)
    assert not found.is_drafted
    with pytest.raises(Conflict, match="Somebody wrote the notes"):
        audiences.draft_notes(found, by=cast.manager)
    assert audiences.draft_notes(found, overwrite=True, by=cast.manager).is_drafted


# --- doors


def test_the_page_asks_before_a_draft_takes_the_place_of_what_somebody_wrote(cast: Cast):
    found = cast.named("Store staff", notes="Your tills say *thank you*.")
    client = signed_in(cast.manager)
    page = f"{found.get_absolute_url()}draft/"
    assert "Somebody wrote the notes" in words(client.get(page).content.decode())
    assert client.post(page, {"seen": str(found.revision)}).status_code == 302
    found.refresh_from_db()
    assert found.notes.startswith("**Payments 2.0**")
    assert "For Store staff." in words(client.get(found.get_absolute_url()).content.decode())


def test_the_pages_plan_and_finish_and_the_gate_says_what_it_follows_from(cast: Cast):
    client = signed_in(cast.manager)
    base = cast.release.get_absolute_url()
    client.post(f"{base}audiences/new/", {"name": "Store staff", "site": "Leipzig"})
    found = Audience.objects.get()
    planned = client.post(
        f"{base}audiences/{found.pk}/preparations/new/",
        {
            "need": "training",
            "about": "Refunds",
            "owner": cast.trainer.email,
            "starts_at": "2026-11-05T10:00",
            "ends_at": "2026-11-05T12:00",
        },
    )
    assert planned.status_code == 302
    gate = Gate.objects.get(area="training")
    shown = words(client.get(gate.get_absolute_url()).content.decode())
    assert "it follows from what the audiences of the release need" in shown
    assert "1 training is not done: Store staff Leipzig." in shown
    assert "Refunds" in words(client.get(base).content.decode())
    one = Preparation.objects.get()
    trainer = signed_in(cast.trainer)
    assert trainer.get(f"{base}preparations/{one.pk}/edit/").status_code == 403
    assert trainer.post(f"{base}preparations/{one.pk}/completion/", {"done_at": "", "seen": str(one.revision)}).status_code == 302
    assert cast.states["training"] == "passed"


def test_over_rest_they_are_planned_changed_finished_and_taken_out(cast: Cast):
    caller = Caller(user=cast.manager, scopes=(Scope.READ, Scope.WRITE))
    here = f"releases/{cast.release.key}/"

    def sent(method: str, place: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        answer = caller.send(method, here + place, body, **headers)
        return answer.status_code, answer.json() if answer.content else None

    status, made = sent("POST", "audiences/", {"name": "Store staff", "site": "Leipzig", "is_customer": True})
    assert (status, made["is_customer"], made["is_drafted"]) == (201, True, False)
    audience = f"audiences/{made['id']}/"
    status, drafted = sent("POST", f"{audience}draft/", {})
    assert (status, drafted["is_drafted"]) == (200, True)
    assert sent("PATCH", audience, {"notes": "Yours"}, **{"If-Match": f'"{made["revision"]}-1"'})[0] == 412
    assert sent("PATCH", audience, {"notes": "Yours"})[1]["notes"] == "Yours"
    assert sent("POST", f"{audience}draft/", {})[0] == 409
    assert sent("POST", f"{audience}draft/", {"overwrite": True})[1]["is_drafted"]
    asked = {"audience": made["id"], "need": "training", "owner": cast.trainer.email, "starts_at": "2026-11-05T10:00:00Z"}
    assert sent("POST", "preparations/", asked)[0] == 422
    key = {"Idempotency-Key": "once"}
    status, planned = sent("POST", "preparations/", asked | {"ends_at": "2026-11-05T12:00:00Z"}, **key)
    assert (status, planned["owner"]["name"], planned["audience"]["name"]) == (201, "Tom", "Store staff Leipzig")
    assert sent("POST", "preparations/", asked | {"ends_at": "2026-11-05T12:00:00Z"}, **key)[1]["id"] == planned["id"]
    assert planned["html_url"].endswith(f"{audience}#preparation-{planned['id']}")
    one = f"preparations/{planned['id']}/"
    assert sent("PATCH", one, {"about": "Refunds"})[1]["about"] == "Refunds"
    assert sent("POST", f"{one}completion/", {})[1]["done_at"] == "2026-11-02T09:00:00Z"
    assert cast.states["training"] == "passed"
    assert sent("DELETE", one)[0] == 409
    assert sent("DELETE", f"{one}completion/")[1]["done_at"] is None
    assert sent("DELETE", one)[0] == 204
    assert sent("DELETE", audience)[0] == 204
    assert caller.rows(f"{here}audiences/") == caller.rows(f"{here}preparations/") == []


@pytest.mark.parametrize("place", ["audiences/", "preparations/"])
def test_lists_cost_the_same_for_one_row_and_for_thirty(cast: Cast, place: str):
    caller = Caller(user=cast.manager)
    cast.named("Store staff", "training")
    assert caller.queries(f"releases/{cast.release.key}/{place}") == 6
    for number in range(29):
        PreparationFactory(audience__release=cast.release, audience__name=f"Group {number}")
    assert len(caller.rows(f"releases/{cast.release.key}/{place}")) == 30
    assert caller.queries(f"releases/{cast.release.key}/{place}") == 6


def test_the_page_of_the_release_costs_the_same_for_one_and_for_thirty(cast: Cast):
    client = signed_in(cast.manager)
    counts = []
    for many in (1, 29):
        for number in range(many):
            PreparationFactory(audience__release=cast.release, audience__name=f"Group {many} {number}", owner=cast.trainer)
        client.get(cast.release.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            client.get(cast.release.get_absolute_url())
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_audience_of_another_release_is_none_here(cast: Cast):
    caller = Caller(user=cast.manager, scopes=(Scope.READ, Scope.WRITE))
    other: Any = ReleaseFactory()
    found = cast.named("Store staff")
    answer = caller.send("POST", f"releases/{other.key}/preparations/", {"audience": found.pk, "need": "notice"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["audience"])
    assert caller.get(f"releases/{other.key}/audiences/{found.pk}/").status_code == 404


def test_who_saw_something_else_is_told_so(cast: Cast):
    found = cast.named("Store staff")
    audiences.change(found, {"site": "Leipzig"}, by=cast.manager)
    with pytest.raises(Stale):
        audiences.change(found, {"site": "Halle"}, by=cast.manager, seen={found.revision})


def test_what_belongs_to_a_restricted_release_is_named_to_nobody_else(cast: Cast):
    found = cast.named("Store staff", "training")
    wanted = [("audience", found.pk), ("preparation", cast.need("training").pk)]
    stranger: Any = UserFactory()
    assert [each.text for each in labels.of(wanted, stranger).values()] == [
        "Store staff",
        "the training for Store staff of Payments 2.0",
    ]
    restrictions.restrict(cast.release, until=NOW + timedelta(days=90), teams=[], by=cast.manager, at=NOW)
    assert {each.text for each in labels.of(wanted, stranger).values()} == {"restricted, ask Rita"}
    assert signed_in(stranger).get(found.get_absolute_url()).status_code == 404
