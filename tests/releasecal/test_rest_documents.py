"""The index of the API, and its description for programs and people."""

from typing import Any

import pytest
from django.urls import URLPattern
from drf_spectacular.drainage import GENERATOR_STATS, reset_generator_stats
from drf_spectacular.validation import validate_schema

from releasecal import api
from tests.callers import BASE, Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Any:
    answer = Caller().get("openapi.json")
    assert answer.status_code == 200
    return answer.json()


def test_the_index_leads_to_every_list():
    caller = Caller()
    index = caller.get("").json()
    assert index["releases"] == f"{BASE}releases/"
    wanted = {"programs", "projects", "milestones", "outputs", "environments", "services", "routes", "releases", "promotions"}
    assert wanted | {"deployments", "live", "changes", "schedule", "me"} <= index.keys()
    for name in wanted | {"deployments", "live"}:
        assert caller.get(index[name]).status_code == 200


def test_every_address_is_described(document: Any):
    described = {path.removeprefix("/api/v1/") for path in document["paths"]}
    routes = {str(route.pattern) for route in api.urlpatterns if isinstance(route, URLPattern)}
    assert len(described) == len(routes - {"docs/"})


def test_it_is_valid_and_made_without_a_warning():
    api._document.cache_clear()
    reset_generator_stats()
    made = api._document()
    assert not GENERATOR_STATS
    validate_schema(made)


def test_every_operation_says_what_it_does_and_what_it_refuses(document: Any):
    for path, operations in document["paths"].items():
        for method, one in operations.items():
            assert one["summary"], (method, path)
            answers = one["responses"]
            # A plan and a preview are asked about by POST, and nothing is written.
            only_asks = method == "get" or one["operationId"] in {"verdicts_ask", "reminder_rules_preview_ask"}
            needed = {"400", "401", "403", "429"} | (set() if only_asks else {"409", "415"})
            assert needed <= answers.keys(), (method, path)
            refusals = [answer for status, answer in answers.items() if status >= "400"]
            assert all(list(answer["content"]) == ["application/problem+json"] for answer in refusals), (method, path)
            assert all(answer["description"] for answer in answers.values()), (method, path)


def test_refusals_and_headers_have_examples_and_words(document: Any):
    answers = document["paths"]["/api/v1/projects/"]["post"]["responses"]
    for status in ("400", "401", "403", "409", "412", "413", "415", "422", "429", "503"):
        (example,) = answers[status]["content"]["application/problem+json"]["examples"].values()
        assert example["value"]["status"] == int(status)
        assert example["value"]["detail"].endswith((".", "header."))
    assert {"Location", "ETag"} <= answers["201"]["headers"].keys()
    assert "Retry-After" in answers["429"]["headers"]


def test_operations_have_names_of_their_own(document: Any):
    names = [one["operationId"] for path in document["paths"].values() for one in path.values()]
    assert sorted(names) == sorted(set(names))


def test_what_is_described_is_what_is_answered(document: Any):
    """Every parameter a list knows is described, and every field of its rows."""
    caller = Caller()
    for place in ("releases", "promotions", "projects", "outputs", "services", "live"):
        get = document["paths"][f"/api/v1/{place}/"]["get"]
        described = {parameter["name"] for parameter in get["parameters"]}
        refused = caller.get(f"{place}/?nothing=1").json()["detail"]
        known = set(refused.partition("known are: ")[2].rstrip(".").split(", "))
        assert described == known
        row = get["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["results"]["items"]["$ref"]
        fields = document["components"]["schemas"][row.rpartition("/")[2]]["properties"]
        sentence = caller.get(f"{place}/?fields=nothing").json()["detail"]
        assert set(fields) == set(sentence.partition("there are: ")[2].rstrip(".").split(", "))


def test_refusals_are_described(document: Any):
    answers = document["paths"]["/api/v1/releases/"]["get"]["responses"]
    assert {"200", "304", "400", "401", "403", "404", "429"} <= answers.keys()
    assert list(answers["400"]["content"]) == ["application/problem+json"]


def test_the_page_of_the_documents_needs_nothing_inline():
    body = Caller().get("docs/").content.decode()
    assert "<style" not in body
    assert "style=" not in body
    assert "<script>" not in body
    assert 'data-description="/api/v1/openapi.json"' in body
