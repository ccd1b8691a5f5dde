"""The page of what waits for the reader: what it tells, and what is decided on it."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from history.deeds import deed, record
from releases.models import Approval, Gate, Obligation, Promotion
from tests.approving import AT, asks, digest, manager, requested, team_of, yes
from tests.callers import change
from tests.factories import DeploymentFactory, GateFactory, ItemFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
PAGE = "/approvals/"


@pytest.fixture(autouse=True)
def _then() -> Iterator[None]:
    with time_machine.travel(AT, tick=False):
        yield


@pytest.fixture
def rosa() -> Any:
    return manager("Rosa")


@pytest.fixture
def sven() -> Any:
    return UserFactory(name="Sven Security")


@pytest.fixture
def security(sven: Any) -> Any:
    team: Any = team_of(sven, UserFactory(name="Sara Security"), name="Security")
    asks({"team": team})
    return team


def said(client: Any) -> str:
    return words(client.get(PAGE).text)


def status(promotion: Promotion) -> str:
    found: str = Promotion.objects.get(pk=promotion.pk).status
    return found


def gate_of(team: Any, **values: Any) -> Any:
    release: Any = values.pop("release", None) or ReleaseFactory()
    PromotionFactory(release=release, environment__stage="production")
    return GateFactory(release=release, stage="production", owner_team=team, owner_role="", **values)


def test_it_says_exactly_what_is_approved_and_what_it_changes(rosa: Any, sven: Any, security: Any):
    made = requested(by=rosa, name="payments", version="4.2.0", rollback_plan="Put 4.1.0 back.")
    item = made.release.items.get()
    before: Any = PromotionFactory(environment=made.environment, status="succeeded")
    old: Any = ItemFactory(release=before.release, service=item.service, version="4.1.0")
    DeploymentFactory(promotion=before, item=old)
    GateFactory(release=made.release, name="Load test", stage="production")
    page = said(signed_in(sven))
    assert "1 approval waits for you, the first for" in page
    assert "To approve: payments 4.2.0, candidate 1, into" in page
    assert f"{item.service} changed 4.1.0 → becomes {item.version}" in page
    assert "Still asked: 1 of Security. Others who may: Sara Security" in page
    assert "Load test" in page
    assert "Put 4.1.0 back." in page
    assert "missing: " in page
    assert "On conditions…" in page


def test_approvals_are_given_in_place(rosa: Any, sven: Any, security: Any):
    made, client = requested(by=rosa), signed_in(sven)
    assert f'value="{made.pk}:{digest(made)}"' in client.get(PAGE).text
    given = {"promotions": f"{made.pk}:{digest(made)}", "decision": "approve", "comment": "Seen the scans", "place": "x"}
    answer = client.post(PAGE, given)
    assert (answer.status_code, answer["Location"], status(made)) == (302, PAGE, "approved")
    assert Approval.objects.get().comment == "Seen the scans"
    page = said(client)
    assert f"Approved: {made.release} into {made.environment.name}." in page
    assert "Nothing waits for you" in page


def test_a_no_without_a_reason_is_refused_where_it_was_said(rosa: Any, sven: Any, security: Any):
    made, client = requested(by=rosa), signed_in(sven)
    given = {"promotions": f"{made.pk}:{digest(made)}", "decision": "reject", "place": f"promotion-{made.pk}"}
    answer = client.post(PAGE, given)
    assert (answer.status_code, status(made)) == (422, "requested")
    place = answer.text.partition(f'id="promotion-{made.pk}"')[2].partition("</article>")[0]
    assert "Say why it is rejected" in words(place)
    assert client.post(PAGE, given | {"comment": "Not tested"}).status_code == 302
    assert status(made) == "draft"


def test_another_digest_than_was_shown_is_refused_and_what_was_typed_stays(rosa: Any, sven: Any, security: Any):
    made, client = requested(by=rosa), signed_in(sven)
    given = {"promotions": f"{made.pk}:{'0' * 64}", "decision": "approve", "comment": "Fine <b>", "place": f"promotion-{made.pk}"}
    answer = client.post(PAGE, given)
    assert (answer.status_code, status(made)) == (409, "requested")
    assert "no longer what you looked at" in answer.text
    assert "Fine &lt;b&gt;</textarea>" in answer.text


def test_several_are_decided_at_once_all_or_none(rosa: Any, sven: Any, security: Any):
    package: Any = ReleaseFactory(name="Train", version="1", extent="package")
    made = [requested(by=rosa, package=package) for _ in range(3)]
    client = signed_in(sven)
    page = client.get(PAGE).text
    assert "Decide what is ticked" in page
    assert "With the rest of Train 1…" in page
    boxes = [f"{one.pk}:{digest(one)}" for one in made]
    together = {"decision": "approve", "place": "together"}
    answer = client.post(PAGE, together | {"promotions": [boxes[0], f"{made[1].pk}:{'0' * 64}"]})
    assert (answer.status_code, [status(one) for one in made]) == (409, ["requested"] * 3)
    assert f'{boxes[0]}" form="together" checked' in answer.text
    assert client.post(PAGE, together).status_code == 400
    assert client.post(PAGE, together | {"promotions": boxes[:2]}).status_code == 302
    assert [status(one) for one in made] == ["approved", "approved", "requested"]
    assert "Approved: 2 promotions." in said(client)


def test_what_ran_as_an_emergency_takes_a_yes_and_no_more_a_no(rosa: Any, sven: Any):
    version = asks({"team": team_of(sven)})
    ran: Any = PromotionFactory(release__urgency="break_fix", environment__stage="production", status="succeeded")
    clock = User.objects.clock()
    with deed(by=clock):
        Obligation.objects.create(promotion=ran, rule=version.approval_rules.get(), due_at=AT)
        record(ran, "owes", by=clock)
    client = signed_in(sven)
    page = client.get(PAGE).text
    assert "It ran as an emergency, and owes this approval afterwards. It is succeeded." in words(page)
    assert 'value="reject"' not in page
    given = {"promotions": f"{ran.pk}:{digest(ran)}", "decision": "approve"}
    assert client.post(PAGE, given).status_code == 302
    assert Approval.objects.get().promotion_id == ran.pk


def test_what_is_not_mine_says_why(rosa: Any, sven: Any, security: Any):
    made = requested(by=rosa)
    assert "1 promotion waits for others" in said(signed_in(rosa))
    assert "You asked for this promotion, so others decide on it." in said(signed_in(rosa))
    assert "You do not speak for any of those who decide here: Security (1 person)." in said(signed_in(UserFactory()))
    asks({"team": team_of(UserFactory(), name="Operations")}, slug="more")
    made = requested(by=rosa)
    yes(made, sven)
    assert "You have approved it." in said(signed_in(sven))
    sara = signed_in(security.memberships.exclude(user=sven).get().user)
    assert "Those you could speak for have approved it already; you may still reject it." in said(sara)


def test_who_may_not_decide_is_refused_and_what_they_may_not_see_is_not_there(rosa: Any, sven: Any, security: Any):
    made = requested(by=rosa)
    given = {"promotions": f"{made.pk}:{digest(made)}", "decision": "approve"}
    assert signed_in(rosa).post(PAGE, given).status_code == 403
    assert signed_in(sven).post(PAGE, given | {"promotions": f"999999:{'0' * 64}"}).status_code == 404
    assert signed_in(sven).post(PAGE, given | {"promotions": "x:y"}).status_code == 400
    assert signed_in(sven).post(PAGE, given | {"decision": "perhaps"}).status_code == 400
    assert signed_in(sven).post(PAGE, {"gate": "x", "seen": "1", "outcome": "passed"}).status_code == 400
    assert signed_in(sven).post(PAGE, {"gate": "9999", "seen": "1", "outcome": "passed"}).status_code == 404
    assert status(made) == "requested"


def test_gates_are_decided_in_place(sven: Any, security: Any):
    gate, client = (
        gate_of(security, release=ReleaseFactory(name="Ledger", version="4"), name="Scan read", ask="Is it clean?"),
        signed_in(sven),
    )
    page = said(client)
    assert "1 gate waits for you" in page
    assert "Is it clean?" in page
    given = {"gate": gate.pk, "seen": gate.revision, "place": f"gate-{gate.pk}"}
    refused = client.post(PAGE, given | {"outcome": "failed"})
    assert refused.status_code == 422
    assert "Say what failed" in refused.text
    assert client.post(PAGE, given | {"outcome": "passed", "seen": gate.revision + 5}).status_code == 412
    assert client.post(PAGE, given | {"outcome": "passed"}).status_code == 302
    assert Gate.objects.get(pk=gate.pk).state == "passed"
    assert "Passed: Scan read of Ledger 4." in said(client)
    assert signed_in(UserFactory()).post(PAGE, given | {"outcome": "passed"}).status_code == 403


def test_a_gate_that_lacks_something_offers_the_way_there_instead_of_a_pass(sven: Any, security: Any):
    gate = gate_of(security, rule__checklist=["Read the report"])
    page = signed_in(sven).get(PAGE).text
    assert "Supply what is missing…" in page
    assert 'value="passed"' not in page
    assert gate.get_absolute_url() in page


def test_more_than_a_page_holds_is_counted_and_can_be_shown(sven: Any, security: Any):
    for _ in range(22):
        gate_of(security)
    client = signed_in(sven)
    page = client.get(PAGE).text
    assert "22 gates" in page
    assert page.count('name="gate"') == 20
    assert "2 more" in page
    assert client.get(f"{PAGE}?show=all").text.count('name="gate"') == 22


def test_what_is_due_much_later_is_only_counted_until_it_is_asked_for(sven: Any, security: Any):
    release, later = ReleaseFactory(), AT + timedelta(days=20)
    PromotionFactory(release=release, environment__stage="production", starts_at=later, ends_at=later + timedelta(hours=1))
    due_on = (AT + timedelta(days=15)).date()
    gate = GateFactory(release=release, stage="production", owner_team=security, owner_role="", due_on=due_on)
    client = signed_in(sven)
    page = client.get(PAGE).text
    assert "Nothing waits for you" in page
    assert "1 gate of yours is due in more than two weeks" in page
    assert 'name="gate"' not in page
    assert client.get(f"{PAGE}?show=all").text.count('name="gate"') == 1
    change(gate, state="failed")
    assert client.get(PAGE).text.count('name="gate"') == 1


def test_nobody_signed_in_is_led_to_the_sign_in(client: Any):
    assert client.get(PAGE)["Location"] == "/accounts/login/?next=/approvals/"


def test_thirty_cost_the_queries_of_one(rosa: Any, sven: Any, security: Any, django_assert_num_queries: Any):
    for number in (1, 5):
        for _ in range(number):
            made = requested(by=rosa)
            GateFactory(release=made.release, stage="production")
            gate_of(security)
        client = signed_in(sven)
        client.get(PAGE)
        with django_assert_num_queries(49):
            client.get(PAGE)


def test_days_end_by_the_clock_of_the_place(sven: Any, security: Any):
    """At noon in UTC it is already tomorrow on Kiritimati, and the gate there is late."""
    here, there = (gate_of(security, due_on=AT.date()) for _ in range(2))
    change(Promotion.objects.get(release=there.release).environment, time_zone="Pacific/Kiritimati")
    page = signed_in(sven).get(PAGE).text
    is_late = [
        "<strong>late</strong>" in page.partition(f'id="gate-{one.pk}"')[2].partition("</article>")[0] for one in (here, there)
    ]
    assert is_late == [False, True]
    assert "and is late." in signed_in(sven).get(there.get_absolute_url()).text
    assert "and is late." not in signed_in(sven).get(here.get_absolute_url()).text
