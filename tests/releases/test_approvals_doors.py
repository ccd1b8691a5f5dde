"""Asking for promotions and deciding on them, on pages and over REST."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from releases.models import Approval, Promotion
from tests.approving import AT, asks, digest, manager, planned, requested, team_of, yes
from tests.factories import DeploymentFactory, GateFactory, ItemFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


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


def status(promotion: Promotion) -> str:
    found: str = Promotion.objects.get(pk=promotion.pk).status
    return found


def test_pages_ask_decide_and_take_back(rosa: Any, sven: Any):
    asks({"team": team_of(sven, name="Security")})
    made = planned(by=rosa, name="payments", version="4.2.0")
    page = f"/promotions/{made.pk}/"
    by_rosa, by_sven = signed_in(rosa), signed_in(sven)
    assert f"{page}request/" in by_rosa.get(page).text
    asked = by_rosa.get(f"{page}request/").text
    assert "payments 4.2.0, candidate 1, into" in asked
    assert "1 of Security" in asked
    assert by_rosa.post(f"{page}request/", {"seen": made.revision}).status_code == 302
    assert "You asked for this promotion, so others decide on it." in by_rosa.get(page).text
    assert by_rosa.get(f"{page}approvals/new/").status_code == 403
    shown = by_sven.get(page).text
    assert f"{page}approvals/new/" in shown
    assert "Sven Security" in shown
    form = by_sven.get(f"{page}approvals/new/").text
    assert digest(made) in form
    answer = by_sven.post(f"{page}approvals/new/", {"decision": "approve", "digest": "0" * 64, "conditions-rows": "0"})
    assert answer.status_code == 409
    assert "no longer what you looked at" in answer.text
    row = {"conditions-rows": "1", "conditions-0-text": "Watch it", "conditions-0-owner": rosa.email}
    answer = by_sven.post(f"{page}approvals/new/", {"decision": "approve", "digest": digest(made), **row})
    assert (answer.status_code, status(made)) == (302, "approved")
    assert Approval.objects.get().condition_gates.get().owner == rosa
    assert by_sven.get(f"{page}approvals/taking-back/").status_code == 200
    assert by_sven.post(f"{page}approvals/taking-back/").status_code == 302
    assert status(made) == "requested"
    shown = by_sven.get(page).text
    assert 'class="struck"' in shown
    assert "void: taken back" in shown
    assert "still asked: 1 of Security" in by_sven.get(made.release.get_absolute_url()).text
    assert by_rosa.post(f"{page}withdrawal/", {"reason": "Not yet"}).status_code == 302
    assert status(made) == "draft"


def test_members_of_a_package_are_decided_on_one_page(rosa: Any, sven: Any):
    asks({"team": team_of(sven)})
    package: Any = ReleaseFactory(extent="package")
    made = [requested(by=rosa, package=package) for _ in range(2)]
    client = signed_in(sven)
    page = f"{package.get_absolute_url()}approvals/new/"
    assert page in client.get(package.get_absolute_url()).text
    assert digest(made[0]) in client.get(page).text
    given = {"decision": "approve", "promotions": [f"{made[0].pk}:{digest(made[0])}"]}
    assert client.post(page, given).status_code == 302
    assert [status(one) for one in made] == ["approved", "requested"]
    assert client.post(page, {"decision": "approve", "promotions": [f"{made[1].pk}:{'0' * 64}"]}).status_code == 400
    assert signed_in(UserFactory()).get(page).status_code == 403


def test_rest_decides_on_members_of_a_package_together(rosa: Any, sven: Any):
    asks({"team": team_of(sven)})
    package: Any = ReleaseFactory(extent="package")
    made = [requested(by=rosa, package=package) for _ in range(3)]
    client, address = signed_in(sven), f"/api/v1/releases/{package.key}/approvals/"
    shown = [{"promotion": one.pk, "digest": client.get(f"/api/v1/promotions/{one.pk}/").json()["digest"]} for one in made]
    wrong = client.post(address, {"decision": "approve", "promotions": [shown[0], shown[1] | {"digest": "0" * 64}]}, **JSON)
    assert (wrong.status_code, [status(one) for one in made]) == (409, ["requested"] * 3)
    assert str(made[1].release) in wrong.json()["detail"]
    stranger = requested(by=rosa)
    other = {"promotion": stranger.pk, "digest": digest(stranger)}
    assert client.post(address, {"decision": "approve", "promotions": [other]}, **JSON).status_code == 422
    assert client.post(address, {"decision": "approve"}, **JSON).status_code == 400
    assert signed_in(rosa).post(address, {"decision": "approve", "promotions": shown[:2]}, **JSON).status_code == 403
    given = client.post(address, {"decision": "approve", "promotions": shown[:2], "comment": "All seen"}, **JSON)
    assert (given.status_code, [status(one) for one in made]) == (201, ["approved", "approved", "requested"])
    said = [(each["promotion"], each["decision"], each["comment"], each["by"]["id"]) for each in given.json()["results"]]
    assert said == [(one.pk, "approve", "All seen", sven.pk) for one in made[:2]]
    assert client.get(address).json()["results"] == given.json()["results"]


def test_rest_tells_what_waits_for_its_caller(rosa: Any, sven: Any):
    team = team_of(sven)
    asks({"team": team})
    made = requested(by=rosa)
    gate: Any = GateFactory(release=made.release, stage="production", owner_team=team, owner_role="", due_on=AT.date())
    answer = signed_in(sven).get("/api/v1/approvals/")
    (approval,), (own,) = answer.json()["approvals"], answer.json()["gates"]
    assert approval["promotion"]["id"] == made.pk
    assert (approval["digest"], approval["status"]) == (digest(made), "requested")
    assert approval["html_url"].endswith(f"/promotions/{made.pk}/")
    assert (own["gate"]["id"], own["release"], own["due_on"]) == (gate.pk, made.release.key, AT.date().isoformat())
    assert own["html_url"].endswith(gate.get_absolute_url())
    assert signed_in(sven).get("/api/v1/approvals/", headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert signed_in(rosa).get("/api/v1/approvals/").json() == {"approvals": [], "gates": []}
    assert signed_in(sven).get("/api/v1/approvals/?who=me").status_code == 400


def test_what_it_changes_is_told_on_pages_and_over_rest(rosa: Any, sven: Any):
    asks({"team": team_of(sven)})
    made = requested(by=rosa)
    item: Any = made.release.items.get()
    before: Any = PromotionFactory(environment=made.environment, status="succeeded")
    DeploymentFactory(promotion=before, item=ItemFactory(release=before.release, service=item.service, version="0.9"))
    client = signed_in(sven)
    told = client.get(f"/api/v1/promotions/{made.pk}/").json()["differences"]
    assert [(each["service"]["slug"], each["kind"], each["coming"]) for each in told] == [
        (item.service.slug, "changed", item.version)
    ]
    assert [(one["part"], one["version"]) for one in told[0]["live"]] == [("", "0.9")]
    for address in (f"/promotions/{made.pk}/", f"/promotions/{made.pk}/approvals/new/", made.release.get_absolute_url()):
        assert f"{item.service} changed 0.9 → becomes {item.version}" in words(client.get(address).text)


def test_rest_asks_decides_and_takes_back(rosa: Any, sven: Any):
    version = asks({"team": team_of(sven, slug="security"), "people": 1})
    rule = version.approval_rules.get()
    made = planned(by=rosa)
    by_rosa, by_sven = signed_in(rosa), signed_in(sven)
    address = f"/api/v1/promotions/{made.pk}/"
    asked = by_rosa.post(f"{address}request/", {}, **JSON)
    assert (asked.status_code, asked.json()["status"]) == (200, "requested")
    found = by_sven.get(address).json()
    assert found["approvals"] == {
        "met": False,
        "rules": [{"rule": rule.pk, "name": "Rule 0", "team": "security", "role": None, "people": 1, "taken": 0}],
    }
    body: dict[str, Any] = {"decision": "approve", "digest": "0" * 64}
    assert by_sven.post(f"{address}approvals/", body, **JSON).status_code == 409
    assert by_rosa.post(f"{address}approvals/", body, **JSON).status_code == 403
    body |= {"digest": found["digest"], "rule": rule.pk, "conditions": [{"text": "Watch it", "owner": rosa.email}]}
    given = by_sven.post(f"{address}approvals/", body, **JSON)
    assert given.status_code == 201, given.json()
    assert given.headers["Location"].endswith(f"{address}approvals/{given.json()['id']}/")
    assert given.json()["rule"] == {"id": rule.pk, "name": "Rule 0"}
    assert by_sven.get(address).json()["approvals"]["met"]
    assert by_sven.get(address).json()["status"] == "approved"
    taken = by_sven.delete(f"{address}approvals/")
    assert (taken.status_code, taken.json()["end"]["kind"]) == (200, "withdrawn")
    assert by_sven.delete(f"{address}approvals/").status_code == 409
    assert [each["id"] for each in by_sven.get(f"{address}approvals/").json()["results"]] == [given.json()["id"]]
    back = by_rosa.delete(f"{address}request/")
    assert (back.status_code, back.json()["status"]) == (200, "draft")


def test_what_is_void_is_struck_through_with_its_reason(rosa: Any, sven: Any):
    asks({"team": team_of(sven)})
    made = requested(by=rosa)
    yes(made, sven)
    from releases.actions import promotions

    promotions.reschedule(made, by=rosa, at=AT, approved_until=made.ends_at + timedelta(days=3))
    shown = signed_in(sven).get(f"/promotions/{made.pk}/").text
    assert "void: the approved window was changed" in shown
    assert 'class="struck"' in shown
