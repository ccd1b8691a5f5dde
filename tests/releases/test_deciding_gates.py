"""Who decides and waives gates, when, and what comes of it, through both doors."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Absence, User
from accounts.vocabulary import AccountKind, Role, Scope
from history.deeds import deed, record
from history.models import Fact
from releases.actions import gates, promotions
from releases.models import Evidence, Gate, GateDecision, Waiver, WaiverEnd
from releases.queries.gates import state_of
from tests.callers import Caller, change
from tests.factories import (
    ArtefactFactory,
    EnvironmentFactory,
    ItemFactory,
    MembershipFactory,
    ReleaseFactory,
    TeamFactory,
    UserFactory,
)
from tests.reading import signed_in, words
from tests.standards import standard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
UNTIL = NOW + timedelta(days=30)
WINDOW = datetime(2026, 11, 25, 20, tzinfo=UTC)
APPROVE = (Scope.READ, Scope.APPROVE)
REFUSED = {403, 409, 422}


@pytest.fixture(autouse=True)
def at_nine(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


class Cast:
    """One gate of the team Security, waived by Operations, and everybody around it."""

    def __init__(self) -> None:
        self.security: Any = TeamFactory(slug="security", name="Security")
        operations = TeamFactory(slug="operations", name="Operations")
        rule = {"name": "Pen test", "owner_team": self.security, "owner_role": "", "waived_by_team": operations}
        standard(gates=[rule | {"checklist": ["Looked at the logs", "Told the desk, and the shift"]}])
        self.manager = UserFactory(name="Rita", roles=[Role.RELEASE_MANAGER])
        self.member = MembershipFactory(team=self.security, user__name="Sam").user
        self.waiver = MembershipFactory(team=operations, user__name="Olga").user
        self.delegate = self.standing_in_for(self.member)
        self.waiving_delegate = self.standing_in_for(self.waiver)
        self.administrator = UserFactory(roles=[Role.ADMINISTRATOR])
        self.auditor = MembershipFactory(team=self.security, user=UserFactory(roles=[Role.AUDITOR])).user
        self.service = MembershipFactory(team=self.security, user=UserFactory(kind=AccountKind.SERVICE)).user
        self.stranger = UserFactory()
        self.release: Any = ReleaseFactory(name="Payments", version="2.0", status="draft")
        ArtefactFactory(item=ItemFactory(release=self.release), address="https://copies/1")
        production: Any = EnvironmentFactory(slug="prod", stage="production")
        self.promotion = promotions.plan(
            self.release, production, starts_at=WINDOW, ends_at=WINDOW + timedelta(hours=2), by=self.manager, at=NOW
        )
        gates.tick(self.gate, ["Looked at the logs", "Told the desk, and the shift"], by=self.member, at=NOW)

    @property
    def gate(self) -> Gate:
        found: Gate = Gate.objects.with_rules().get()
        return found

    @property
    def page(self) -> str:
        return self.gate.get_absolute_url()

    def standing_in_for(self, user: Any) -> Any:
        delegate: Any = UserFactory()
        clock = User.objects.clock()
        with deed(by=clock):
            day = timedelta(days=1)
            absence = Absence.objects.create(user=user, delegate=delegate, starts_at=NOW - day, ends_at=NOW + day)
            record(absence, "made", by=clock)
        return delegate

    def be(self, state: str) -> None:
        """Have the gate be in a state."""
        before = NOW - timedelta(minutes=10)
        if state in ("passed", "failed"):
            gates.decide(self.gate, outcome=state, comment="Looked", by=self.member, at=before)
        if state == "waived":
            gates.waive(self.gate, reason="Late", compensating_control="Watch", expires_at=UNTIL, by=self.waiver, at=before)


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast()


Act = Callable[[Cast, Any], int]


def by_rest(method: str, place: str, body: Any = None) -> Act:
    def act(cast: Cast, who: Any) -> int:
        scopes = (Scope.READ, Scope.WRITE) if who.is_service else APPROVE
        return int(Caller(user=who, scopes=scopes).send(method, f"gates/{cast.gate.pk}/{place}", body).status_code)

    return act


def by_page(place: str, values: dict[str, Any] | None = None) -> Act:
    return lambda cast, who: int(signed_in(who).post(f"{cast.page}{place}", values or {}).status_code)


WAIVER = {"reason": "Late", "compensating_control": "Somebody watches", "expires_at": "2026-12-01T00:00:00Z"}
ON_PAGE = WAIVER | {"expires_at": "2026-12-01T00:00"}
DOORS: dict[str, dict[str, Act]] = {
    "pass": {
        "rest": by_rest("POST", "decision/", {"outcome": "passed"}),
        "page": by_page("decision/", {"outcome": "passed"}),
    },
    "fail": {
        "rest": by_rest("POST", "decision/", {"outcome": "failed", "comment": "Slow"}),
        "page": by_page("decision/", {"outcome": "failed", "comment": "Slow"}),
    },
    "reopen": {"rest": by_rest("DELETE", "decision/"), "page": by_page("reopening/")},
    "waive": {"rest": by_rest("POST", "waivers/", WAIVER), "page": by_page("waivers/new/", ON_PAGE)},
}
#: verb: {state before: state after}; every other state refuses it.
MOVES = {
    "pass": {"open": "passed", "failed": "passed", "waived": "passed"},
    "fail": {"open": "failed", "passed": "failed", "waived": "failed"},
    "reopen": {"passed": "open", "failed": "open"},
    "waive": {"open": "waived", "failed": "waived"},
}
#: Who may do it at all. Nobody's role lifts this.
MAY = {
    "pass": ("member", "delegate"),
    "fail": ("member", "delegate"),
    "reopen": ("member", "delegate"),
    "waive": ("waiver", "waiving_delegate"),
}
PEOPLE = ("member", "delegate", "waiver", "waiving_delegate", "manager", "administrator", "auditor", "service", "stranger")


def told() -> list[str]:
    """What was told of gates, in order."""
    facts = Fact.objects.filter(subject_kind="gate").order_by("event_id", "position")
    return list(facts.values_list("verb", flat=True))


@pytest.mark.parametrize("door", ["rest", "page"])
@pytest.mark.parametrize("verb", list(DOORS))
def test_only_whom_the_rule_names_does_it(cast: Cast, verb: str, door: str):
    if verb == "reopen":
        cast.be("failed")
    before = cast.gate.state
    for person in PEOPLE:
        if person not in MAY[verb]:
            assert DOORS[verb][door](cast, getattr(cast, person)) == 403, person
            assert cast.gate.state == before, person
    for person in MAY[verb][-1:]:
        assert DOORS[verb][door](cast, getattr(cast, person)) in (200, 201, 302)


@pytest.mark.parametrize("state", ["open", "passed", "failed", "waived"])
@pytest.mark.parametrize(("verb", "door"), [("pass", "rest"), ("fail", "page"), ("reopen", "rest"), ("waive", "page")])
def test_each_verb_goes_from_the_states_of_its_table_and_no_other(cast: Cast, state: str, verb: str, door: str):
    cast.be(state)
    before = told()
    status = DOORS[verb][door](cast, getattr(cast, MAY[verb][0]))
    if state in MOVES[verb]:
        assert status in (200, 201, 302)
        assert cast.gate.state == MOVES[verb][state]
    else:
        assert status == 409
        assert (cast.gate.state, told()) == (state, before)


def test_what_is_answered_and_told(cast: Cast):
    sam = Caller(user=cast.member, scopes=APPROVE)
    answer = sam.send("POST", f"gates/{cast.gate.pk}/decision/", {"outcome": "passed", "comment": "All well"})
    body = answer.json()
    assert (answer.status_code, body["state"], body["sentence"], body["owner_team"]["slug"]) == (
        200,
        "passed",
        "It is passed.",
        "security",
    )
    assert body["html_url"].endswith(f"/releases/{cast.release.key}/gates/{cast.gate.pk}/")
    taken = sam.send("DELETE", f"gates/{cast.gate.pk}/decision/")
    assert (taken.status_code, taken.json()["outcome"]) == (200, "reopened")
    assert [row["outcome"] for row in sam.rows(f"gates/{cast.gate.pk}/decisions/")] == ["passed", "reopened"]
    assert told() == ["ticked", "passed", "reopened"]
    assert sam.rows(f"releases/{cast.release.key}/gates/") == [sam.get(f"gates/{cast.gate.pk}/").json()]
    assert [row["id"] for row in sam.rows("gates/?state=open&area=training&team=security&from=2026-11-01&to=2026-12-01")] == [
        cast.gate.pk
    ]


def test_a_token_without_the_scope_decides_nothing(cast: Cast):
    writer = Caller(user=cast.member, scopes=(Scope.READ, Scope.WRITE))
    assert writer.send("POST", f"gates/{cast.gate.pk}/decision/", {"outcome": "passed"}).status_code == 403
    assert not GateDecision.objects.exists()


def test_a_stale_decision_is_refused_and_a_repeated_one_answered_alike(cast: Cast):
    sam = Caller(user=cast.member, scopes=APPROVE)
    address = f"gates/{cast.gate.pk}/decision/"
    assert sam.send("POST", address, {"outcome": "passed"}, **{"If-Match": '"1-1"'}).status_code == 412
    first = sam.send("POST", address, {"outcome": "passed"}, **{"Idempotency-Key": "one"})
    again = sam.send("POST", address, {"outcome": "passed"}, **{"Idempotency-Key": "one"})
    assert (first.status_code, again.content, GateDecision.objects.count()) == (200, first.content, 1)


def test_it_is_not_passed_before_everything_is_ticked(cast: Cast):
    sam = Caller(user=cast.member, scopes=APPROVE)
    ticked = sam.send("PATCH", f"gates/{cast.gate.pk}/", {"ticked": ["Looked at the logs"]})
    assert (ticked.status_code, ticked.json()["missing"]) == (200, "Not ticked yet: Told the desk, and the shift.")
    answer = sam.send("POST", f"gates/{cast.gate.pk}/decision/", {"outcome": "passed"})
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        {"outcome": ["Not everything is ticked yet: Told the desk, and the shift."]},
    )
    unknown = sam.send("PATCH", f"gates/{cast.gate.pk}/", {"ticked": ["Slept"]})
    assert (unknown.status_code, list(unknown.json()["errors"])) == (422, ["ticked"])
    page = signed_in(cast.member)
    form = page.get(f"{cast.page}ticks/").content.decode()
    assert len(re.findall(r'name="ticked"[^>]* checked', form)) == 1
    both = {"ticked": ["Looked at the logs", "Told the desk, and the shift"]}
    assert page.post(f"{cast.page}ticks/", both).status_code == 302
    assert cast.gate.ticked == both["ticked"]


def test_what_failed_has_to_be_said(cast: Cast):
    answer = Caller(user=cast.member, scopes=APPROVE).send("POST", f"gates/{cast.gate.pk}/decision/", {"outcome": "failed"})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["comment"])


# --- waivers


@pytest.mark.parametrize(
    ("values", "status", "field"),
    [
        ({"expires_at": "2026-11-02T09:00:00Z"}, 422, "expires_at"),
        ({"expires_at": "2027-11-04T00:00:00Z"}, 422, "expires_at"),
        ({"reason": ""}, 400, "reason"),
        ({"compensating_control": ""}, 400, "compensating_control"),
    ],
)
def test_a_waiver_says_why_what_instead_and_until_when(cast: Cast, values: Any, status: int, field: str):
    answer = Caller(user=cast.waiver, scopes=APPROVE).send("POST", f"gates/{cast.gate.pk}/waivers/", WAIVER | values)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])
    assert not Waiver.objects.exists()


def shown_by(cast: Cast, who: Any) -> None:
    clock = User.objects.clock()
    with deed(by=clock):
        Evidence.objects.create(gate=cast.gate, kind="note", note="See here", by=who, at=NOW)
        record(cast.gate, "shown_evidence", by=clock)


@pytest.mark.parametrize("person", ["waiver", "waiving_delegate"])
@pytest.mark.parametrize("why", ["shown", "requested"])
def test_whose_own_matter_it_is_does_not_waive_nor_who_stands_in_for_them(cast: Cast, person: str, why: str):
    if why == "shown":
        shown_by(cast, cast.waiver)
    else:
        change(cast.promotion, requested_by=cast.waiver)
    assert DOORS["waive"]["rest"](cast, getattr(cast, person)) == 403
    another = MembershipFactory(team__slug="x", user__name="Otto").user
    rule: Any = cast.gate.rule
    MembershipFactory(team=rule.waived_by_team, user=another)
    assert DOORS["waive"]["rest"](cast, User.objects.get(pk=another.pk)) == 201


def test_some_gates_are_waived_by_nobody(cast: Cast):
    standard(slug="strict", gates=[{"name": "Legal", "area": "acceptance"}])
    strict = Gate.objects.get(name="Legal")
    answer = Caller(user=cast.waiver, scopes=APPROVE).send("POST", f"gates/{strict.pk}/waivers/", WAIVER)
    assert (answer.status_code, answer.json()["detail"]) == (403, "Nobody may waive this gate; it has to be passed.")


def test_a_waiver_expires_by_the_clock_and_is_told_once(cast: Cast):
    cast.be("waived")
    gate = cast.gate
    assert [state_of([gate], at)[gate.pk].state for at in (UNTIL - timedelta(seconds=1), UNTIL)] == ["waived", "open"]
    clock = User.objects.clock()
    assert [gates.expire_waivers(by=clock, at=at) for at in (NOW, UNTIL, UNTIL)] == [0, 1, 0]
    assert (cast.gate.state, Fact.objects.filter(verb="waiver_expired").count()) == ("open", 1)


@pytest.mark.parametrize("door", ["rest", "page"])
def test_a_waiver_is_taken_back(cast: Cast, door: str):
    cast.be("waived")
    waiver = Waiver.objects.get()
    caller = Caller(user=cast.waiver, scopes=APPROVE)
    address = f"gates/{cast.gate.pk}/waivers/{waiver.pk}/"
    assert Caller(user=cast.member, scopes=APPROVE).send("DELETE", address).status_code == 403
    if door == "rest":
        answer = caller.send("DELETE", address)
        assert (answer.status_code, answer.json()["ended_by"]["id"]) == (200, cast.waiver.pk)
    else:
        assert signed_in(cast.waiver).post(f"{cast.page}waivers/{waiver.pk}/ending/").status_code == 302
    assert (cast.gate.state, WaiverEnd.objects.get().by) == ("open", cast.waiver)
    assert caller.send("DELETE", address).status_code == 409


def test_a_failure_after_a_waiver_stands(cast: Cast):
    cast.be("waived")
    gates.decide(cast.gate, outcome="failed", comment="It leaks", by=cast.member, at=NOW + timedelta(hours=1))
    assert cast.gate.state == "failed"


# --- pages


def test_the_page_says_what_is_asked_who_decides_and_offers_only_what_one_may(cast: Cast):
    def read(who: Any) -> str:
        return words(signed_in(who).get(cast.page).content.decode())

    page = read(cast.stranger)
    assert "Pen test" in page
    assert "Decided by The team Security" in page
    assert not any(verb in page for verb in ("Pass or fail", "Waive…", "Reopen"))
    assert "Pass or fail…" in read(cast.member)
    assert "Waive…" in read(cast.waiver)
    cast.be("waived")
    assert "Take back… the waiver" in read(cast.waiver)
    release = words(signed_in(cast.stranger).get(f"/releases/{cast.release.key}/").content.decode())
    assert "Gates 1 of 1 passed or waived" in release
