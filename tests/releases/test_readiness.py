"""How ready releases are, kept for lists: it equals the verdict after whatever was done, and whatever time has passed."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from history.deeds import deed, record
from releases.actions import readiness
from releases.models import Candidate, Item, Promotion, Readiness, Release
from releases.verdicts import NOT_BEGUN, verdicts
from releases.verdicts import readiness as come_to
from tests import factories
from tests.reading import signed_in

pytestmark = pytest.mark.django_db


def kept() -> dict[int, tuple[Any, ...]]:
    return {row.release_id: (row.promotion_id, row.state, row.missing, row.late) for row in Readiness.objects.all()}


def by_the_verdict(at: Any) -> dict[int, tuple[Any, ...]]:
    """The slow way: ask for each release's next promotion."""
    found: dict[int, tuple[Any, ...]] = {}
    for release in Release.objects.all():
        coming = Promotion.objects.filter(release=release, status__in=NOT_BEGUN).order_by("starts_at", "id").first()
        if coming is None:
            found[release.pk] = (None, "nothing_planned", 0, 0)
        else:
            found[release.pk] = (coming.pk, *come_to(verdicts([coming], at)[coming.pk], at))
    return found


def change(thing: Any, **values: Any) -> None:
    """Write columns of a row, as a verb would."""
    clock = User.objects.clock()
    with deed(by=clock):
        for name, value in values.items():
            setattr(thing, name, value)
        thing.save(update_fields=list(values))
        record(thing, "changed", by=clock)


def test_a_release_without_anything_ahead_has_nothing_planned():
    release = factories.ReleaseFactory()
    assert kept() == {release.pk: (None, "nothing_planned", 0, 0)}


def test_it_follows_what_bears_on_the_verdict():
    """Things come, change and go; after each, what is kept equals what the verdict says."""
    now = timezone.now()
    ahead = {"starts_at": now + timedelta(days=3), "ends_at": now + timedelta(days=3, hours=2)}
    environment = factories.EnvironmentFactory()
    release, needed = factories.ReleaseFactory(), factories.ReleaseFactory()
    promotion = factories.PromotionFactory(release=release, environment=environment, **ahead)
    missing = [kept()[release.pk][2]]

    def same() -> None:
        assert kept() == by_the_verdict(timezone.now())
        missing.append(kept()[release.pk][2])

    item = factories.ItemFactory(release=release)
    same()
    factories.ArtefactFactory(item=item, candidate=promotion.candidate, address="https://example.org/a")
    same()
    output = factories.OutputFactory(status="in_progress")
    factories.ContributionFactory(release=release, output=output)
    same()
    change(output, status="delivered")
    same()
    factories.PrerequisiteFactory(release=release, needs=needed)
    same()
    there = factories.PromotionFactory(release=needed, environment=environment, status="succeeded")
    same()
    change(there, status="rolled_back")
    same()
    change(release, rollback_plan="Put 1.0 back.")
    same()
    change(promotion, starts_at=now - timedelta(hours=3), ends_at=now - timedelta(hours=1))
    same()
    assert kept()[release.pk][1] == "late"
    change(promotion, status="cancelled")
    same()
    assert kept()[release.pk] == (None, "nothing_planned", 0, 0)
    assert missing == [4, 4, 3, 4, 3, 4, 3, 4, 3, 4, 0]


def test_the_clock_changes_it_at_the_moment_that_is_kept():
    now = timezone.now()
    ahead = {"starts_at": now + timedelta(hours=3), "ends_at": now + timedelta(hours=5)}
    promotion = factories.PromotionFactory(**ahead)
    before = kept()
    assert readiness.sweep(at=now + timedelta(minutes=1)) == 0
    assert kept() == before == by_the_verdict(now)
    for later in (timedelta(hours=3), timedelta(hours=5), timedelta(hours=9)):
        readiness.sweep(at=now + later)
        assert kept() == by_the_verdict(now + later)
    assert kept()[promotion.release_id][1] == "late"
    assert not Readiness.objects.due(now + timedelta(days=400)).exists()


def test_many_at_once_are_left_to_the_clock(monkeypatch: Any):
    monkeypatch.setattr(readiness, "MOST_AT_ONCE", 0)
    promotion = factories.PromotionFactory(starts_at=timezone.now() + timedelta(days=1), ends_at=timezone.now() + timedelta(days=2))
    assert kept() == {promotion.release_id: (None, "nothing_planned", 0, 0)}
    at = timezone.now()
    assert readiness.sweep(at=at) == 1
    assert kept() == by_the_verdict(at)
    assert readiness.sweep(at=at) == 0


def test_lists_narrow_and_sort_by_it_and_have_another_tag_when_the_clock_changed_it():
    now = timezone.now()
    reader = signed_in(factories.UserFactory())
    late = factories.PromotionFactory(starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)).release
    soon = factories.PromotionFactory(starts_at=now + timedelta(hours=2), ends_at=now + timedelta(hours=3)).release
    idle = factories.ReleaseFactory()
    address = "/api/v1/releases/?readiness=late&fields=id"
    first = reader.get(address)
    assert [row["id"] for row in first.json()["results"]] == [late.pk]
    assert reader.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert readiness.sweep(at=now + timedelta(hours=4)) == 1
    again = reader.get(address, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 200
    assert {row["id"] for row in again.json()["results"]} == {late.pk, soon.pk}
    page = reader.get("/releases/?sort=readiness")
    assert [glance.release.pk for glance, _ in page.context["rows"]] == [*sorted([late.pk, soon.pk], reverse=True), idle.pk]
    narrowed = reader.get("/releases/?readiness=nothing_planned")
    assert [glance.release.pk for glance, _ in narrowed.context["rows"]] == [idle.pk]


def test_the_list_by_readiness_costs_the_same_for_one_and_for_thirty(reader: Client):
    counts = []
    clock = User.objects.clock()
    soon = {"starts_at": timezone.now() + timedelta(days=1), "ends_at": timezone.now() + timedelta(days=2)}
    service, environment = factories.ServiceFactory(), factories.EnvironmentFactory()
    for many in (1, 29):
        with deed(by=clock):
            made = Release.objects.bulk_create(Release(name=f"R{many}-{n}", version="1", status="planned") for n in range(many))
            built = Candidate.objects.bulk_create(Candidate(release=each) for each in made)
            Promotion.objects.bulk_create(
                Promotion(release=each.release, candidate=each, environment=environment, **soon) for each in built
            )
            Item.objects.bulk_create(Item(release=each, service=service) for each in made)
            record(service, f"changed_by_{many}", by=clock)
        reader.get("/releases/?sort=readiness")
        with CaptureQueriesContext(connection) as captured:
            assert reader.get("/releases/?sort=readiness").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
