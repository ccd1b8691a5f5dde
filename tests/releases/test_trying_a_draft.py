"""A draft tried against the latest releases before it counts; and the policies of a release on its page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from history.deeds import deed, record
from policies.actions import policies, versions
from policies.models import PolicyVersion
from policies.vocabulary import Size
from releases.models import Approval, Gate
from releases.queries.trials import try_out
from tests.factories import EnvironmentFactory, ItemFactory, PromotionFactory, ReleaseFactory, UserFactory
from tests.reading import signed_in, words

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 3, 9, 10, tzinfo=UTC)
GATE: dict[str, Any] = {
    "code": "unit-tests",
    "name": "Unit tests",
    "area": "testing",
    "stage": "production",
    "ask": "Did every test pass?",
    "owner_role": Role.RELEASE_MANAGER.value,
}
APPROVAL: dict[str, Any] = {"code": "pmo", "name": "The PMO", "stage": "production", "role": Role.PMO.value, "people": 1}
LEAD: dict[str, Any] = {"code": "lead", "name": "Ahead", "stage": "production", "lead_days": 3}


@pytest.fixture
def pia() -> Any:
    return UserFactory(name="Pia", roles=[Role.PMO, Role.POLICY_OWNER])


@pytest.fixture
def production() -> Any:
    return EnvironmentFactory(slug="prod")


def draft(by: Any, **says: Any) -> PolicyVersion:
    policy = policies.create(by=by, slug="major", name="Major releases")
    version = versions.draft(policy, {"sizes": ["major"], **says}, by=by)
    found: PolicyVersion = PolicyVersion.objects.with_rules().get(pk=version.pk)
    return found


def went(production: Any, **more: Any) -> Any:
    """A major release that went into production, decided here."""
    release = ReleaseFactory(size=Size.MAJOR, status="in_production")
    at = {"starts_at": MONDAY, "ends_at": MONDAY + timedelta(hours=1)}
    return PromotionFactory(release=release, environment=production, **{"status": "succeeded", **at, **more})


def show(promotion: Any, by: Any, version: PolicyVersion) -> None:
    """What an earlier version of the same policy would have left: its gate passed, its approval given."""
    clock = User.objects.clock()
    with deed(by=clock):
        rule = version.gate_rules.get()
        values = {"area": rule.area, "name": rule.name, "ask": rule.ask, "stage": rule.stage, "owner_role": rule.owner_role}
        Gate.objects.create(release=promotion.release, rule=rule, state="passed", **values)
        Approval.objects.create(promotion=promotion, decision="approve", by=by, digest="0" * 64, at=MONDAY)
        record(promotion, "shown", by=clock)


def test_it_says_which_it_would_have_stopped_and_why(pia: Any, production: Any, django_assert_max_num_queries: Any):
    version = draft(pia, gate_rules=[GATE], approval_rules=[APPROVAL], schedule_rules=[LEAD])
    good, bare = went(production, requested_at=MONDAY - timedelta(days=7)), went(production)
    hasty = went(production, requested_at=MONDAY - timedelta(days=1))
    recorded = went(production, was_recorded=True)
    coming = went(production, status="draft")
    for promotion in (good, hasty):
        show(promotion, pia, version)
    minor = ReleaseFactory(size=Size.MINOR, status="planned")
    ItemFactory(release=minor)
    with django_assert_max_num_queries(8):
        tried = try_out(version, pia)
    by_release = {trial.release: trial for trial in tried.trials}
    assert (tried.looked_at, set(by_release)) == (6, {each.release for each in (good, bare, hasty, recorded, coming)})
    assert by_release[good.release].stops == []
    assert by_release[bare.release].stops == ["Unit tests, before production", "1 more for “The PMO”, before production"]
    assert by_release[hasty.release].stops == ["requested 0 working days ahead and not 3, before production"]
    assert not by_release[recorded.release].is_known
    assert (by_release[coming.release].stops, len(by_release[coming.release].misses)) == ([], 2)
    assert len(tried.stopped) == 2
    page = words(signed_in(pia).get("/policies/major/versions/1/").content.decode())
    assert "It would be for 5 of the last 6 releases, and would have stopped 2 of them; of 1 nothing is known" in page


def test_the_page_of_a_release_says_which_policies_it_meets_and_why(pia: Any):
    version = draft(pia, gate_rules=[GATE])
    release = ReleaseFactory(size=Size.MAJOR, status="planned")
    address = f"/releases/{release.key}/"
    assert "No policy in force is for a release like this one" in words(signed_in(pia).get(address).content.decode())
    second: Any = UserFactory(roles=[Role.POLICY_OWNER])
    versions.publish(version, by=second, at=MONDAY)
    assert "Major releases , version 1 : size major" in words(signed_in(pia).get(address).content.decode())
