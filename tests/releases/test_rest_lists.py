"""What lists over REST promise: cursors, counts, fields, filters, tags, and an even price. Shown on releases and promotions."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from common import pagination
from tests.callers import BASE, ROOT, Caller, change
from tests.factories import (
    NOON,
    ContributionFactory,
    EnvironmentFactory,
    ItemFactory,
    OutputFactory,
    ProjectFactory,
    PromotionFactory,
    ReleaseFactory,
    ServiceFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
# Events are numbered, and tags made of their numbers, at commit.
committed = pytest.mark.django_db(transaction=True)


def whole_release() -> Any:
    """A release with everything a row of the list shows."""
    release = ReleaseFactory(release_manager=UserFactory())
    ItemFactory(release=release)
    ContributionFactory(release=release)
    return release


def test_a_release_is_shown_with_its_references():
    manager = UserFactory(name="Rita")
    release = ReleaseFactory(name="Nova", version="30.0", release_manager=manager, description="Compute")
    item = ItemFactory(release=release, service=ServiceFactory(slug="nova", name="Nova service"))
    output = ContributionFactory(release=release).output
    release.refresh_from_db()

    (row,) = Caller().rows("releases/")

    assert row == {
        "id": release.pk,
        "key": release.key,
        "url": f"{BASE}releases/{release.key}/",
        "html_url": f"{ROOT}releases/{release.key}/",
        "name": "Nova",
        "version": "30.0",
        "urgency": "planned",
        "size": "minor",
        "risk": "",
        "extent": "full",
        "nature": "software",
        "status": "planned",
        "commitment": "planned",
        "release_manager": {"id": manager.pk, "name": "Rita", "url": None},
        "route": None,
        "package": None,
        "line": "",
        "services": [{"slug": "nova", "name": "Nova service", "url": f"{BASE}services/nova/"}],
        "outputs": [{"id": output.pk, "name": output.name, "url": f"{BASE}outputs/{output.pk}/"}],
        "reference": None,
        "external_links": [],
        "artefact_url": None,
        "artefact_digest": None,
        "description": "Compute",
        "rollback_plan": "",
        "template_name": "",
        "restricted_until": None,
        "updated_at": release.updated_at.isoformat().replace("+00:00", "Z"),
        "revision": 1,
    }
    assert item.release_id == release.pk


def test_a_promotion_is_shown_with_its_references():
    promotion = PromotionFactory(environment=EnvironmentFactory(slug="prod", name="Production"))
    release = promotion.release
    promotion.refresh_from_db()

    (row,) = Caller().rows("promotions/")

    assert row == {
        "id": promotion.pk,
        "url": f"{BASE}promotions/{promotion.pk}/",
        "html_url": f"{ROOT}promotions/{promotion.pk}/",
        "release": {"key": release.key, "name": release.name, "version": "1.0.0", "url": f"{BASE}releases/{release.key}/"},
        "candidate": {
            "id": promotion.candidate_id,
            "name": "candidate 1",
            "url": f"{BASE}releases/{release.key}/candidates/{promotion.candidate_id}/",
        },
        "environment": {"slug": "prod", "name": "Production", "url": f"{BASE}environments/prod/"},
        "parts": [],
        "attempt": 1,
        "starts_at": "2026-03-10T12:00:00Z",
        "ends_at": "2026-03-10T14:00:00Z",
        "approved_from": None,
        "approved_until": None,
        "status": "draft",
        "started_at": None,
        "ended_at": None,
        "rolled_back_at": None,
        "is_emergency": False,
        "was_recorded": False,
        "is_trusted": False,
        "updated_at": promotion.updated_at.isoformat().replace("+00:00", "Z"),
        "revision": 1,
    }


@pytest.mark.parametrize(
    ("address", "make", "queries"),
    [("releases/", whole_release, 10), ("promotions/", PromotionFactory, 4)],
)
def test_lists_cost_the_same_for_one_row_and_for_thirty(address: str, make: Any, queries: int):
    caller = Caller()
    make()
    assert len(caller.rows(address)) == 1
    assert caller.queries(address) == queries
    for _ in range(29):
        make()
    assert len(caller.rows(address)) == 30
    assert caller.queries(address) == queries


def test_unchanged_costs_the_token_and_one_indexed_read():
    caller = Caller()
    whole_release()
    tag = caller.get("releases/")["ETag"]
    assert caller.queries("releases/", **{"If-None-Match": tag}) == 2
    assert caller.get("releases/", **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("limit", [1, 2, 7, 100, 1000])
def test_cursors_of_any_size_give_the_whole_both_ways(limit: int):
    caller = Caller()
    # Many at the same instant: the id settles their order.
    made: list[Any] = [PromotionFactory(starts_at=NOON + timedelta(hours=n // 5)) for n in range(23)]
    whole = [each.pk for each in made]

    forward = caller.walk(f"promotions/?limit={limit}")
    assert [row["id"] for row in forward] == whole

    last = pagination.encode("p", (NOON + timedelta(days=9), 10**9))
    backward = caller.walk(f"promotions/?limit={limit}&cursor={last}", "previous")
    assert [row["id"] for row in backward] == whole[::-1]


def test_lists_stay_stable_while_rows_are_added():
    caller = Caller()
    there = [ReleaseFactory().pk for _ in range(6)]
    page = caller.get("releases/?limit=3").json()
    added = ReleaseFactory().pk
    rest = caller.walk(page["next"])
    assert [row["id"] for row in page["results"] + rest] == there[::-1]
    assert added not in {row["id"] for row in page["results"] + rest}


def test_the_first_page_has_no_previous_and_the_last_no_next():
    caller = Caller()
    for _ in range(4):
        ReleaseFactory()
    first = caller.get("releases/?limit=2").json()
    second = caller.get(first["next"]).json()
    assert (first["previous"], second["next"]) == (None, None)
    again = caller.get(second["previous"]).json()
    assert [row["id"] for row in again["results"]] == [row["id"] for row in first["results"]]
    assert again["previous"] is None


def test_fields_and_count():
    caller = Caller()
    for _ in range(3):
        whole_release()
    body = caller.get("releases/?fields=key,services&fields=url&count=true&limit=1").json()
    assert body["count"] == 3
    assert [sorted(row) for row in body["results"]] == [["key", "services", "url"]]


def test_a_repeated_parameter_means_or_and_different_ones_and():
    caller = Caller()
    one, two = EnvironmentFactory(slug="one"), EnvironmentFactory(slug="two")
    in_one = PromotionFactory(environment=one)
    in_two = PromotionFactory(environment=two)
    PromotionFactory()
    failed = PromotionFactory(environment=one, status="failed")
    assert [row["id"] for row in caller.rows("promotions/?environment=one&environment=two")] == [in_one.pk, in_two.pk, failed.pk]
    assert [row["id"] for row in caller.rows("promotions/?environment=one&environment=two&status=failed")] == [failed.pk]


def test_releases_are_narrowed_by_what_they_change_and_carry():
    caller = Caller()
    release = ReleaseFactory()
    other = ReleaseFactory(name="Other thing")
    for slug in ("a", "b"):
        ItemFactory(release=release, service=ServiceFactory(slug=slug))
    project = ProjectFactory(code="PAY")
    for _ in range(2):
        ContributionFactory(release=release, output=OutputFactory(project=project))
    keys = lambda query: [row["key"] for row in caller.rows(f"releases/?{query}")]  # noqa: E731 - read right below
    assert keys("service=a&service=b&project=PAY") == [release.key]
    assert keys("name=Other%20thing") == [other.key]
    assert keys("q=other") == [other.key]
    assert caller.get("releases/?service=a&service=b&count=true").json()["count"] == 1


def test_promotions_are_narrowed_by_time():
    caller = Caller()
    # NOON to two hours later; both ends half-open.
    promotion = PromotionFactory()
    found = lambda query: [row["id"] for row in caller.rows(f"promotions/?{query}")]  # noqa: E731 - read right below
    assert found("from=2026-03-10T13:59:59Z") == [promotion.pk]
    assert found("from=2026-03-10T14:00:00Z") == []
    assert found("to=2026-03-10T12:00:00Z") == []
    assert found("to=2026-03-10T12:00:01Z") == [promotion.pk]
    assert found("from=2026-03-10&to=2026-03-11") == [promotion.pk]


CURSORS = [
    "",
    "x",
    "%00",
    "bm8",
    pagination.encode("n", ("abc",)),
    pagination.encode("n", (2**64 - 1,)),
    pagination.encode("n", (1, 2)),
]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("colour=red", "colour"),
        ("status=green", "status"),
        ("status=", "status"),
        ("service=nobody", "service"),
        ("service=%00", "service"),
        ("package=REL-x", "package"),
        ("package=REL-99999999999999999999", "package"),
        ("output=abc", "output"),
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=" + "9" * 400, "limit"),
        ("limit=ten", "limit"),
        ("limit=1&limit=2", "limit"),
        ("count=yes", "count"),
        ("fields=key,nothing", "fields"),
        ("q=" + "+".join("abcdefghijklm"), "q"),
        ("q=%00", "q"),
        *[(f"cursor={cursor}", "cursor") for cursor in CURSORS],
    ],
)
def test_what_is_not_understood_is_a_problem_that_names_it(query: str, named: str):
    answer = Caller().get(f"releases/?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert list(answer.json()["errors"]) == [named]


def test_times_that_are_none_are_refused():
    for value in ("2026-02-30", "yesterday", "2026-03-10T12:00:00"):
        answer = Caller().get(f"promotions/?from={value}")
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["from"])


@committed
def test_lists_change_their_tag_with_what_they_show_and_for_whom():
    caller, other = Caller(), Caller()
    release = whole_release()
    tag = caller.get("releases/")["ETag"]
    assert not tag.startswith("W/")
    assert caller.get("releases/", **{"If-None-Match": f'"old", {tag}'}).status_code == 304
    assert caller.get("releases/?limit=5")["ETag"] != tag
    assert other.get("releases/")["ETag"] != tag
    for thing, column in ((release, "name"), (release.release_manager, "name"), (release.items.get().service, "name")):
        change(thing, **{column: f"new {column}"})
        answer = caller.get("releases/", **{"If-None-Match": tag})
        assert answer.status_code == 200
        assert answer["ETag"] != tag
        tag = answer["ETag"]


@committed
def test_an_object_has_its_revision_in_its_tag():
    caller = Caller()
    release = ReleaseFactory()
    tag = caller.get(f"releases/{release.key}/")["ETag"]
    assert tag.strip('"').split("-")[0] == "1"
    assert caller.get(f"releases/{release.key}/", **{"If-None-Match": tag}).status_code == 304
    change(release, name="Another")
    answer = caller.get(f"releases/{release.key}/", **{"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer["ETag"].strip('"').split("-")[0] == "2"
    assert (answer.json()["revision"], answer.json()["name"]) == (2, "Another")


def test_head_answers_as_get_without_a_body():
    caller = Caller()
    ReleaseFactory()
    for address in ("releases/", "promotions/", "live/", "changes/", "", "openapi.json", "docs/"):
        get, head = caller.get(address), caller.head(address)
        assert (head.status_code, head.content) == (200, b"")
        assert head["ETag"].split("-")[0] == get["ETag"].split("-")[0]


def test_a_detail_shows_what_the_list_shows():
    caller = Caller()
    release = whole_release()
    PromotionFactory(release=release)
    for address in ("releases/", "promotions/", f"releases/{release.key}/items/", f"releases/{release.key}/contributions/"):
        (row,) = caller.rows(address)
        found = caller.get(row["url"]).json()
        assert {name: found[name] for name in row} == row
        # What counts approvals, and what it changes, is asked for single promotions only.
        assert found.keys() - row.keys() == ({"digest", "approvals", "differences"} if address == "promotions/" else set())


def test_other_methods_and_addresses_without_their_slash_are_problems():
    caller = Caller()
    for method, address, status in (("put", "releases/", 405), ("delete", "promotions/", 405), ("get", "releases", 404)):
        answer = getattr(caller.client, method)(f"/api/v1/{address}", headers=caller.headers)
        # A token that may only read is told so before the method is looked at.
        assert answer.status_code in (status, 403)
        assert answer["Content-Type"] == "application/problem+json"
        assert orjson.loads(answer.content)["status"] == answer.status_code


def test_what_a_release_is_made_of_lies_below_it():
    caller = Caller()
    release, other = whole_release(), whole_release()
    member = ReleaseFactory(package=release)
    promotion = PromotionFactory(release=release)
    below = f"releases/{release.key}/"
    assert [row["id"] for row in caller.rows(f"{below}members/")] == [member.pk]
    assert [row["id"] for row in caller.rows(f"{below}promotions/")] == [promotion.pk]
    assert [row["number"] for row in caller.rows(f"{below}candidates/")] == [1]
    assert [row["release"]["key"] for row in caller.rows(f"{below}items/")] == [release.key]
    assert caller.rows(f"{below}prerequisites/") == []
    assert caller.get(f"{below}items/{other.items.get().pk}/").status_code == 404
    for name in ("REL-999999", "REL-x", "42", "REL-99999999999999999999"):
        for place in ("", "items/", "events/", "members/"):
            assert caller.get(f"releases/{name}/{place}").status_code == 404


@committed
def test_the_events_of_a_release_are_told_newest_first():
    caller = Caller()
    release = ReleaseFactory(name="Nova", version="1")
    for name in ("Nova two", "Nova three", "Nova four"):
        change(release, name=name)
    rows = caller.walk(f"releases/{release.key}/events/?limit=3")
    assert [row["sentences"] for row in rows] == [
        ["The clock changed Nova four 1"],
        ["The clock changed Nova four 1"],
        ["The clock changed Nova four 1"],
        ["The clock made Nova four 1"],
    ]
    assert rows[0]["changes"] == [{"name": "name", "before": "Nova three", "after": "Nova four"}]
    second = caller.get(caller.get(f"releases/{release.key}/events/?limit=3").json()["next"]).json()
    assert caller.get(second["previous"]).json()["results"] == rows[:3]
