"""Bringing releases: items, artefacts, contributions, links, statuses."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from accounts.vocabulary import Role
from common.bringing import WrongRows
from releases.actions import promotions, releases
from releases.models import Artefact, Candidate, Contribution, Deployment, ExternalLink, Item, Release
from tests.factories import (
    ContributionFactory,
    EnvironmentFactory,
    OutputFactory,
    PromotionFactory,
    ReleaseFactory,
    RouteFactory,
    RouteVersionFactory,
    ServiceFactory,
    StopFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, tzinfo=UTC)
DIGEST = "sha256:" + "0" * 64


def bring(*rows, **options):
    options.setdefault("by", User.objects.operator())
    return releases.bring(rows, **options)


def promote(*rows):
    return promotions.bring(rows, by=User.objects.operator(), at=AT)


def stay(release, environment, hour=10, **values):
    return {
        "release": release,
        "environment": environment,
        "starts_at": datetime(2026, 3, 1, hour - 1, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 1, hour, tzinfo=UTC),
        "status": "succeeded",
    } | values


def test_each_service_makes_one_item_with_the_rows_artefact_in_the_first_candidate():
    ServiceFactory(slug="a")
    ServiceFactory(slug="b")
    bring({"name": "x", "version": "1", "services": ["a", "b"], "artefact_url": "registry/x:1", "artefact_digest": DIGEST})
    release = Release.objects.get()
    assert list(Candidate.objects.values_list("release", "number")) == [(release.pk, 1)]
    assert set(Item.objects.values_list("service__slug", "change", "version")) == {("a", "changed", "1"), ("b", "changed", "1")}
    assert set(Artefact.objects.values_list("address", "digest", "identity")) == {("registry/x:1", DIGEST, "digest")}


def test_an_artefact_without_a_digest_is_recorded():
    ServiceFactory(slug="a")
    bring({"name": "x", "version": "1", "services": ["a"], "artefact_url": "shelf 4"})
    assert Artefact.objects.get().identity == "recorded"


def test_a_release_without_services_has_a_candidate_all_the_same():
    bring({"name": "x", "version": "1"})
    assert Candidate.objects.get().number == 1


def test_the_key_stands_for_name_and_version():
    release = ReleaseFactory(name="x", version="1", risk="")
    bring({"key": release.key, "risk": "low"}, {"key": "", "name": "y", "version": "1", "risk": "high"})
    assert list(Release.objects.order_by("pk").values_list("name", "risk")) == [("x", "low"), ("y", "high")]


def test_a_key_and_a_name_of_the_same_release_are_one_row_too_many():
    release = ReleaseFactory(name="x", version="1")
    with pytest.raises(WrongRows) as refusal:
        bring({"key": release.key, "risk": "low"}, {"key": "", "name": "x", "version": "1", "risk": "high"})
    assert [wrong.row for wrong in refusal.value.wrong] == [1]


def test_a_corrected_version_is_its_items_too():
    ServiceFactory(slug="a")
    bring({"name": "x", "version": "1", "services": ["a"]})
    bring({"key": Release.objects.get().key, "version": "1.0"})
    assert Item.objects.get().version == "1.0"


def test_contributions_are_accepted_and_hard_and_one_that_was_there_keeps_its_state():
    declined = ContributionFactory(state="declined", strength="soft", release__name="x", release__version="1")
    other = OutputFactory()
    named = [f"{output.project.code}/{output.code}" for output in (declined.output, other)]
    brought = bring({"name": "x", "version": "1", "outputs": named})
    assert set(Contribution.objects.values_list("output", "state", "strength")) == {
        (declined.output_id, "declined", "soft"),
        (other.pk, "accepted", "hard"),
    }
    assert brought.changed == 1
    assert bring({"name": "x", "version": "1", "outputs": named}).unchanged == 1


def test_an_output_that_is_listed_no_more_feeds_it_no_more():
    contribution = ContributionFactory(release__name="x", release__version="1")
    bring({"name": "x", "version": "1", "outputs": []})
    assert not Contribution.objects.filter(pk=contribution.pk).exists()


def test_the_reference_is_the_one_link_without_an_address():
    bring({"name": "x", "version": "1", "reference": "Jira PAY-1 and more"})
    assert list(ExternalLink.objects.values_list("system", "identifier", "url")) == [("Jira", "PAY-1 and more", "")]
    bring({"name": "x", "version": "1", "reference": "Jira PAY-2"})
    assert list(ExternalLink.objects.values_list("identifier", flat=True)) == ["PAY-2"]
    bring({"name": "x", "version": "1", "reference": ""})
    assert ExternalLink.objects.count() == 0


def test_a_new_release_takes_any_status_and_its_promotions_do_not_overwrite_it():
    EnvironmentFactory(slug="prod")
    bring({"name": "x", "version": "1", "status": "planned"}, promotions=[stay("x@1", "prod")])
    promote(stay("x@1", "prod"))
    assert Release.objects.get().status == "planned"


def test_without_promotions_a_status_changes_freely():
    ReleaseFactory(name="x", version="1", status="planned")
    bring({"name": "x", "version": "1", "status": "closed"})
    assert Release.objects.get().status == "closed"


@pytest.mark.parametrize(
    ("status", "stage", "target", "is_taken"),
    [
        ("succeeded", "production", "in_production", True),
        ("succeeded_with_issues", "production", "in_production", True),
        ("succeeded", "production", "closed", True),
        ("succeeded", "production", "cancelled", True),
        ("succeeded", "test", "in_production", False),
        ("succeeded", "test", "under_way", True),
        ("failed", "production", "in_production", False),
        ("failed", "production", "under_way", True),
        ("rolled_back", "production", "under_way", True),
        ("cancelled", "production", "under_way", False),
        ("cancelled", "production", "draft", True),
        ("succeeded", "production", "draft", False),
        ("draft", "production", "draft", False),
        ("draft", "production", "under_way", False),
    ],
)
def test_the_status_of_one_with_promotions_changes_only_where_they_lead(status, stage, target, is_taken):
    PromotionFactory(
        release__name="x",
        release__version="1",
        release__status="planned",
        environment__stage=stage,
        status=status,
        was_recorded=True,
    )
    if is_taken:
        bring({"name": "x", "version": "1", "status": target})
        assert Release.objects.get().status == target
    else:
        with pytest.raises(WrongRows, match="do not lead to"):
            bring({"name": "x", "version": "1", "status": target})


def test_promotions_of_the_same_call_lead_there_too():
    environment = EnvironmentFactory(slug="prod")
    PromotionFactory(
        release__name="x",
        release__version="1",
        release__status="planned",
        environment=environment,
        status="failed",
        was_recorded=True,
    )
    bring({"name": "x", "version": "1", "status": "in_production"}, promotions=[stay("x@1", "prod", attempt=2)])
    assert Release.objects.get().status == "in_production"


def test_what_is_brought_takes_the_place_of_what_was_there():
    environment = EnvironmentFactory(slug="prod")
    PromotionFactory(
        release__name="x",
        release__version="1",
        release__status="planned",
        environment=environment,
        status="succeeded",
        was_recorded=True,
    )
    with pytest.raises(WrongRows, match="do not lead to"):
        bring({"name": "x", "version": "1", "status": "in_production"}, promotions=[stay("x@1", "prod", status="failed")])


def test_with_a_route_only_its_last_stop_is_in_production():
    first, last = EnvironmentFactory(stage="production"), EnvironmentFactory(stage="production")
    version = RouteVersionFactory(route=RouteFactory())
    StopFactory(version=version, environment=first, position=1)
    StopFactory(version=version, environment=last, position=2)
    release = ReleaseFactory(name="x", version="1", status="planned", route=version.route)
    promotion = {"release": release, "status": "succeeded", "was_recorded": True}
    PromotionFactory(environment=first, **promotion)
    with pytest.raises(WrongRows, match="do not lead to in production"):
        bring({"name": "x", "version": "1", "status": "in_production"})
    PromotionFactory(environment=last, **promotion)
    bring({"name": "x", "version": "1", "status": "in_production"})


def test_a_row_that_equals_what_is_there_is_accepted_whatever_its_promotions_say():
    PromotionFactory(release__name="x", release__version="1", release__status="retired", status="draft")
    assert bring({"name": "x", "version": "1", "status": "retired"}).unchanged == 1


def test_an_item_that_goes_takes_its_deployment_and_the_one_before_lives_on():
    environment, service = EnvironmentFactory(slug="prod"), ServiceFactory(slug="a")
    bring({"name": "x", "version": "1", "services": ["a"]}, {"name": "x", "version": "2", "services": ["a"]})
    promote(stay("x@1", "prod", 10), stay("x@2", "prod", 12))
    bring({"name": "x", "version": "2", "services": []})
    assert list(Deployment.objects.values_list("version", "service", "environment", "ends_at")) == [
        ("1", service.pk, environment.pk, None)
    ]


def test_a_release_that_changes_its_line_moves_its_deployments():
    EnvironmentFactory(slug="prod")
    ServiceFactory(slug="a")
    bring({"name": "x", "version": "1", "services": ["a"]}, {"name": "x", "version": "2", "services": ["a"]})
    promote(stay("x@1", "prod", 10), stay("x@2", "prod", 12))
    bring({"name": "x", "version": "2", "line": "two"})
    assert set(Deployment.objects.values_list("version", "line", "ends_at")) == {("1", "", None), ("2", "two", None)}


def test_its_own_manager_may_change_it_and_nobody_else_without_the_role():
    mara, stan = UserFactory(), UserFactory()
    ReleaseFactory(name="x", version="1", release_manager=mara)
    assert bring({"name": "x", "version": "1", "risk": "low"}, by=mara).changed == 1
    for row in ({"name": "x", "version": "1", "risk": "high"}, {"name": "y", "version": "1"}):
        with pytest.raises(WrongRows, match="Only release managers"):
            bring(row, by=stan)
    with pytest.raises(WrongRows, match="Only release managers"):
        bring({"name": "y", "version": "1"}, by=mara)
    assert bring({"name": "y", "version": "1"}, by=UserFactory(roles=[Role.RELEASE_MANAGER])).created == 1


def test_a_restricted_release_is_neither_changed_nor_named_by_who_may_not_see_it():
    secret = ReleaseFactory(name="x", version="1", restricted_until=AT)
    rita = UserFactory(roles=[Role.RELEASE_MANAGER])
    with pytest.raises(WrongRows, match="is restricted; ask the PMO"):
        bring({"name": "x", "version": "1", "risk": "low"}, by=rita)
    with pytest.raises(WrongRows, match="There is no release"):
        bring({"key": secret.key, "risk": "low"}, by=rita)
