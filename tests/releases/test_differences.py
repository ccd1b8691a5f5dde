"""What a promotion would change where it goes: the version that is live there now, and the one that comes."""

from typing import Any

import pytest

from releases.models import Promotion
from releases.queries.differences import differences
from tests.factories import (
    ArtefactFactory,
    CandidateFactory,
    DeploymentFactory,
    EnvironmentFactory,
    ItemFactory,
    PromotionFactory,
    ReleaseFactory,
    ServiceFactory,
)

pytestmark = pytest.mark.django_db


def told(promotion: Promotion) -> list[tuple[str, str, str, str]]:
    """Service, what becomes of it, what is live, what comes."""
    fresh = Promotion.objects.with_references().get(pk=promotion.pk)
    return [(each.service.slug, each.kind, each.live_words, each.coming) for each in differences([fresh])[fresh.pk]]


def coming(production: Any, *items: dict[str, Any], **more: Any) -> Promotion:
    """A release with these items, planned into production; an `artefact` is its digest."""
    release: Any = ReleaseFactory()
    candidate = CandidateFactory(release=release, number=1)
    for item in items:
        values = dict(item)
        digest = values.pop("artefact", "")
        made = ItemFactory(release=release, **values)
        if digest:
            ArtefactFactory(item=made, candidate=candidate, digest=digest)
    made_promotion: Promotion = PromotionFactory(release=release, candidate=candidate, environment=production, **more)
    return made_promotion


def live(production: Any, service: Any, version: str, *, artefact: str = "", **more: Any) -> None:
    """A version of a service that is live in production."""
    release: Any = ReleaseFactory()
    item: Any = ItemFactory(release=release, service=service, version=version)
    candidate = CandidateFactory(release=release, number=1)
    if artefact:
        ArtefactFactory(item=item, candidate=candidate, digest=artefact)
    before: Any = PromotionFactory(release=release, candidate=candidate, environment=production, status="succeeded")
    DeploymentFactory(promotion=before, item=item, version=version, **more)


@pytest.fixture
def production() -> Any:
    return EnvironmentFactory(slug="prod", stage="production")


ONE, OTHER = (f"sha256:{letter * 64}" for letter in "ab")


def test_each_service_says_what_becomes_of_it(production: Any):
    cards, limits, search, old, gone, again = (
        ServiceFactory(slug=slug) for slug in ("cards", "limits", "search", "tapes", "gone", "again")
    )
    live(production, cards, "4.1")
    live(production, search, "7", artefact=ONE)
    live(production, old, "1")
    live(production, again, "3", artefact=ONE)
    made = coming(
        production,
        {"service": cards, "version": "4.2"},
        {"service": limits, "version": "1.0"},
        {"service": search, "version": "7", "artefact": ONE},
        {"service": old, "change": "removed", "version": ""},
        {"service": gone, "change": "removed", "version": ""},
        {"service": again, "version": "3", "artefact": OTHER},
    )
    assert told(made) == [
        ("again", "rebuilt", "3", "3"),
        ("cards", "changed", "4.1", "4.2"),
        ("gone", "unchanged", "", ""),
        ("limits", "new", "", "1.0"),
        ("search", "unchanged", "7", "7"),
        ("tapes", "removed", "1", ""),
    ]


def test_what_is_live_elsewhere_or_in_another_line_does_not_count(production: Any):
    cards = ServiceFactory(slug="cards")
    live(EnvironmentFactory(), cards, "4.1")
    live(production, cards, "3.9", line="3.x")
    assert told(coming(production, {"service": cards, "version": "4.2"})) == [("cards", "new", "", "4.2")]


def test_parts_may_have_different_versions():
    production: Any = EnvironmentFactory(parts=["north", "south"])
    cards = ServiceFactory(slug="cards")
    live(production, cards, "4.1", part="north")
    live(production, cards, "4.0", part="south")
    whole = coming(production, {"service": cards, "version": "4.1"})
    assert told(whole) == [("cards", "changed", "4.1 (north), 4.0 (south)", "4.1")]
    north = coming(production, {"service": cards, "version": "4.1"}, parts=["north"])
    assert told(north) == [("cards", "unchanged", "4.1", "4.1")]


def test_a_part_without_it_is_a_change_though_the_other_has_the_same():
    production: Any = EnvironmentFactory(parts=["north", "south"])
    cards = ServiceFactory(slug="cards")
    live(production, cards, "4.1", part="north")
    assert told(coming(production, {"service": cards, "version": "4.1"})) == [("cards", "changed", "4.1", "4.1")]


def test_only_what_the_candidate_was_built_of_comes(production: Any):
    release: Any = ReleaseFactory()
    kept, later = (ItemFactory(release=release, service__slug=slug, version=version) for slug, version in (("a", "1"), ("b", "2")))
    first, second = (CandidateFactory(release=release, number=number) for number in (1, 2))
    ArtefactFactory(item=kept, candidate=first, version="0.9")
    for item in (kept, later):
        ArtefactFactory(item=item, candidate=second)
    older = PromotionFactory(release=release, candidate=first, environment=production)
    assert told(older) == [("a", "new", "", "0.9")]


def test_what_is_finished_changes_nothing_any_more(production: Any):
    made = coming(production, {"version": "1"}, status="succeeded")
    assert told(made) == []


def test_thirty_cost_the_queries_of_one(production: Any, django_assert_num_queries: Any):
    cards: Any = ServiceFactory()
    live(production, cards, "1", artefact=ONE)
    some = [coming(production, {"service": cards, "version": "2"}) for _ in range(5)]
    for number in (1, 5):
        found = list(Promotion.objects.with_references().filter(pk__in=[each.pk for each in some[:number]]))
        with django_assert_num_queries(5):
            assert len(differences(found)) == number
    with django_assert_num_queries(0):
        assert differences([]) == {}
